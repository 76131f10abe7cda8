import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { ecsService } from '../targets/ecs-service.js';
import { service } from '../testkit/capacity-samples.js';
import { connectSandbox } from '../testkit/samples.js';
import { type CountRef, endOfCount, waitForCount } from './ecs-count-wait.js';
import { setDesiredCount } from './ecs-set-desired-count.js';

const key = '12'.repeat(32);
const place = { account: '444455556666', region: 'eu-west-1' };
const web = { cluster: 'prod', name: 'web' };
const sandbox = shared(startTestSandbox);

const call = () => testCall(connectSandbox(sandbox.address), { place });
const paramsOf = (over: object = {}) =>
  setDesiredCount.params.parse({ cluster: 'prod', service: 'web', from: 3, desired: 5, ceiling: 6, ...over });
const settings = (wanted: object) => sandbox.tell('aws', 'settings', wanted);
const admitted = (params = paramsOf()) => setDesiredCount.preState(call(), params, service());
const start = (params: ReturnType<typeof paramsOf>, preState: JsonObject) =>
  setDesiredCount.start(call(), params, { key, startBy: Date.now() + 60_000, preState });

async function begin(params = paramsOf()): Promise<CountRef> {
  const { ref } = await start(params, await admitted(params));
  return ref as CountRef;
}

describe('before the start', () => {
  it.each([
    ['another number is wanted by now', { ...web, desired: 4 }, 'is 4 by now'],
    ['one task runs on each host', { ...web, scheduling: 'DAEMON' }, '(DAEMON)'],
    ['a rollout is under way', { ...web, deploys: true }, 'a rollout of prod/web is under way'],
  ])('refuses when %s', async (_what, change, words) => {
    await settings({ nextRollout: 'stuck', service: change });
    await expect(admitted()).rejects.toMatchObject({ fault: 'conflict', message: expect.stringContaining(words) });
  });
});

describe('the start', () => {
  it('sets the number, and begins no deployment', async () => {
    expect(await waitForCount(call(), await begin())).toEqual({ status: 'succeeded', says: '5 of 5 running' });
    const read = await ecsService.read(call(), { cluster: 'prod', service: 'web' });
    expect(read?.facts['deployments']).toHaveLength(1);
    expect(await sandbox.effects()).toMatchObject([{ operation: 'ecs:UpdateService', target: 'web', outcome: '3 -> 5' }]);
  });

  it('changes nothing when somebody else was quicker', async () => {
    const preState = await admitted();
    await settings({ service: { ...web, desired: 4 } });
    await expect(start(paramsOf(), preState)).rejects.toMatchObject({ fault: 'conflict' });
    expect(await sandbox.effects()).toEqual([]);
  });
});

describe('the wait', () => {
  const ref = { from: 3, desired: 5 };
  const halfAnHour = 30 * 60_000;

  it('gives up with the words of ECS when the tasks never come', () => {
    const lastEvent = '(service web) was unable to place a task because no container instance met all of its requirements.';
    expect(endOfCount(ref, { desired: 5, running: 3, lastEvent }, halfAnHour)).toBeUndefined();
    expect(endOfCount(ref, { desired: 5, running: 3, lastEvent }, halfAnHour + 1)).toEqual({
      status: 'failed',
      says: `3 of 5 running after 30 min: ${lastEvent}`,
    });
  });

  it('fails when somebody else takes the tasks back, and when the service is gone', () => {
    expect(endOfCount(ref, { desired: 3, running: 3, lastEvent: '' }, 0)).toMatchObject({ status: 'failed' });
    expect(endOfCount(ref, undefined, 0)).toMatchObject({ status: 'failed' });
  });
});

it('is undone to what was there', async () => {
  await waitForCount(call(), await begin());
  const { undo } = setDesiredCount;
  const back = paramsOf(undo === 'none' ? {} : undo.params({}, paramsOf()));
  expect(setDesiredCount.riskOf?.(back)).toBe('additive');
  expect(await waitForCount(call(), await begin(back))).toEqual({ status: 'succeeded', says: '3 of 3 running' });
});

it('is read back: found, absent for certain, or not certain of a third number', async () => {
  const preState = await admitted();
  const adopt = () => setDesiredCount.adopt(call(), paramsOf(), { key, preState, since: Date.now() });
  expect(await adopt()).toEqual({ found: false, certain: true });
  await settings({ service: { ...web, desired: 4 } });
  expect(await adopt()).toEqual({ found: false, certain: false });
  await settings({ service: { ...web, desired: 5 } });
  expect(await adopt()).toMatchObject({ found: true });
});
