import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { connectSandbox, instance } from '../testkit/samples.js';
import { cloudwatchAlarmOk } from '../checks/cloudwatch-alarm-ok.js';
import type { AwsClient } from '../client.js';
import { ec2RebootInstance as reboot } from './ec2-reboot-instance.js';
import { ec2RestartInstance as restart } from './ec2-restart-instance.js';

const id = 'i-0aa11bb22cc33dd44';
const target = instance(id);
const member = instance('i-0ff66aa77bb88cc99', '444455556666');
// Slower than other tests: a boot must last for several polls on a busy machine.
const sandbox = shared(() => startTestSandbox(0.2));

type Action = typeof reboot;
const callOf = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), over);
const paramsOf = (of: Target = target, allowGroupMember = false) => ({ instance: of.name, allowGroupMember });
const set = (fields: object, of: Target = target) => sandbox.tell('aws', 'settings', { instance: { id: of.name, ...fields } });
const attemptOf = (preState: JsonObject) => ({ key: 'ab'.repeat(32), startBy: Date.now() + 60_000, preState });

async function begin(action: Action, call = callOf(), params = paramsOf(), of: Target = target) {
  const preState = await action.preState(call, params, of);
  const { ref } = await action.start(call, params, attemptOf(preState));
  return { call, ref, preState };
}
const wait = (action: Action, call: ReturnType<typeof callOf>, ref: JsonObject): Promise<EffectEnd> =>
  action.wait?.(call, ref) as Promise<EffectEnd>;
const adopt = (action: Action, preState: JsonObject, call = callOf()) =>
  action.adopt(call, paramsOf(), { key: 'ab'.repeat(32), preState, since: Date.now() });
const operations = async () => (await sandbox.effects()).map(({ operation, target: on }) => `${operation} ${on}`);
/** A clock on which every sleep takes this long, while the sandbox's goes on as ever. */
function hasty(stepMs: number): Partial<Call> {
  let later = 0;
  return { now: () => Date.now() + later, sleep: async () => ((later += stepMs), sleep(5)) };
}
const faking = (over: Partial<AwsClient['ec2']>) => {
  const client = connectSandbox(sandbox.address);
  return testCall({ ...client, ec2: { ...client.ec2, ...over } });
};

describe.each([
  ['reboot', reboot],
  ['restart', restart],
] as const)('before a %s', (_name, action) => {
  it.each(['stopped', 'stopping', 'pending'])('an instance that is %s is left alone', async (state) => {
    await set({ state });
    await expect(action.preState(callOf(), paramsOf(), target)).rejects.toMatchObject({ fault: 'conflict' });
  });

  it('a terminated instance, which EC2 would ignore in silence, is refused', async () => {
    await set({ state: 'terminated' });
    await expect(action.preState(callOf(), paramsOf(), target)).rejects.toMatchObject({ fault: 'conflict' });
  });

  it('one that is not there, or in another account, is absent', async () => {
    const none = instance('i-0123456789abcdef0');
    await expect(action.preState(callOf(), paramsOf(none), none)).rejects.toMatchObject({ fault: 'absent' });
    const elsewhere = callOf({ place: { account: '444455556666', region: 'eu-west-1' } });
    await expect(action.preState(elsewhere, paramsOf(), target)).rejects.toMatchObject({ fault: 'absent' });
  });

  it('a member of an Auto Scaling group is refused, at the plan and at admission, unless the runbook says so', async () => {
    const call = callOf({ place: { account: member.account, region: member.region } });
    await expect(action.preState(call, paramsOf(member), member)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('checkout-web'),
    });
    await expect(action.preState(call, paramsOf(member, true), member)).resolves.toMatchObject({ group: 'checkout-web' });
    const read = { ...member, facts: { autoScalingGroup: 'checkout-web' } };
    expect(action.written?.settle({}, read)).toEqual({ ok: false, because: expect.stringContaining('allowGroupMember') });
    expect(action.written?.settle({ allowGroupMember: true }, read)).toEqual({ ok: true, params: paramsOf(member, true) });
    expect(action.warns?.(paramsOf(member, true))).toContain('replaced');
  });

  it('takes which instance from the target alone', async () => {
    expect(action.written?.params.safeParse({ instance: id }).success).toBe(false);
    expect(action.written?.settle({}, target)).toEqual({ ok: true, params: paramsOf() });
    expect(action.written?.settle({}, { ...target, type: 'aws.rds.instance' })).toMatchObject({ ok: false });
    const other = paramsOf(instance('i-0bb22cc33dd44ee55'));
    await expect(action.preState(callOf(), other, target)).rejects.toMatchObject({ fault: 'refused' });
  });

  it('asks for rights on instances that are tagged for it', () => {
    const [first, ...reads] = action.grants?.({ account: '111122223333', region: 'eu-west-1', params: {} }) ?? [];
    expect(first).toMatchObject({
      resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/*'],
      conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
    });
    const read = reads.flatMap(({ actions }) => actions);
    expect([...(first?.actions ?? []), ...read].sort()).toEqual([...action.permissions].sort());
  });
});

describe('a reboot', () => {
  it('has ended when the checks left ok and came back; the state was running throughout', async () => {
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    const { call, ref } = await begin(reboot);
    expect(await wait(reboot, call, ref)).toEqual({
      status: 'succeeded',
      says: `${id} has booted: checks initializing, then ok`,
    });
    expect(await operations()).toEqual([`ec2:RebootInstances ${id}`]);
    await sleep(250);
    expect(await cloudwatchAlarmOk.read(call, { alarm: 'ec2-cpu-high' }, target)).toMatchObject({ ok: true });
  });

  it('that cannot be seen is unknown, never a success by its state', async () => {
    const preState = await reboot.preState(callOf(), paramsOf(), target);
    const { ref } = await reboot.start(
      faking({ rebootInstances: async () => ({ $metadata: {} }) }),
      paramsOf(),
      attemptOf(preState),
    );
    expect(await wait(reboot, callOf(hasty(30_000)), ref)).toEqual({
      status: 'unknown',
      says: expect.stringContaining('no boot was seen'),
    });
  });

  it('of an instance whose checks were impaired is done when they are ok', async () => {
    await set({ checks: 'impaired' });
    const { call, ref } = await begin(reboot);
    expect(await wait(reboot, call, ref)).toMatchObject({ status: 'succeeded' });
  });

  it('after which the instance is stopped has failed', async () => {
    const { call, ref } = await begin(reboot);
    await set({ state: 'stopped' });
    expect(await wait(reboot, call, ref)).toMatchObject({ status: 'failed', says: expect.stringContaining('stopped') });
  });

  it('whose checks stay impaired is unknown: the checks after it tell the rest', async () => {
    const { ref } = await begin(reboot);
    const look = { describeInstanceStatus: async () => impaired };
    const call = { ...faking(look), ...hasty(60_000) };
    expect(await wait(reboot, call as ReturnType<typeof callOf>, ref)).toMatchObject({ status: 'unknown' });
  });

  const impaired = {
    $metadata: {},
    InstanceStatuses: [
      {
        InstanceId: id,
        InstanceState: { Name: 'running' as const },
        InstanceStatus: { Status: 'impaired' as const },
        SystemStatus: { Status: 'ok' as const },
      },
    ],
  };

  it('survives reads that fail in every way', async () => {
    const { call, ref } = await begin(reboot);
    for (const kind of ['500', '503', '429', 'reset-before', 'half-body', '403'] as const)
      await sandbox.fault('ec2:DescribeInstanceStatus', kind);
    // A second of waiting where AWS says so would outlast the boot.
    expect(await wait(reboot, { ...call, sleep: async () => sleep(5) }, ref)).toMatchObject({ status: 'succeeded' });
  });

  it('whose answer was lost is found by its boot, and otherwise neither found nor denied', async () => {
    const preState = await reboot.preState(callOf(), paramsOf(), target);
    expect(await adopt(reboot, preState)).toEqual({ found: false, certain: false });
    await sandbox.fault('ec2:RebootInstances', 'execute-then-reset');
    await expect(reboot.start(callOf(), paramsOf(), attemptOf(preState))).rejects.toMatchObject({ fault: 'ambiguous' });
    await sleep(120);
    expect(await adopt(reboot, preState)).toMatchObject({ found: true, ref: { instance: id, checks: 'ok' } });
  });

  it('of an instance that has been started anew since is found', async () => {
    const preState = await reboot.preState(callOf(), paramsOf(), target);
    await set({ launchedAt: Date.now() });
    expect(await adopt(reboot, preState)).toMatchObject({ found: true });
  });

  it('of an instance that stopped meanwhile is refused by EC2: a conflict, and certainly nothing was done', async () => {
    const preState = await reboot.preState(callOf(), paramsOf(), target);
    await set({ state: 'stopped' });
    await expect(reboot.start(callOf(), paramsOf(), attemptOf(preState))).rejects.toMatchObject({ fault: 'conflict' });
    expect(await operations()).toEqual([]);
  });
});

describe('a restart', () => {
  it('stops, starts when it has stopped, and ends with the status checks', async () => {
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    const { call, ref } = await begin(restart);
    expect(await operations()).toEqual([`ec2:StopInstances ${id}`]);
    expect(await wait(restart, call, ref)).toEqual({
      status: 'succeeded',
      says: `${id} was stopped and started, status checks ok`,
    });
    expect(await operations()).toEqual([`ec2:StopInstances ${id}`, `ec2:StartInstances ${id}`]);
    await sleep(250);
    expect(await cloudwatchAlarmOk.read(call, { alarm: 'ec2-cpu-high' }, target)).toMatchObject({ ok: true });
  });

  it('says what it loses', () => {
    expect(restart.warns?.(paramsOf())).toMatch(/instance-store data.*not elastic/);
  });

  it('of an instance without an EBS root is refused', async () => {
    await set({ rootDevice: 'instance-store' });
    await expect(restart.preState(callOf(), paramsOf(), target)).rejects.toMatchObject({ fault: 'refused' });
    await expect(reboot.preState(callOf(), paramsOf(), target)).resolves.toMatchObject({ state: 'running' });
  });

  it.each([
    ['before it stopped', 1],
    ['after it was started', 2],
  ])('goes on when the worker dies %s: the wait is repeated, and finishes', async (_when, effects) => {
    const cancel = new AbortController();
    const { ref } = await begin(restart);
    const dying = expect(wait(restart, callOf({ signal: cancel.signal }), ref)).rejects.toThrow();
    while ((await operations()).length < effects) await sleep(5);
    cancel.abort(new Error('worker stops'));
    await dying;
    expect(await wait(restart, callOf(), ref)).toMatchObject({ status: 'succeeded' });
    expect((await operations()).filter((one) => one.startsWith('ec2:StartInstances'))).toHaveLength(1);
  });

  it('waited for by two at once starts it once', async () => {
    const { ref } = await begin(restart);
    const ends = await Promise.all([wait(restart, callOf(), ref), wait(restart, callOf(), ref)]);
    expect(ends).toEqual([expect.objectContaining({ status: 'succeeded' }), expect.objectContaining({ status: 'succeeded' })]);
    expect((await operations()).filter((one) => one.startsWith('ec2:StartInstances'))).toHaveLength(1);
  });

  it.each(['500', 'execute-then-500', 'execute-then-reset', 'reset-before', '429'] as const)(
    'whose start meets %s is looked at again, and goes on',
    async (kind) => {
      const { call, ref } = await begin(restart);
      await sandbox.fault('ec2:StartInstances', kind);
      expect(await wait(restart, call, ref)).toMatchObject({ status: 'succeeded' });
    },
  );

  it('that may not be started, or finds no capacity, says that the instance is left stopped', async () => {
    for (const kind of ['403', '500'] as const) {
      const { ref } = await begin(restart);
      await sandbox.fault('ec2:StartInstances', kind, { times: 1_000 });
      expect(await wait(restart, callOf(hasty(10_000)), ref)).toEqual({
        status: 'failed',
        says: expect.stringMatching(/is left stopped: it could not be started \(aws: \w+/),
      });
      await sandbox.reset();
    }
  });

  it('that cannot be seen any more says that the instance may be left stopped', async () => {
    const { ref } = await begin(restart);
    await sandbox.fault('ec2:DescribeInstances', '403', { times: 100 });
    expect(await wait(restart, callOf(), ref)).toEqual({
      status: 'unknown',
      says: expect.stringContaining('may be left stopped'),
    });
  });

  it('is not started by a wait that stood still after it looked, nor by one that comes when its time is long over', async () => {
    const { ref } = await begin(restart);
    await set({ state: 'stopped' });
    const started = async () => (await operations()).filter((one) => one.includes('StartInstances')).length;
    // Each look is a minute old by the time that it is answered; it gives up at the end of its time.
    let later = 0;
    const still: Partial<Call> = { now: () => Date.now() + (later += 60_000), sleep: () => sleep(1) };
    expect(await wait(restart, callOf(still), ref)).toMatchObject({ status: 'unknown' });
    const days = 3 * 24 * 3_600_000;
    expect(await wait(restart, callOf({ now: () => Date.now() + days }), ref)).toMatchObject({ status: 'unknown' });
    expect(await started()).toBe(0);
  });

  it('does not start what somebody else stopped after it', async () => {
    const { ref } = await begin(restart);
    await set({ state: 'stopped', launchedAt: Date.now() });
    expect(await wait(restart, callOf(), ref)).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('stopped again'),
    });
    expect(await operations()).toEqual([`ec2:StopInstances ${id}`]);
  });

  it('of a group member is not coming back: the group terminates it', async () => {
    const call = callOf({ place: { account: member.account, region: member.region } });
    const { ref } = await begin(restart, call, paramsOf(member, true), member);
    expect(await wait(restart, call, ref)).toMatchObject({ status: 'failed', says: expect.stringContaining('terminated') });
  });

  it('whose answer was lost is found, and otherwise neither found nor denied', async () => {
    const preState = await restart.preState(callOf(), paramsOf(), target);
    expect(await adopt(restart, preState)).toEqual({ found: false, certain: false });
    await sandbox.fault('ec2:StopInstances', 'execute-then-reset');
    await expect(restart.start(callOf(), paramsOf(), attemptOf(preState))).rejects.toMatchObject({ fault: 'ambiguous' });
    const adopted = await adopt(restart, preState);
    expect(adopted).toMatchObject({ found: true });
    const { ref } = adopted as { ref: JsonObject };
    expect(await wait(restart, callOf(), ref)).toMatchObject({ status: 'succeeded' });
    expect(await adopt(restart, preState)).toMatchObject({ found: true });
  });
});

describe('EC2 in the sandbox', () => {
  it('answers a dry run that would have worked with an error, and does nothing', async () => {
    const call = callOf();
    await expect(call.client.ec2.rebootInstances(call, { InstanceIds: [id], DryRun: true })).rejects.toMatchObject({
      message: expect.stringContaining('DryRunOperation'),
    });
    expect(await operations()).toEqual([]);
  });

  it('lets a running instance be started: it changes nothing', async () => {
    const call = callOf();
    await call.client.ec2.startInstances(call, { InstanceIds: [id] });
    expect(await operations()).toEqual([]);
  });
});
