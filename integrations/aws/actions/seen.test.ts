import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Target } from '../../../domain/target.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import { group, service, webRevision } from '../testkit/capacity-samples.js';
import { connectSandbox, instance } from '../testkit/samples.js';
import { setDesiredCapacity } from './autoscaling-set-desired-capacity.js';
import { commentOf } from './command-adopt.js';
import { keyTag } from './automation-adopt.js';
import { ec2RebootInstance } from './ec2-reboot-instance.js';
import { ec2RestartInstance } from './ec2-restart-instance.js';
import { redeployService } from './ecs-redeploy-service.js';
import { setDesiredCount } from './ecs-set-desired-count.js';
import { lambdaInvoke } from './lambda-invoke.js';
import { ssmRunCommand } from './ssm-run-command.js';
import { ssmStartAutomation } from './ssm-start-automation.js';

const minute = 60_000;
const target = instance('i-0aa11bb22cc33dd44');
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

/** Asked when CloudTrail has told everything of that time. */
const call = (of: Target = target, role?: string) =>
  testCall(connectSandbox(sandbox.address), {
    place: { account: of.account, region: of.region, ...(role === undefined ? {} : { role }) },
    now: () => Date.now() + 60 * minute,
  });
/** The time in which the alert stood. */
const meanwhile = () => ({ since: Date.now() - minute, until: Date.now() + minute });
const before = () => ({ since: Date.now() - 90 * minute, until: Date.now() - 60 * minute });
const power = { instance: target.name, allowGroupMember: false };

async function startAnew(): Promise<void> {
  const { ec2 } = call().client;
  await ec2.stopInstances(call(), { InstanceIds: [target.name] });
  await expectState('stopped');
  await ec2.startInstances(call(), { InstanceIds: [target.name] });
  await expectState('running');
}

async function expectState(state: string): Promise<void> {
  for (let look = 0; look < 400; look++) {
    const { Reservations = [] } = await call().client.ec2.describeInstances(call(), { InstanceIds: [target.name] });
    if (Reservations[0]?.Instances?.[0]?.State?.Name === state) return;
    await call().sleep(10);
  }
  throw new Error(`${target.name} is not ${state}`);
}

describe('N3: whether a human did the same on the same target', () => {
  it('a stop and start shows by the launch time; of a rule that reboots it is something else', async () => {
    const restarted = () => ec2RestartInstance.seenDone?.(call(), power, target, meanwhile());
    const rebooted = () => ec2RebootInstance.seenDone?.(call(), power, target, meanwhile());
    expect(await restarted()).toMatchObject({ what: 'not done' });
    expect(await rebooted()).toMatchObject({ what: 'not done' });
    await startAnew();
    expect(await restarted()).toMatchObject({ what: 'done', says: expect.stringContaining('EC2 launch time') });
    expect(await rebooted()).toMatchObject({ what: 'other' });
  });

  it('a start anew hides what came before from EC2, and not from CloudTrail', async () => {
    await startAnew();
    const seen = () => ec2RestartInstance.seenDone?.(call(), power, target, before());
    expect(await seen()).toMatchObject({ what: 'not done', says: expect.stringContaining('hides what came before') });
    const deed = { service: 'ec2', account: target.account, request: { instancesSet: { items: [{ instanceId: target.name }] } } };
    const events = [
      { ...deed, name: 'StopInstances', ago: 75 * 60 },
      { ...deed, name: 'StartInstances', ago: 74 * 60 },
    ];
    await sandbox.tell('aws', 'trail', { events });
    expect(await seen()).toMatchObject({ what: 'done', says: expect.stringContaining('StartInstances by ada') });
  });

  it('an instance that is gone or stopped was acted on in another way', async () => {
    await call().client.ec2.stopInstances(call(), { InstanceIds: [target.name] });
    expect(await ec2RestartInstance.seenDone?.(call(), power, target, meanwhile())).toMatchObject({ what: 'other' });
    const gone = { ...target, name: 'i-0123456789abcdef0' };
    expect(await ec2RestartInstance.seenDone?.(call(), power, gone, meanwhile())).toMatchObject({ what: 'other' });
  });

  it('a new deployment of the same revision is the same, of another revision it is not', async () => {
    const params = redeployService.params.parse({ cluster: 'prod', service: 'web', taskDefinition: webRevision });
    const seen = () => redeployService.seenDone?.(call(service()), params, service(), meanwhile());
    expect(
      await redeployService.seenDone?.(call(service()), params, service(), {
        since: Date.now() + minute,
        until: Date.now() + 2 * minute,
      }),
    ).toMatchObject({ what: 'not done' });
    await call(service()).client.ecs.updateService(call(service()), {
      cluster: 'prod',
      service: 'web',
      forceNewDeployment: true,
    });
    expect(await seen()).toMatchObject({ what: 'done', says: expect.stringContaining('web:42') });
    await sandbox.reset();
    await sandbox.tell('aws', 'settings', {
      nextRollout: 'stuck',
      service: { cluster: 'prod', name: 'web', taskDefinition: 'web:43', deploys: true },
    });
    expect(await seen()).toMatchObject({ what: 'other' });
  });

  it.each([
    [6, 'done'],
    [3, 'other'],
  ])('a group set to %i by a user is %s for a rule that scales out', async (desired, what) => {
    const of = group();
    const wanted = { group: of.name, from: 4, desired: 6, ceiling: 12, move: 'out' as const };
    const seen = () => setDesiredCapacity.seenDone?.(call(of), wanted, of, meanwhile());
    expect(await seen()).toMatchObject({ what: 'not done' });
    await call(of).client.autoScaling.setDesiredCapacity(call(of), { AutoScalingGroupName: of.name, DesiredCapacity: desired });
    expect(await seen()).toMatchObject({ what, says: expect.stringContaining('a user request') });
  });

  it.each([
    [5, 'done'],
    [2, 'other'],
  ])('a service made to want %i tasks is %s for a rule that adds some', async (desired, what) => {
    const wanted = { cluster: 'prod', service: 'web', from: 3, desired: 5, ceiling: 6, move: 'out' as const };
    await call(service()).client.ecs.updateService(call(service()), { cluster: 'prod', service: 'web', desiredCount: desired });
    expect(await setDesiredCount.seenDone?.(call(service()), wanted, service(), meanwhile())).toMatchObject({ what });
  });
});

describe('N3: whether somebody else ran the same document', () => {
  const automation = {
    document: 'OpsSentinel-RestartInstance',
    version: '7',
    sha256: '0'.repeat(64),
    parameters: { InstanceId: target.name },
    assumeRole: 'OpsSentinelAutomation',
  };
  const automated = () => ssmStartAutomation.seenDone?.(call(), automation, target, meanwhile());
  const start = (tags: { Key: string; Value: string }[]) => {
    const as = call(target, tags.length > 0 ? 'OpsSentinelAct' : undefined);
    return as.client.ssm.startAutomation(as, {
      DocumentName: automation.document,
      DocumentVersion: '7',
      Parameters: { InstanceId: [target.name], AutomationAssumeRole: ['arn:aws:iam::111122223333:role/OpsSentinelAutomation'] },
      ...(tags.length > 0 ? { Tags: tags } : {}),
    });
  };
  const listed = async (id: string | undefined) => {
    for (let look = 0; look < 200; look++) {
      const found = await call()
        .client.ssm.getAutomation(call(), { AutomationExecutionId: id ?? '' })
        .catch(() => undefined);
      if (found) return;
      await call().sleep(10);
    }
  };

  it("an automation of theirs is the same; ours, which carries our mark, is nobody's", async () => {
    expect(await automated()).toMatchObject({ what: 'not done' });
    const ours = await start([{ Key: keyTag, Value: 'ab'.repeat(32) }]);
    await listed(ours.AutomationExecutionId);
    expect((await automated())?.says).not.toContain('SSM Automation');
    const theirs = await start([]);
    await listed(theirs.AutomationExecutionId);
    expect(await automated()).toMatchObject({ what: 'done', says: expect.stringContaining(theirs.AutomationExecutionId ?? '?') });
  });

  it('what a function does nobody can read: a start anew is told, for a person to judge', async () => {
    const invoked = () =>
      lambdaInvoke.seenDone?.(call(), { function: 'ops-restart-instance', version: '7', payload: {} }, target, meanwhile());
    expect(await invoked()).toMatchObject({ what: 'unknown', says: expect.stringContaining('event history') });
    await startAnew();
    expect(await invoked()).toMatchObject({ what: 'unknown', says: expect.stringContaining('EC2 launch time') });
  });

  it('whoever did by hand what our document does did the same', async () => {
    await startAnew();
    expect(await automated()).toMatchObject({ what: 'done', says: expect.stringContaining('EC2 launch time') });
  });

  it('a command of theirs is the same; one with our comment is not', async () => {
    const document = 'OpsSentinel-RestartServiceCommand';
    const seen = () =>
      ssmRunCommand.seenDone?.(
        call(),
        { document, version: '1', sha256: '0'.repeat(64), parameters: {}, startWithin: '60s', timeout: '60s' },
        target,
        meanwhile(),
      );
    const send = (Comment: string, role?: string) => {
      const as = call(target, role);
      return as.client.ssm.sendCommand(as, {
        DocumentName: document,
        InstanceIds: [target.name],
        Parameters: { Service: ['nginx'] },
        Comment,
      });
    };
    expect(await seen()).toMatchObject({ what: 'not done' });
    await send(commentOf('ab'.repeat(32)), 'OpsSentinelAct');
    await call().sleep(300);
    expect(await seen()).toMatchObject({ what: 'not done' });
    await send('by hand');
    await call().sleep(300);
    expect(await seen()).toMatchObject({ what: 'done' });
  });
});
