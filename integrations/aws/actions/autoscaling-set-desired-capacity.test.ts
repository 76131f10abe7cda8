import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { cloudwatchAlarmOk } from '../checks/cloudwatch-alarm-ok.js';
import type { GroupState, ScalingActivity } from '../groups.js';
import { group } from '../testkit/capacity-samples.js';
import { connectSandbox } from '../testkit/samples.js';
import { setDesiredCapacity } from './autoscaling-set-desired-capacity.js';
import { endOfScaling, type ScalingRef, waitForCapacity } from './scaling-wait.js';

const key = 'cd'.repeat(32);
const production = { account: '444455556666', region: 'eu-west-1' };
const sandbox = shared(startTestSandbox);

const call = (place = production) => testCall(connectSandbox(sandbox.address), { place });
const paramsOf = (over: object = {}) =>
  setDesiredCapacity.params.parse({ group: 'checkout-web', from: 4, desired: 6, ceiling: 12, ...over });
const settings = (wanted: object) => sandbox.tell('aws', 'settings', wanted);
const admitted = (params = paramsOf()) => setDesiredCapacity.preState(call(), params, group());
const start = (params: ReturnType<typeof paramsOf>, preState: JsonObject) =>
  setDesiredCapacity.start(call(), params, { key, startBy: Date.now() + 60_000, preState });

async function begin(params = paramsOf()): Promise<ScalingRef> {
  const { ref } = await start(params, await admitted(params));
  return ref as ScalingRef;
}

describe('before the start', () => {
  it('records what is there, so that it can be put back', async () => {
    expect(await admitted()).toEqual({ group: 'checkout-web', desired: 4, min: 2, max: 12, inService: 4, newest: '' });
  });

  it.each([
    ['another number is wanted by now', { group: { name: 'checkout-web', desired: 5 } }, 'is 5 by now'],
    ['the group takes fewer by now', { group: { name: 'checkout-web', max: 5 } }, 'takes 2 to 5 instances by now'],
    ['launching is suspended', { group: { name: 'checkout-web', suspended: ['Launch'] } }, 'Launch of checkout-web is suspended'],
    ['it is being deleted', { group: { name: 'checkout-web', deleting: true } }, 'there is no Auto Scaling group'],
  ])('refuses when %s', async (_what, change, words) => {
    await settings(change);
    await expect(admitted()).rejects.toMatchObject({
      fault: expect.stringMatching(/^(conflict|absent)$/),
      message: expect.stringContaining(words),
    });
  });

  it('refuses while the group is changing already', async () => {
    await settings({ nextScaling: 'stuck', group: { name: 'checkout-web', scaleTo: 5 } });
    await settings({ group: { name: 'checkout-web', desired: 4 } });
    await expect(admitted()).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('is changing already'),
    });
  });

  it('refuses to work on anything but the target that was locked', async () => {
    await expect(admitted(paramsOf({ group: 'other' }))).rejects.toMatchObject({ fault: 'refused' });
    const another = { ...group(), id: group().id.replace('8d1b1f3e', '00000000') };
    await expect(setDesiredCapacity.preState(call(), paramsOf(), another)).rejects.toMatchObject({ fault: 'conflict' });
  });

  it('finds no group of that name in another account', async () => {
    const elsewhere = call({ account: '111122223333', region: 'eu-west-1' });
    await expect(setDesiredCapacity.preState(elsewhere, paramsOf(), group())).rejects.toMatchObject({ fault: 'absent' });
  });
});

describe('the start', () => {
  it('changes nothing when somebody else was quicker, and says so', async () => {
    const preState = await admitted();
    await settings({ group: { name: 'checkout-web', desired: 5 } });
    await expect(start(paramsOf(), preState)).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('is 5 by now, and this was decided when it was 4'),
    });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('does not take what is there already for its own work: that is read back', async () => {
    const preState = await admitted();
    await settings({ group: { name: 'checkout-web', desired: 6 } });
    await expect(start(paramsOf(), preState)).rejects.toMatchObject({ fault: 'ambiguous' });
  });

  it('honours the cooldown: ScalingActivityInProgress is a conflict, and nothing was done', async () => {
    const preState = await admitted();
    await settings({ nextScaling: 'ScalingActivityInProgress' });
    await expect(start(paramsOf(), preState)).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('ScalingActivityInProgress'),
    });
    expect(await sandbox.effects()).toEqual([]);
  });

  it("is refused by AWS itself where the group's own bounds have moved since, and nothing was done", async () => {
    const preState = await admitted();
    await settings({ group: { name: 'checkout-web', max: 5 } });
    await expect(start(paramsOf(), preState)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('is above max value 5'),
    });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('does not begin without what admission recorded', async () => {
    await expect(start(paramsOf(), {})).rejects.toMatchObject({ fault: 'refused' });
  });
});

describe('the wait', () => {
  it('lasts until so many are in service, and the alarms about the group end', async () => {
    await sandbox.alarm('checkout-latency-p95-high', 'ALARM');
    const ref = await begin();
    expect(await waitForCapacity(call(), ref)).toEqual({ status: 'succeeded', says: '6 of 6 in service' });
    const alarm = { alarm: 'checkout-latency-p95-high' };
    while (!(await cloudwatchAlarmOk.read(call(), alarm, group())).ok) await call().sleep(10);
    const effects = await sandbox.effects();
    expect(effects).toMatchObject([{ operation: 'autoscaling:SetDesiredCapacity', target: 'checkout-web', outcome: '4 -> 6' }]);
  });

  it('fails with the words of the activity when no instance can be had', async () => {
    await settings({ nextScaling: 'Failed' });
    expect(await waitForCapacity(call(), await begin())).toMatchObject({
      status: 'failed',
      says: expect.stringMatching(/^4 of 6 in service; the scaling activity failed: .*InsufficientInstanceCapacity/),
    });
  });

  it('fails when somebody else takes the capacity back', async () => {
    const ref = await begin();
    await settings({ group: { name: 'checkout-web', scaleTo: 4 } });
    expect(await waitForCapacity(call(), ref)).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('by somebody else'),
    });
  });

  it('lives through reads that fail', async () => {
    const ref = await begin();
    await sandbox.fault('autoscaling:DescribeAutoScalingGroups', '503', { times: 2 });
    expect(await waitForCapacity(call(), ref)).toMatchObject({ status: 'succeeded' });
  });

  const state = (over: Partial<GroupState> = {}): GroupState => ({
    arn: group().id,
    name: 'checkout-web',
    desired: 6,
    min: 2,
    max: 12,
    inService: 4,
    instances: 4,
    members: [],
    suspended: [],
    tags: {},
    ...over,
  });
  const ref = { group: 'checkout-web', from: 4, desired: 6, inService: 4 };
  const activity = (status: string): ScalingActivity => ({ id: status, status, says: 'words of AWS' });

  // All of contracts 5.4, and one that is not known.
  it.each([
    'PendingSpotBidPlacement',
    'WaitingForSpotInstanceRequestId',
    'WaitingForSpotInstanceId',
    'WaitingForInstanceId',
    'PreInService',
    'InProgress',
    'WaitingForELBConnectionDraining',
    'MidLifecycleAction',
    'WaitingForInstanceWarmup',
    'WaitingForConnectionDraining',
    'WaitingForInPlaceUpdateToStart',
    'WaitingForInPlaceUpdateToFinalize',
    'InPlaceUpdateInProgress',
    'SomethingNew',
  ])('goes on while an activity is %s, even after another has failed', (status) => {
    expect(endOfScaling(ref, state(), [activity(status), activity('Failed')], 0)).toBeUndefined();
  });

  it.each(['Failed', 'Cancelled'])('ends when all that was tried is %s and nothing came of it', (status) => {
    expect(endOfScaling(ref, state(), [activity(status)], 0)).toMatchObject({ status: 'failed' });
    expect(endOfScaling(ref, state({ inService: 5 }), [activity(status)], 0)).toBeUndefined();
  });

  it('never takes a Successful activity for capacity that is in service', () => {
    expect(endOfScaling(ref, state({ instances: 6 }), [activity('Successful')], 0)).toBeUndefined();
  });

  it('gives up after an hour, as failed: what can be read is known, and can be put back', () => {
    expect(endOfScaling(ref, state({ inService: 5 }), [activity('InProgress')], 3_600_001)).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('5 of 6 in service after 1 h'),
    });
  });

  it('of a scale-in lasts until they are gone', () => {
    const less = { group: 'checkout-web', from: 6, desired: 4, inService: 6 };
    expect(endOfScaling(less, state({ desired: 4, instances: 6, inService: 4 }), [], 0)).toBeUndefined();
    expect(endOfScaling(less, state({ desired: 4, instances: 4 }), [], 0)).toMatchObject({ status: 'succeeded' });
  });
});

describe('the read-back', () => {
  const adopt = async (params = paramsOf()) =>
    setDesiredCapacity.adopt(call(), params, { key, preState: await admitted(params), since: Date.now() });

  it('proves absence only where the old number stands, and is not certain of a third', async () => {
    expect(await adopt()).toEqual({ found: false, certain: true });
    const preState = await admitted();
    await settings({ group: { name: 'checkout-web', desired: 8 } });
    const third = await setDesiredCapacity.adopt(call(), paramsOf(), { key, preState, since: Date.now() });
    expect(third).toEqual({ found: false, certain: false });
  });
});

describe('the undo', () => {
  const back = () => {
    const { undo } = setDesiredCapacity;
    return setDesiredCapacity.params.parse(undo === 'none' ? {} : undo.params({}, paramsOf()));
  };

  it('puts the old number back, though that takes instances away', async () => {
    await waitForCapacity(call(), await begin());
    expect(await waitForCapacity(call(), await begin(back()))).toEqual({ status: 'succeeded', says: '4 of 4 in service' });
    expect((await sandbox.effects()).map(({ outcome }) => outcome)).toEqual(['4 -> 6', '6 -> 4']);
  });

  it('refuses when the world is no longer as the effect left it', async () => {
    await waitForCapacity(call(), await begin());
    await settings({ group: { name: 'checkout-web', desired: 8 } });
    await expect(admitted(back())).rejects.toMatchObject({ fault: 'conflict', message: expect.stringContaining('is 8 by now') });
  });
});

it('asks for rights on groups that carry our tag, and for nothing that moves their bounds', () => {
  const grants = setDesiredCapacity.grants?.({ ...production, params: { add: 2, ceiling: 12 } }) ?? [];
  expect(grants.find(({ actions }) => actions.includes('autoscaling:SetDesiredCapacity'))).toMatchObject({
    resources: ['arn:aws:autoscaling:eu-west-1:444455556666:autoScalingGroup:*:autoScalingGroupName/*'],
    conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
  });
  expect(grants.flatMap(({ actions }) => actions)).not.toContain('autoscaling:UpdateAutoScalingGroup');
});
