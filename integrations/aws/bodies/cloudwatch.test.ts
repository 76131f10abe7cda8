import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../domain/json.js';
import { readCloudWatchBody } from './cloudwatch.js';

const arn = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web-cpu-high';

const alarm = (over: JsonObject = {}): JsonObject => ({
  AlarmName: 'web-cpu-high',
  AlarmDescription: 'runbook=restart-web',
  AWSAccountId: '111122223333',
  AlarmConfigurationUpdatedTimestamp: '2026-09-01T10:00:00.000+0000',
  NewStateValue: 'ALARM',
  NewStateReason:
    'Threshold Crossed: 1 out of the last 1 datapoints [96.1 (30/09/26 08:13:00)] was greater than the threshold (90.0).',
  StateChangeTime: '2026-09-30T08:14:01.266+0000',
  Region: 'EU (Ireland)',
  AlarmArn: arn,
  OldStateValue: 'OK',
  Trigger: {
    MetricName: 'CPUUtilization',
    Namespace: 'AWS/EC2',
    StatisticType: 'Statistic',
    Statistic: 'AVERAGE',
    Unit: null,
    Dimensions: [{ value: 'i-0aa11bb22cc33dd44', name: 'InstanceId' }],
    Period: 60,
    Threshold: 90.0,
    TreatMissingData: '- TreatMissingData:                    missing',
  },
  ...over,
});

const facts = {
  source: 'cloudwatch',
  name: 'web-cpu-high',
  namespace: 'AWS/EC2',
  metric: 'CPUUtilization',
  threshold: 90,
  labels: { InstanceId: 'i-0aa11bb22cc33dd44' },
  startedAt: '2026-09-30T08:14:01.266Z',
  account: '111122223333',
  region: 'eu-west-1',
  origin: { kind: 'aws.cloudwatch.alarm', id: arn },
  correlationKey: `cloudwatch:${arn}:2026-09-30T08:14:01.000Z`,
};

describe('the body that CloudWatch publishes', () => {
  it('is read with account and region from the ARN, never from the display name', () => {
    expect(readCloudWatchBody(alarm())).toEqual(facts);
    expect(readCloudWatchBody(alarm({ Region: 'US East (N. Virginia)', AWSAccountId: '999999999999' }))).toEqual(facts);
  });

  it('is the same as text, and inside its SNS envelope', () => {
    expect(readCloudWatchBody(JSON.stringify(alarm()))).toEqual(facts);
    expect(readCloudWatchBody({ Type: 'Notification', Subject: 'ALARM: "web-cpu…', Message: JSON.stringify(alarm()) })).toEqual(
      facts,
    );
  });

  it('has one key for one alarm and change, however the time is written', () => {
    expect(readCloudWatchBody(alarm({ StateChangeTime: '2026-09-30T10:14:01.266+0200' }))?.correlationKey).toBe(
      facts.correlationKey,
    );
    expect(readCloudWatchBody(alarm({ StateChangeTime: '2026-09-30T08:14:01.266Z' }))?.correlationKey).toBe(facts.correlationKey);
    expect(readCloudWatchBody(alarm({ StateChangeTime: '2026-09-30T08:20:00.000+0000' }))?.correlationKey).not.toBe(
      facts.correlationKey,
    );
  });

  it('may lack its description and other optional parts', () => {
    const { AlarmConfigurationUpdatedTimestamp: _a, OldStateValue: _b, ...rest } = alarm({ AlarmDescription: null });
    expect(readCloudWatchBody(rest)).toEqual(facts);
  });

  it('does not mind tags, keys of tomorrow, and a subject that was cut', () => {
    expect(readCloudWatchBody(alarm({ alarmTags: { team: 'web' }, alarmTagsStatus: 'OK', somethingNew: [1] }))).toEqual(facts);
    const Subject = `ALARM: "${'another-name-'.repeat(8)}`.slice(0, 97).concat('...');
    expect(readCloudWatchBody({ Type: 'Notification', Subject, Message: JSON.stringify(alarm()) })).toEqual(facts);
  });

  it('keeps names with colons, slashes and spaces', () => {
    const odd = 'TargetTracking-service/prod/web: high (p95)';
    const found = readCloudWatchBody(
      alarm({ AlarmName: odd, AlarmArn: `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${odd}` }),
    );
    expect(found).toMatchObject({ name: odd, region: 'eu-west-1', origin: { id: expect.stringContaining(odd) } });
  });

  it('of metric math: only what all its metrics share', () => {
    const stat = (name: string, host: string) => ({
      Id: name,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/EC2',
          MetricName: name,
          Dimensions: [
            { name: 'InstanceId', value: host },
            { name: 'Team', value: 'web' },
          ],
        },
        Period: 60,
        Stat: 'Average',
      },
    });
    const math = (host: string): Json => ({
      Metrics: [{ Id: 'e1', Expression: 'm1/m2', ReturnData: true }, stat('m1', 'i-0aa11bb22cc33dd44'), stat('m2', host)],
      Threshold: 5,
    });
    expect(readCloudWatchBody(alarm({ Trigger: math('i-0aa11bb22cc33dd44') }))).toMatchObject({
      labels: { InstanceId: 'i-0aa11bb22cc33dd44', Team: 'web' },
      namespace: 'AWS/EC2',
      threshold: 5,
    });
    const two = readCloudWatchBody(alarm({ Trigger: math('i-0bb22cc33dd44ee55') }));
    expect(two?.labels).toEqual({ Team: 'web' });
    expect(two).not.toHaveProperty('metric');
  });

  it('of a composite alarm: no metric and no labels, and still an origin', () => {
    const { Trigger: _none, ...rest } = alarm({ AlarmRule: 'ALARM(a) OR ALARM(b)', TriggeringChildren: [] });
    const found = readCloudWatchBody(rest);
    expect(found).toMatchObject({ name: 'web-cpu-high', region: 'eu-west-1', origin: { id: arn } });
    expect(found).not.toHaveProperty('labels');
    expect(found).not.toHaveProperty('namespace');
  });

  it('without a usable ARN or time names no region, no origin and no key', () => {
    for (const over of [
      { AlarmArn: null },
      { AlarmArn: 'arn:aws:sns:eu-west-1:111122223333:alarms' },
      { AlarmArn: `${arn}\nevil` },
    ]) {
      const found = readCloudWatchBody(alarm(over));
      expect(found).toMatchObject({ name: 'web-cpu-high' });
      for (const field of ['region', 'account', 'origin', 'correlationKey']) expect(found).not.toHaveProperty(field);
    }
    expect(readCloudWatchBody(alarm({ StateChangeTime: 'yesterday' }))).not.toHaveProperty('startedAt');
  });

  it.each<[string, Json]>([
    ['nothing', null],
    ['a list', []],
    ['a text', 'CPU is high'],
    ['a number', 7],
    ['another tool', { status: 'firing', labels: { alertname: 'HighCpu' } }],
    ['a state that does not exist', alarm({ NewStateValue: 'PANIC' })],
    ['envelopes without end', { Message: JSON.stringify({ Message: JSON.stringify({ Message: JSON.stringify(alarm()) }) }) }],
  ])('%s is not its', (_what, details) => {
    expect(readCloudWatchBody(details)).toBeUndefined();
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (any, trigger, time) => {
        readCloudWatchBody(any as Json);
        readCloudWatchBody(alarm({ Trigger: trigger as Json, StateChangeTime: time as Json }));
      }),
    );
  });
});
