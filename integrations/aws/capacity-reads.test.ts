import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../domain/json.js';
import { testCall } from '../contract/testkit/call.js';
import { startTestSandbox } from '../contract/testkit/sandbox.js';
import { shared } from '../contract/testkit/shared.js';
import { ssmStartAutomation } from './actions/ssm-start-automation.js';
import { type AutomationRef, waitForAutomation } from './actions/automation-wait.js';
import { autoscalingInService } from './checks/autoscaling-in-service.js';
import { cloudwatchAlarmOk } from './checks/cloudwatch-alarm-ok.js';
import { ecsSteadyState } from './checks/ecs-steady-state.js';
import { autoScalingGroup } from './targets/auto-scaling-group.js';
import { ec2Instance } from './targets/ec2-instance.js';
import { ecsService } from './targets/ecs-service.js';
import { group, service, webRevision } from './testkit/capacity-samples.js';
import { connectSandbox, documentHash } from './testkit/samples.js';

const production = { account: '444455556666', region: 'eu-west-1' };
const staging = { account: '111122223333', region: 'eu-west-1' };
const web = { cluster: 'prod', name: 'web' };
const sandbox = shared(startTestSandbox);

const call = (place = production) => testCall(connectSandbox(sandbox.address), { place });
/** Returns once CloudWatch says OK; without that the test runs into its own limit. */
async function alarmEnds(alarm: string): Promise<void> {
  while (!(await cloudwatchAlarmOk.read(call(), { alarm }, service())).ok) await call().sleep(10);
}
const settings = (wanted: object) => sandbox.tell('aws', 'settings', wanted);

describe('the target aws.autoscaling.group', () => {
  const read = (name = 'checkout-web', place = production) => autoScalingGroup.read(call(place), { name });

  it('is read with its facts and tags', async () => {
    expect(await read()).toMatchObject({
      type: 'aws.autoscaling.group',
      id: group().id,
      name: 'checkout-web',
      ...production,
      tags: { opssentinel: 'allow' },
      facts: {
        desiredCapacity: 4,
        minSize: 2,
        maxSize: 12,
        inService: 4,
        instances: 4,
        activityInProgress: false,
        suspendedProcesses: [],
        instanceRefresh: '',
        deploying: false,
      },
    });
  });

  it('counts the instances that EC2 knows, and the healthy ones of them', async () => {
    expect(await ec2Instance.read(call(), { InstanceId: 'i-0ff66aa77bb88cc99' })).toMatchObject({
      facts: { autoScalingGroup: 'checkout-web' },
    });
    await settings({ instance: { id: 'i-0ff66aa77bb88cc99', state: 'stopped' } });
    expect(await read()).toMatchObject({ facts: { instances: 4, inService: 3 } });
  });

  it('shows what goes on there: an activity, suspended processes, a refresh', async () => {
    await settings({
      nextScaling: 'stuck',
      group: { name: 'checkout-web', suspended: ['AZRebalance'], refresh: 'InProgress', scaleTo: 5 },
    });
    expect(await read()).toMatchObject({
      facts: {
        activityInProgress: true,
        suspendedProcesses: ['AZRebalance'],
        instanceRefresh: 'InProgress',
        deploying: true,
        instances: 5,
        inService: 4,
      },
    });
  });

  it('does not claim that nothing is deployed where it may not read that', async () => {
    await sandbox.fault('autoscaling:DescribeInstanceRefreshes', '403');
    const read403 = await read();
    expect(read403).toMatchObject({ facts: { instanceRefresh: 'unknown' } });
    expect(read403?.facts).not.toHaveProperty('deploying');
  });

  it('is none when it does not exist, is in another account, or is being deleted', async () => {
    expect(await read('other')).toBeUndefined();
    expect(await read('checkout-web', staging)).toBeUndefined();
    await settings({ group: { name: 'checkout-web', deleting: true } });
    expect(await read()).toBeUndefined();
  });
});

describe('the target aws.ecs.service', () => {
  const read = (selector = { cluster: 'prod', service: 'web' }, place = production) => ecsService.read(call(place), selector);

  it('is read with its facts and tags', async () => {
    expect(await read()).toMatchObject({
      type: 'aws.ecs.service',
      id: service().id,
      name: 'web',
      ...production,
      tags: { opssentinel: 'allow' },
      facts: {
        cluster: 'prod',
        status: 'ACTIVE',
        desiredCount: 3,
        runningCount: 3,
        pendingCount: 0,
        taskDefinition: webRevision,
        deploying: false,
        circuitBreaker: true,
        deployments: [
          {
            id: expect.stringMatching(/^ecs-svc\/\d{19}$/),
            status: 'PRIMARY',
            rolloutState: 'COMPLETED',
            desiredCount: 3,
            runningCount: 3,
            failedTasks: 0,
            createdAt: expect.stringMatching(/Z$/),
          },
        ],
      },
    });
  });

  it('shows a rollout', async () => {
    await settings({ nextRollout: 'stuck', service: { ...web, deploys: true } });
    const states = (((await read())?.facts['deployments'] ?? []) as { [field: string]: Json }[]).map(
      ({ status, rolloutState }) => `${String(status)} ${String(rolloutState)}`,
    );
    expect(states).toEqual(['PRIMARY IN_PROGRESS', 'ACTIVE COMPLETED']);
    expect((await read())?.facts['deploying']).toBe(true);
  });

  it('is none when service or cluster do not exist, in another account, or once it is deleted', async () => {
    expect(await read({ cluster: 'prod', service: 'other' })).toBeUndefined();
    expect(await read({ cluster: 'other', service: 'web' })).toBeUndefined();
    expect(await read({ cluster: 'prod', service: 'web' }, staging)).toBeUndefined();
    await settings({ service: { ...web, status: 'INACTIVE' } });
    expect(await read()).toBeUndefined();
  });
});

describe('the check aws.autoscaling.in-service', () => {
  const check = () => autoscalingInService.read(call(), {}, group());

  it('tells how many of those that are wanted are in service', async () => {
    expect(await check()).toEqual({ ok: true, says: '4 of 4 in service' });
    await settings({ nextScaling: 'stuck', group: { name: 'checkout-web', scaleTo: 6 } });
    expect(await check()).toEqual({ ok: false, says: '4 of 6 in service' });
  });

  it('is not well when nothing is wanted, nor when there is no group', async () => {
    await settings({ group: { name: 'checkout-web', min: 0, desired: 0 } });
    expect(await check()).toMatchObject({ ok: false });
    await settings({ group: { name: 'checkout-web', deleting: true } });
    expect(await check()).toMatchObject({ ok: false });
  });

  it('cannot tell when it cannot read', async () => {
    await sandbox.fault('autoscaling:DescribeAutoScalingGroups', '503');
    await expect(check()).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

describe('the check aws.ecs.steady-state', () => {
  const check = () => ecsSteadyState.read(call(), {}, service());

  it('is well with one completed deployment and all tasks', async () => {
    expect(await check()).toEqual({ ok: true, says: '3 of 3 running, web:42 COMPLETED' });
  });

  it('is not well while tasks are missing, while a rollout goes on, after one has failed, or when nothing is wanted', async () => {
    await sandbox.alarm('ecs-service-down', 'ALARM');
    expect(await check()).toMatchObject({ ok: false, says: '1 of 3 running, 2 pending' });
    await settings({ nextRollout: 'stuck', service: { ...web, deploys: true, running: 3 } });
    expect(await check()).toMatchObject({ ok: false, says: '3 of 3 running, 2 deployments' });
    await sandbox.reset();
    await settings({ service: { ...web, desired: 0, running: 0 } });
    expect(await check()).toMatchObject({ ok: false });
    await settings({ service: { ...web, status: 'INACTIVE' } });
    expect(await check()).toMatchObject({ ok: false });
  });
});

describe('the document OpsSentinel-RedeployService', () => {
  const params = (parameters: Record<string, string>) =>
    ssmStartAutomation.params.parse({
      document: 'OpsSentinel-RedeployService',
      version: '7',
      sha256: documentHash('OpsSentinel-RedeployService'),
      parameters,
    });
  const aimed = params({ Cluster: 'prod', Service: 'web' });

  async function run() {
    const preState = await ssmStartAutomation.preState(call(), aimed, service());
    const { ref } = await ssmStartAutomation.start(call(), aimed, {
      key: 'ab'.repeat(32),
      startBy: Date.now() + 60_000,
      preState,
    });
    return waitForAutomation(call(), ref as AutomationRef);
  }

  it('redeploys the service that its parameters name, and the alarm ends', async () => {
    await sandbox.alarm('ecs-service-down', 'ALARM');
    expect(await run()).toMatchObject({ status: 'succeeded', says: expect.stringContaining('5 of 5 steps') });
    expect(await ecsSteadyState.read(call(), {}, service())).toMatchObject({ ok: true });
    await alarmEnds('ecs-service-down');
    expect(await sandbox.effects()).toMatchObject([{ operation: 'ssm:StartAutomationExecution', target: 'web' }]);
  });

  it('fails where the rollout is rolled back, and begins none while another is under way', async () => {
    await settings({ nextRollout: 'rolled-back' });
    expect(await run()).toMatchObject({ status: 'failed', says: expect.stringContaining('at step waitForRollout') });
    await sandbox.reset();
    await settings({ nextRollout: 'stuck', service: { ...web, deploys: true } });
    expect(await run()).toMatchObject({ status: 'failed', says: expect.stringContaining('at step checkNoRollout') });
  });

  it.each<Record<string, string>>([
    { Service: 'web', Cluster: 'staging' },
    { Service: 'web' },
    { Cluster: 'prod' },
    { Cluster: 'prod', Service: 'api' },
  ])('is refused when it is aimed at anything but the target: %j', async (parameters) => {
    await expect(ssmStartAutomation.preState(call(), params(parameters), service())).rejects.toMatchObject({
      fault: 'refused',
    });
  });
});
