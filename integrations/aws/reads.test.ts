import { describe, expect, it } from '@jest/globals';
import type { Alert } from '../../domain/alert.js';
import type { Place } from '../contract/call.js';
import { testCall } from '../contract/testkit/call.js';
import { startTestSandbox } from '../contract/testkit/sandbox.js';
import { shared } from '../contract/testkit/shared.js';
import { createRegistry } from '../registry.js';
import { ssmStartAutomation } from './actions/ssm-start-automation.js';
import { type AutomationRef, waitForAutomation } from './actions/automation-wait.js';
import { cloudwatchAlarmOk } from './checks/cloudwatch-alarm-ok.js';
import { ec2StatusChecksOk } from './checks/ec2-status-checks.js';
import { awsConfig } from './config.js';
import { ec2Instance } from './targets/ec2-instance.js';
import { connectSandbox, instance, restart } from './testkit/samples.js';
import { cloudwatchAlarmWitness } from './witnesses/cloudwatch-alarm.js';

const staging: Place = { account: '111122223333', region: 'eu-west-1' };
const production: Place = { account: '444455556666', region: 'eu-west-1' };
const sandbox = shared(startTestSandbox);

const call = (place: Place = staging) => testCall(connectSandbox(sandbox.address), { place });

const alertOf = (arn: string, over: Partial<Alert> = {}): Alert => ({
  source: 'cloudwatch',
  name: 'ec2-cpu-high',
  labels: {},
  startedAt: '2026-09-30T08:14:01.266Z',
  trust: 'signed',
  correlationKey: 'x',
  origin: { kind: 'aws.cloudwatch.alarm', id: arn },
  ...over,
});
const arnOf = (name: string, account = staging.account, region = 'eu-west-1') =>
  `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;

describe('the witness aws.cloudwatch.alarm', () => {
  it('says firing with since when and the dimensions as CloudWatch has them', async () => {
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    expect(await cloudwatchAlarmWitness.read(call(), alertOf(arnOf('ec2-cpu-high')))).toMatchObject({
      by: 'aws.cloudwatch.alarm',
      state: 'firing',
      since: expect.stringMatching(/Z$/),
      labels: { InstanceId: 'i-0aa11bb22cc33dd44' },
      says: expect.stringMatching(/^DescribeAlarms: ALARM since \d\d:\d\d:\d\dZ$/),
    });
  });

  it('says clear, and asks in the account and region of the ARN, whatever the call or the alert say', async () => {
    await sandbox.alarm('ec2-cpu-high-prod', 'ALARM');
    const alert = alertOf(arnOf('ec2-cpu-high-prod', production.account), { region: 'us-east-1', account: staging.account });
    expect(await cloudwatchAlarmWitness.read(call(staging), alert)).toMatchObject({ state: 'firing' });
    expect(await cloudwatchAlarmWitness.read(call(production), alertOf(arnOf('ec2-cpu-high')))).toMatchObject({ state: 'clear' });
  });

  it('says unknown of an alarm that is not there, in another region or without rights: never firing', async () => {
    expect(await cloudwatchAlarmWitness.read(call(), alertOf(arnOf('none')))).toMatchObject({ state: 'unknown' });
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    expect(await cloudwatchAlarmWitness.read(call(), alertOf(arnOf('ec2-cpu-high', staging.account, 'us-east-1')))).toMatchObject(
      { state: 'unknown' },
    );
    await sandbox.fault('cloudwatch:DescribeAlarms', '403');
    const forbidden = await cloudwatchAlarmWitness.read(call(), alertOf(arnOf('ec2-cpu-high')));
    expect(forbidden).toMatchObject({ state: 'unknown', says: expect.stringContaining('cloudwatch:DescribeAlarms') });
  });

  it('asks to be asked again when CloudWatch cannot answer now', async () => {
    for (const [kind, fault] of [
      ['503', 'unavailable'],
      ['429', 'throttled'],
      ['half-body', 'unavailable'],
    ] as const) {
      await sandbox.fault('cloudwatch:DescribeAlarms', kind);
      await expect(cloudwatchAlarmWitness.read(call(), alertOf(arnOf('ec2-cpu-high')))).rejects.toMatchObject({ fault });
    }
  });

  it('covers alerts that name a CloudWatch alarm and no others', () => {
    expect(cloudwatchAlarmWitness.covers(alertOf(arnOf('ec2-cpu-high')))).toBe(true);
    expect(cloudwatchAlarmWitness.covers(alertOf('arn:aws:sns:eu-west-1:111122223333:x'))).toBe(false);
    expect(cloudwatchAlarmWitness.covers(alertOf(arnOf('x'), { origin: { kind: 'grafana', id: arnOf('x') } }))).toBe(false);
  });

  const composite = (over: object) => {
    const client = connectSandbox(sandbox.address);
    const describeAlarms = async () => ({
      $metadata: {},
      CompositeAlarms: [{ AlarmName: 'c', AlarmArn: arnOf('c'), StateValue: 'ALARM' as const, ...over }],
    });
    return testCall({ ...client, cloudwatch: { ...client.cloudwatch, describeAlarms } });
  };

  it('tells no labels of a composite alarm', async () => {
    const seen = await cloudwatchAlarmWitness.read(
      composite({ StateUpdatedTimestamp: new Date('2026-09-30T08:14:01Z') }),
      alertOf(arnOf('c')),
    );
    expect(seen).toMatchObject({ state: 'firing', since: '2026-09-30T08:14:01.000Z' });
    expect(seen).not.toHaveProperty('labels');
  });

  it('takes INSUFFICIENT_DATA for unknown', async () => {
    expect(await cloudwatchAlarmWitness.read(composite({ StateValue: 'INSUFFICIENT_DATA' }), alertOf(arnOf('c')))).toMatchObject({
      state: 'unknown',
    });
  });

  it('believes only the alarm whose ARN it asked for', async () => {
    expect(
      await cloudwatchAlarmWitness.read(composite({ AlarmArn: arnOf('c', '999999999999') }), alertOf(arnOf('c'))),
    ).toMatchObject({ state: 'unknown' });
  });
});

describe('the target aws.ec2.instance', () => {
  const read = (id: string, place = staging) => ec2Instance.read(call(place), { InstanceId: id });

  it('is read with its facts', async () => {
    expect(await read('i-0aa11bb22cc33dd44')).toMatchObject({
      type: 'aws.ec2.instance',
      id: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa11bb22cc33dd44',
      name: 'i-0aa11bb22cc33dd44',
      ...staging,
      tags: { opssentinel: 'allow' },
      facts: {
        state: 'running',
        instanceType: 't3.small',
        autoScalingGroup: '',
        ssmPing: 'Online',
        statusChecks: 'ok',
        launchTime: expect.stringMatching(/Z$/),
      },
    });
  });

  it('shows its Auto Scaling group and its tags', async () => {
    expect(await read('i-0ff66aa77bb88cc99', production)).toMatchObject({ facts: { autoScalingGroup: 'checkout-web' } });
    expect(await read('i-0ee55ff66aa77bb88', production)).toMatchObject({ tags: { opssentinel: 'never' } });
  });

  it('is none when it does not exist, is in another account, or is terminated', async () => {
    expect(await read('i-0123456789abcdef0')).toBeUndefined();
    expect(await read('i-0aa11bb22cc33dd44', production)).toBeUndefined();
    await sandbox.tell('aws', 'settings', { instance: { id: 'i-0aa11bb22cc33dd44', state: 'terminated' } });
    expect(await read('i-0aa11bb22cc33dd44')).toBeUndefined();
  });

  it('refuses when the credentials reach another account than the one that was meant', async () => {
    const client = connectSandbox(sandbox.address);
    const describeInstances = async () => ({
      $metadata: {},
      Reservations: [{ OwnerId: '999999999999', Instances: [{ InstanceId: 'i-0aa11bb22cc33dd44' }] }],
    });
    const wrong = testCall({ ...client, ec2: { ...client.ec2, describeInstances } });
    await expect(ec2Instance.read(wrong, { InstanceId: 'i-0aa11bb22cc33dd44' })).rejects.toMatchObject({ fault: 'forbidden' });
  });

  it('is not guessed when EC2 cannot answer', async () => {
    for (const [kind, fault] of [
      ['503', 'unavailable'],
      ['429', 'throttled'],
      ['403', 'forbidden'],
    ] as const) {
      await sandbox.fault('ec2:DescribeInstances', kind);
      await expect(read('i-0aa11bb22cc33dd44')).rejects.toMatchObject({ fault });
    }
  });
});

describe('the checks', () => {
  const target = instance('i-0aa11bb22cc33dd44');

  it('aws.cloudwatch.alarm-ok: by name in the target place, or by ARN', async () => {
    expect(await cloudwatchAlarmOk.read(call(), { alarm: 'ec2-cpu-high' }, target)).toMatchObject({
      ok: true,
      says: expect.stringMatching(/^alarm OK since/),
    });
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    expect(await cloudwatchAlarmOk.read(call(), { alarm: arnOf('ec2-cpu-high') }, target)).toMatchObject({ ok: false });
  });

  it('aws.cloudwatch.alarm-ok: an ARN may lie in another region of the account, and is read there with the same role', async () => {
    const elsewhere = call({ ...staging, region: 'us-east-1', role: 'OpsSentinelRead' });
    const there = { ...target, region: 'us-east-1' };
    expect(await cloudwatchAlarmOk.read(elsewhere, { alarm: arnOf('ec2-cpu-high') }, there)).toMatchObject({ ok: true });
    await expect(cloudwatchAlarmOk.read(elsewhere, { alarm: 'ec2-cpu-high' }, there)).rejects.toMatchObject({ fault: 'absent' });
  });

  it('aws.cloudwatch.alarm-ok: cannot tell of an alarm that is not there', async () => {
    await expect(cloudwatchAlarmOk.read(call(), { alarm: 'none' }, target)).rejects.toMatchObject({ fault: 'absent' });
    expect(cloudwatchAlarmOk.params.safeParse({ alarm: 'arn:aws:sns:eu-west-1:111122223333:x' }).success).toBe(false);
    expect(cloudwatchAlarmOk.params.safeParse({ alarm: 'a\nb' }).success).toBe(false);
  });

  it('aws.ec2.status-checks-ok: well only when it runs and both are ok', async () => {
    const read = () => ec2StatusChecksOk.read(call(), {}, target);
    expect(await read()).toEqual({ ok: true, says: 'both status checks ok' });
    await sandbox.tell('aws', 'settings', { instance: { id: target.name, checks: 'impaired' } });
    expect(await read()).toMatchObject({ ok: false });
    await sandbox.tell('aws', 'settings', { instance: { id: target.name, checks: 'ok', state: 'stopped' } });
    expect(await read()).toEqual({ ok: false, says: 'the instance is stopped' });
    await sandbox.fault('ec2:DescribeInstanceStatus', '500');
    await expect(read()).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

describe('the simulated world', () => {
  async function run(id: string, document: string): Promise<void> {
    const params = ssmStartAutomation.params.parse(restart(id, document));
    const preState = await ssmStartAutomation.preState(call(), params, instance(id));
    const { ref } = await ssmStartAutomation.start(call(), params, {
      key: 'ee'.repeat(32),
      startBy: Date.now() + 60_000,
      preState,
    });
    expect(await waitForAutomation(call(), ref as AutomationRef)).toMatchObject({ status: 'succeeded' });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const state = async (name: string) => (await cloudwatchAlarmWitness.read(call(), alertOf(arnOf(name)))).state;

  it('ends the alarm of an instance that was restarted', async () => {
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    await run('i-0aa11bb22cc33dd44', 'OpsSentinel-RestartInstance');
    expect(await state('ec2-cpu-high')).toBe('clear');
    expect(await ec2Instance.read(call(), { InstanceId: 'i-0aa11bb22cc33dd44' })).toMatchObject({
      facts: { state: 'running', statusChecks: 'ok' },
    });
  });

  it('knows one step that succeeds and does not help, and the next that does', async () => {
    await sandbox.alarm('ec2-memory-high', 'ALARM');
    await run('i-0bb22cc33dd44ee55', 'OpsSentinel-RestartService');
    expect(await state('ec2-memory-high')).toBe('firing');
    await sandbox.reset();
    await sandbox.alarm('ec2-memory-high', 'ALARM');
    await run('i-0bb22cc33dd44ee55', 'OpsSentinel-RebootInstance');
    expect(await state('ec2-memory-high')).toBe('clear');
  });
});

describe('the configuration', () => {
  const problems = (env: Record<string, string>) => createRegistry(env).problems;
  const connected = (env: Record<string, string>) => createRegistry(env).registry.integrations.get('aws')?.connected;

  it('is connected by an endpoint or by credentials, and by nothing else', () => {
    expect(connected({})).toBe(false);
    expect(connected({ AWS_REGION: 'eu-west-1' })).toBe(false);
    expect(connected({ AWS_ENDPOINT_URL: 'http://127.0.0.1:8090' })).toBe(true);
    expect(connected({ AWS_PROFILE: 'ops' })).toBe(true);
  });

  it('tells what is wrong without showing a value', () => {
    expect(problems({ AWS_REGION: 'Ireland', AWS_ENDPOINT_URL: 'nonsense' })).toEqual([
      'AWS_REGION: is not a region code such as eu-west-1',
      'AWS_ENDPOINT_URL: is not an http or https address such as http://127.0.0.1:8090',
    ]);
    expect(problems({ AWS_ACCESS_KEY_ID: 'SANDBOX111122223333' }).join()).toContain('sandbox credentials');
  });

  it('never sends real credentials without TLS', () => {
    const endpoint = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_ENDPOINT_URL: 'http://127.0.0.1:8090' };
    expect(awsConfig.parse(endpoint)).toMatchObject({ credentials: 'sandbox' });
    expect(awsConfig.parse({ ...endpoint, AWS_ENDPOINT_URL: 'https://ssm.example.com' })).toMatchObject({
      credentials: 'default-chain',
    });
    expect(awsConfig.parse({ AWS_PROFILE: 'ops' })).toMatchObject({ credentials: 'default-chain', endpoint: undefined });
  });

  it('uses the place of each call, so that the simulator sees the account that was meant', async () => {
    const { registry } = createRegistry({ AWS_ENDPOINT_URL: sandbox.address });
    const type = registry.targets.get('aws.ec2.instance');
    const of = (place: Place) => type?.read(type.with(testCall(undefined, { place })), { InstanceId: 'i-0cc33dd44ee55ff66' });
    expect(await of(production)).toMatchObject({ account: production.account });
    expect(await of(staging)).toBeUndefined();
  });
});
