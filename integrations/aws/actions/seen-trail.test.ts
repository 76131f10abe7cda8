import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { Seen } from '../../contract/action.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import { group, service, webRevision } from '../testkit/capacity-samples.js';
import { cleaning, connectSandbox, database, instance, invocation, restart } from '../testkit/samples.js';
import { setDesiredCapacity } from './autoscaling-set-desired-capacity.js';
import { ec2RebootInstance } from './ec2-reboot-instance.js';
import { ec2RestartInstance } from './ec2-restart-instance.js';
import { redeployService } from './ecs-redeploy-service.js';
import { setDesiredCount } from './ecs-set-desired-count.js';
import { lambdaInvoke } from './lambda-invoke.js';
import { rdsRebootInstance } from './rds-reboot-instance.js';
import { ssmRunCommand } from './ssm-run-command.js';
import { ssmStartAutomation } from './ssm-start-automation.js';

const minute = 60_000;
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());
const [server, orders, web, shop] = [instance('i-0aa11bb22cc33dd44'), database('orders'), group(), service()];

/** The time that is asked about ended two minutes ago; it is asked so many minutes after its end. */
const seenBy = async (
  action: { seenDone?: (...given: never[]) => Promise<Seen>; params: { parse: (given: unknown) => unknown } },
  params: object,
  target: Target,
  after = 20,
): Promise<Seen> => {
  const within = { since: Date.now() - 32 * minute, until: Date.now() - 2 * minute };
  const { account, region } = target;
  const call = testCall(connectSandbox(sandbox.address), {
    place: { account, region },
    now: () => within.until + after * minute,
  });
  const seenDone = action.seenDone as ((...given: unknown[]) => Promise<Seen>) | undefined;
  return (await seenDone?.(call, action.params.parse(params), target, within)) as Seen;
};

const power = { instance: server.name, allowGroupMember: false };
const scale = { group: web.name, from: 4, desired: 6, ceiling: 12, move: 'out' };
const count = { cluster: 'prod', service: 'web', from: 3, desired: 5, ceiling: 6, move: 'out' };
const redeploy = { cluster: 'prod', service: 'web', taskDefinition: webRevision };
const on = (id: string) => ({ instancesSet: { items: [{ instanceId: id }] } });

interface Case {
  action: Parameters<typeof seenBy>[0];
  params: object;
  target: Target;
}
const reboot: Case = { action: ec2RebootInstance, params: power, target: server };
const anew: Case = { action: ec2RestartInstance, params: power, target: server };
const databaseReboot: Case = { action: rdsRebootInstance, params: { instance: 'orders', failover: false }, target: orders };
const failover: Case = { ...databaseReboot, params: { instance: 'orders', failover: true } };
const resize: Case = { action: setDesiredCapacity, params: scale, target: web };
const rollout: Case = { action: redeployService, params: redeploy, target: shop };
const counted: Case = { action: setDesiredCount, params: count, target: shop };
const invoke: Case = { action: lambdaInvoke, params: invocation(server.name), target: server };
const invokeOnDatabase: Case = { ...invoke, params: invocation('orders'), target: orders };
const automation: Case = {
  action: ssmStartAutomation,
  params: restart(server.name, 'OpsSentinel-RebootInstance'),
  target: server,
};
const cleanup: Case = { action: ssmRunCommand, params: cleaning, target: server };

type Deed = [name: string, service: string, request: JsonObject, more?: object];
const tell = ({ target }: Case, deeds: readonly Deed[]) =>
  sandbox.tell('aws', 'trail', {
    events: deeds.map(([name, of, request, more], index) => ({
      name,
      service: of,
      request,
      account: target.account,
      ago: 600 - index * 10,
      ...more,
    })),
  });

const but = ([name, of, request]: Deed, more: object): Deed => [name, of, request, more];
const byService = { invokedBy: 'ssm.amazonaws.com' };
const ours = { by: 'os-pagerduty=Q0HX7KD' };
const rebooted: Deed = ['RebootInstances', 'ec2', on(server.name)];
const stopped: Deed = ['StopInstances', 'ec2', on(server.name)];
const started: Deed = ['StartInstances', 'ec2', on(server.name)];
const update = (request: JsonObject): Deed => ['UpdateService', 'ecs', { cluster: 'prod', service: 'web', ...request }];
const sized = (desiredCapacity: number): Deed => [
  'SetDesiredCapacity',
  'autoscaling',
  { autoScalingGroupName: 'checkout-web', desiredCapacity },
];
const databaseDeed = (name: string, more: JsonObject = {}): Deed => [name, 'rds', { dBInstanceIdentifier: 'orders', ...more }];
const resourced = { resources: [{ ResourceType: 'AWS::EC2::Instance', ResourceName: server.name }] };

describe('N3: what people did, by CloudTrail', () => {
  it.each<[string, Case, Deed[], Seen['what'], string]>([
    ['a reboot: nobody', reboot, [], 'not done', 'CloudTrail tells of nobody who changed i-0aa11bb22cc33dd44'],
    ['a reboot: somebody', reboot, [rebooted], 'done', 'RebootInstances by ada as Engineers at '],
    ['a reboot: ourselves', reboot, [but(rebooted, ours)], 'not done', 'nobody'],
    ['a reboot: a service, for somebody', reboot, [but(rebooted, byService)], 'unknown', 'for whom, it does not say'],
    ['a reboot: stopped instead', reboot, [but(stopped, resourced)], 'other', 'StopInstances by ada'],
    ['a reboot: stopped, which did not help, then rebooted', reboot, [stopped, rebooted], 'done', 'RebootInstances'],
    ['a reboot: another instance', reboot, [['RebootInstances', 'ec2', on(`${server.name}5`)]], 'not done', 'nobody'],
    [
      'a reboot: its tags alone',
      reboot,
      [['CreateTags', 'ec2', { resourcesSet: { items: [{ resourceId: server.name }] } }, resourced]],
      'not done',
      'nobody',
    ],
    [
      'a reboot: somebody was on it',
      reboot,
      [['StartSession', 'ssm', { target: server.name }]],
      'unknown',
      'StartSession by ada as Engineers',
    ],
    [
      'a reboot: an event that cannot be read',
      reboot,
      [but(stopped, resourced), ['RebootInstances', 'ec2', {}, { raw: '{' }]],
      'unknown',
      'cannot be read',
    ],
    ['a restart: nobody', anew, [], 'not done', 'has run since'],
    ['a restart: stopped and started', anew, [stopped, started], 'done', 'StartInstances by ada'],
    ['a restart: rebooted instead', anew, [but(rebooted, resourced)], 'other', 'RebootInstances by ada'],
    ['a restart: started, having stood still', anew, [started], 'other', 'StartInstances by ada'],
    ['a restart: by an automation', anew, [but(stopped, byService), but(started, byService)], 'unknown', 'for whom'],
    ['a database: nobody', databaseReboot, [], 'not done', 'nobody who changed orders'],
    ['a database: rebooted', databaseReboot, [databaseDeed('RebootDBInstance')], 'done', 'RebootDBInstance by ada'],
    [
      'a database: failed over',
      failover,
      [databaseDeed('RebootDBInstance', { forceFailover: true })],
      'done',
      'RebootDBInstance',
    ],
    [
      'a database: rebooted in place, and not failed over',
      failover,
      [databaseDeed('RebootDBInstance')],
      'other',
      'RebootDBInstance',
    ],
    [
      'a database: modified',
      databaseReboot,
      [
        [
          'ModifyDBInstance',
          'rds',
          { dBInstanceIdentifier: 'orders' },
          { resources: [{ ResourceType: 'x', ResourceName: 'orders' }] },
        ],
      ],
      'other',
      'ModifyDBInstance by ada',
    ],
    ['a database: ourselves', databaseReboot, [but(databaseDeed('RebootDBInstance'), ours)], 'not done', 'nobody'],
    ['a group: nobody', resize, [], 'not done', 'no scaling activity'],
    ['a group: more', resize, [sized(5)], 'done', 'SetDesiredCapacity by ada'],
    ['a group: fewer', resize, [sized(3)], 'other', 'SetDesiredCapacity by ada'],
    ['a group: a service of AWS', resize, [but(sized(5), byService)], 'unknown', 'for whom'],
    ['a service: nobody', rollout, [], 'not done', 'nobody who changed prod/web'],
    ['a service: redeployed', rollout, [update({ forceNewDeployment: true })], 'done', 'UpdateService by ada'],
    [
      'a service: redeployed at the console',
      rollout,
      [update({ forceNewDeployment: true, desiredCount: 3, taskDefinition: 'web:42' })],
      'done',
      'UpdateService',
    ],
    [
      'a service: another revision',
      rollout,
      [update({ forceNewDeployment: true, taskDefinition: 'web:43' })],
      'other',
      'UpdateService',
    ],
    ['a service: of another cluster', rollout, [update({ forceNewDeployment: true, cluster: 'test' })], 'not done', 'nobody'],
    ['a count: nobody', counted, [], 'not done', 'it wants 3 tasks, as before'],
    [
      'a count: raised and lowered again',
      counted,
      [update({ desiredCount: 5 }), update({ desiredCount: 3 })],
      'done',
      'UpdateService',
    ],
    ['a count: lowered', counted, [update({ desiredCount: 2 })], 'other', 'UpdateService by ada'],
    ['a count: by a scaling policy', counted, [but(update({ desiredCount: 5 }), byService)], 'unknown', 'for whom'],
    ['a function: nothing to be seen', invoke, [], 'unknown', "is not in CloudTrail's event history"],
    ['a function: what else was done', invoke, [but(rebooted, resourced)], 'unknown', 'RebootInstances by ada'],
    [
      'a function on a database: what else was done',
      invokeOnDatabase,
      [
        [
          'RebootDBInstance',
          'rds',
          { dBInstanceIdentifier: 'orders' },
          { resources: [{ ResourceType: 'AWS::RDS::DBInstance', ResourceName: 'orders' }] },
        ],
      ],
      'unknown',
      'whether the function ops-restart-instance does the same cannot be read',
    ],
    ['an automation that reboots: nobody', automation, [], 'not done', 'nobody'],
    ['an automation that reboots: by hand', automation, [rebooted], 'done', 'RebootInstances by ada'],
    ['a command: nobody', cleanup, [], 'not done', 'nobody ran OpsSentinel-CleanTempFiles'],
    ['a command: restarted instead', cleanup, [stopped, started], 'other', 'StartInstances by ada'],
    [
      'a command: another one, whose parameters are hidden',
      cleanup,
      [
        [
          'SendCommand',
          'ssm',
          { documentName: 'AWS-RunShellScript', instanceIds: [server.name], parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
        ],
      ],
      'unknown',
      'what was done by it cannot be read',
    ],
  ])('%s', async (_name, of, deeds, what, says) => {
    await tell(of, deeds);
    expect(await seenBy(of.action, of.params, of.target)).toEqual({ what, says: expect.stringContaining(says) });
  });

  it.each([
    ['a reboot', reboot],
    ['a restart', anew],
    ['a database', databaseReboot],
    ['a group', resize],
    ['a service', rollout],
    ['a count', counted],
    ['a function', invoke],
    ['an automation', automation],
    ['a command', cleanup],
  ])('%s: while CloudTrail may be behind, nothing is said but to ask again', async (_name, of) => {
    const early = seenBy(of.action, of.params, of.target, 5);
    await expect(early).rejects.toMatchObject({ fault: 'unavailable', retryAfterMs: 10 * minute });
    await expect(seenBy(of.action, of.params, of.target, 15)).resolves.toBeDefined();
  });

  it('something else is no answer while the same may still be told of; the same is one at once', async () => {
    await tell(reboot, [but(stopped, resourced)]);
    await expect(seenBy(reboot.action, power, server, 5)).rejects.toMatchObject({ fault: 'unavailable' });
    await tell(reboot, [rebooted]);
    expect(await seenBy(reboot.action, power, server, 0)).toMatchObject({ what: 'done' });
  });

  it('of more than is read, only what was found is said', async () => {
    await sandbox.tell('aws', 'settings', { pageOf: 1 });
    await tell(
      reboot,
      Array.from({ length: 12 }, (): Deed => ['RebootInstances', 'ec2', on('i-0123456789abcdef0')]),
    );
    expect(await seenBy(reboot.action, power, server)).toMatchObject({
      what: 'unknown',
      says: expect.stringContaining('10 pages'),
    });
    await tell(reboot, [but(rebooted, { ago: 200 })]);
    expect(await seenBy(reboot.action, power, server)).toMatchObject({ what: 'done' });
  });

  it.each([
    ['429', 'throttled'],
    ['503', 'unavailable'],
    ['403', 'forbidden'],
  ] as const)('a %s of it is %s', async (kind, fault) => {
    await sandbox.fault('cloudtrail:LookupEvents', kind, { times: 9 });
    await expect(seenBy(reboot.action, power, server)).rejects.toMatchObject({ fault });
  });
});

describe('N3: who did what the service itself shows', () => {
  const later = () => ({ since: Date.now() - minute, until: Date.now() + minute });
  const call = (target: Target, role?: string) =>
    testCall(connectSandbox(sandbox.address), {
      place: { account: target.account, region: target.region, ...(role === undefined ? {} : { role }) },
    });
  const redeployed = async (role?: string) => {
    await call(shop, role).client.ecs.updateService(call(shop, role), {
      cluster: 'prod',
      service: 'web',
      forceNewDeployment: true,
    });
    return redeployService.seenDone?.(call(shop), redeployService.params.parse(redeploy), shop, later());
  };

  it('is told with it', async () => {
    expect(await redeployed()).toMatchObject({
      what: 'done',
      says: expect.stringMatching(/web:42 began at .*: UpdateService by grace/),
    });
  });

  it('was done by nobody else where it was ourselves', async () => {
    expect(await redeployed('OpsSentinelAct')).toMatchObject({
      what: 'not done',
      says: expect.stringContaining('OpsSentinel itself'),
    });
  });

  it('stands as it is where the role may not look, and is asked for again where CloudTrail is away', async () => {
    await sandbox.fault('cloudtrail:LookupEvents', '403');
    expect(await redeployed()).toMatchObject({ what: 'done', says: expect.not.stringContaining('UpdateService') });
    await sandbox.fault('cloudtrail:LookupEvents', '429');
    await expect(redeployed()).rejects.toMatchObject({ fault: 'throttled' });
  });

  it('a command is told with who sent it, although CloudTrail hides what it was given', async () => {
    const as = call(server);
    await as.client.ssm.sendCommand(as, {
      DocumentName: cleaning.document,
      InstanceIds: [server.name],
      Parameters: { Path: ['/'], MinAgeHours: ['24'] },
    });
    await as.sleep(300);
    const seen = await ssmRunCommand.seenDone?.(as, ssmRunCommand.params.parse(cleaning), server, later());
    expect(seen).toMatchObject({ what: 'done', says: expect.stringMatching(/^SSM command .*: SendCommand by grace at /) });
  });
});
