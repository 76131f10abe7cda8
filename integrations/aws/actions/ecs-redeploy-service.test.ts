import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { cloudwatchAlarmOk } from '../checks/cloudwatch-alarm-ok.js';
import { ecsService } from '../targets/ecs-service.js';
import { service, webRevision } from '../testkit/capacity-samples.js';
import { connectSandbox } from '../testkit/samples.js';
import { redeployService } from './ecs-redeploy-service.js';
import { type RolloutRef, waitForRollout } from './rollout-wait.js';

const key = 'ef'.repeat(32);
const place = { account: '444455556666', region: 'eu-west-1' };
const web = { cluster: 'prod', name: 'web' };
const sandbox = shared(startTestSandbox);

const call = () => testCall(connectSandbox(sandbox.address), { place });
const params = redeployService.params.parse({ cluster: 'prod', service: 'web', taskDefinition: webRevision });
const settings = (wanted: object) => sandbox.tell('aws', 'settings', wanted);
const admitted = () => redeployService.preState(call(), params, service());
const start = (preState: JsonObject) => redeployService.start(call(), params, { key, startBy: Date.now() + 60_000, preState });
const adopt = (preState: JsonObject, since = Date.now()) => redeployService.adopt(call(), params, { key, preState, since });
const read = () => ecsService.read(call(), { cluster: 'prod', service: 'web' });

async function begin(): Promise<RolloutRef> {
  const { ref } = await start(await admitted());
  return ref as RolloutRef;
}

describe('what it is settled to', () => {
  it('is the revision that runs, and only ever that', () => {
    expect(redeployService.written?.settle({}, service())).toEqual({ ok: true, params });
    expect(redeployService.written?.params.safeParse({ taskDefinition: 'web' }).success).toBe(false);
    expect(redeployService.says(params)).toBe('ECS service prod/web: new deployment of web:42');
    expect(redeployService.warns?.(params)).toContain('latest');
  });
});

describe('before the start', () => {
  it.each([
    ['a rollout is under way', { ...web, deploys: true }, 'a rollout of prod/web is under way'],
    ['another revision runs by now', { ...web, taskDefinition: 'web:43' }, 'runs web:43 by now'],
    ['the service is being deleted', { ...web, status: 'DRAINING' }, 'is DRAINING'],
    ['the service is deleted', { ...web, status: 'INACTIVE' }, 'there is no ECS service prod/web'],
    ['somebody else rolls it out', { ...web, controller: 'CODE_DEPLOY' }, 'is rolled out by CODE_DEPLOY'],
  ])('refuses when %s', async (_what, change, words) => {
    await settings({ nextRollout: 'stuck', service: change });
    await expect(admitted()).rejects.toMatchObject({
      fault: expect.stringMatching(/^(conflict|absent)$/),
      message: expect.stringContaining(words),
    });
  });

  it('refuses to work on anything but the target that was locked', async () => {
    const staging = { ...service(), id: 'arn:aws:ecs:eu-west-1:444455556666:service/staging/web' };
    await expect(redeployService.preState(call(), params, staging)).rejects.toMatchObject({ fault: 'refused' });
    await expect(redeployService.preState(call(), params, service({ cluster: 'staging' }))).rejects.toMatchObject({
      fault: 'refused',
    });
  });
});

describe('the start', () => {
  it('forces a deployment and changes nothing else', async () => {
    const before = await read();
    const ref = await begin();
    expect(ref.before).toHaveLength(1);
    expect(ref.before).not.toContain(ref.deployment);
    const after = await read();
    expect(after?.facts['taskDefinition']).toBe(before?.facts['taskDefinition']);
    expect(after?.facts['desiredCount']).toBe(3);
    expect(await sandbox.effects()).toMatchObject([{ operation: 'ecs:UpdateService', outcome: `deployment ${ref.deployment}` }]);
  });

  it('does not come on top of what began since admission', async () => {
    const preState = await admitted();
    await settings({ service: { ...web, deploys: true } });
    await expect(start(preState)).rejects.toMatchObject({ fault: 'conflict' });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('is refused by ECS when the service has gone meanwhile, and nothing was done', async () => {
    const preState = await admitted();
    await settings({ service: { ...web, status: 'INACTIVE' } });
    await expect(start(preState)).rejects.toMatchObject({ fault: 'absent' });
    const gone = connectSandbox(sandbox.address).ecs.updateService(call(), {
      cluster: 'prod',
      service: 'web',
      forceNewDeployment: true,
    });
    await expect(gone).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('ServiceNotActiveException'),
    });
  });
});

describe('the wait', () => {
  it('lasts until our deployment is completed; then the tasks run and the alarm ends', async () => {
    await sandbox.alarm('ecs-service-down', 'ALARM');
    expect(await read()).toMatchObject({ facts: { runningCount: 1, desiredCount: 3, deploying: false } });
    const ref = await begin();
    expect(await waitForRollout(call(), ref)).toEqual({
      status: 'succeeded',
      says: `deployment ${ref.deployment} COMPLETED, 3 of 3 running web:42`,
    });
    while (!(await cloudwatchAlarmOk.read(call(), { alarm: 'ecs-service-down' }, service())).ok) await call().sleep(10);
  });

  it('fails when the circuit breaker rolls it back, although a deployment is completed in the end', async () => {
    await settings({ nextRollout: 'rolled-back' });
    const end = await waitForRollout(call(), await begin());
    expect(end).toMatchObject({ status: 'failed', says: expect.stringContaining('rolled back by the circuit breaker') });
  });

  it('fails when it has vanished into the new PRIMARY before anybody looked', async () => {
    await settings({ nextRollout: 'rolled-back' });
    const ref = await begin();
    while (((await read())?.facts['deployments'] as unknown[] | undefined)?.length !== 1) await call().sleep(10);
    expect(await waitForRollout(call(), ref)).toMatchObject({
      status: 'failed',
      says: expect.stringMatching(/is gone: rolled back by the circuit breaker; PRIMARY is ecs-svc/),
    });
  });

  it('fails with the words of ECS where nothing is rolled back', async () => {
    await settings({ nextRollout: 'FAILED' });
    expect(await waitForRollout(call(), await begin())).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('FAILED: ECS deployment circuit breaker: tasks failed to start.'),
    });
  });

  it('lives through reads that fail, and never ends well by not being able to read', async () => {
    const ref = await begin();
    await sandbox.fault('ecs:DescribeServices', '503', { times: 2 });
    expect(await waitForRollout(call(), ref)).toMatchObject({ status: 'succeeded' });
    await sandbox.fault('ecs:DescribeServices', '403', { times: 20 });
    expect(await waitForRollout(call(), ref)).toMatchObject({ status: 'unknown' });
  });
});

describe('the read-back', () => {
  it('takes the one new deployment of the same revision for ours', async () => {
    const preState = await admitted();
    const since = Date.now();
    await sandbox.fault('ecs:UpdateService', 'execute-then-500');
    await expect(start(preState)).rejects.toMatchObject({ fault: 'ambiguous' });
    const adopted = await adopt(preState, since);
    expect(adopted).toMatchObject({ found: true, ref: { deployment: expect.stringMatching(/^ecs-svc\//) } });
    if (adopted.found) expect(await waitForRollout(call(), adopted.ref as RolloutRef)).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['nothing began', []],
    [
      'two began',
      [
        { ...web, deploys: true },
        { ...web, deploys: true },
      ],
    ],
    ['one of another revision began', [{ ...web, deploys: true, taskDefinition: 'web:43' }]],
  ])('is not certain when %s', async (_what, changes) => {
    const preState = await admitted();
    for (const change of changes) await settings({ nextRollout: 'stuck', service: change });
    expect(await adopt(preState)).toEqual({ found: false, certain: false });
  });

  it('is not certain of a deployment that is older than the permit', async () => {
    const preState = await admitted();
    await settings({ service: { ...web, deploys: true } });
    expect(await adopt(preState, Date.now() + 3_600_000)).toEqual({ found: false, certain: false });
  });
});

it('asks for no right to hand over a role', () => {
  const grants = redeployService.grants?.({ ...place, params: {} }) ?? [];
  expect(grants.flatMap(({ actions }) => actions).sort()).toEqual([
    'cloudtrail:LookupEvents',
    'ecs:DescribeServices',
    'ecs:UpdateService',
  ]);
});
