import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { incidentId } from '../../../domain/incident-id.js';
import { type Incident, type IncidentRef, isOtherLife } from '../../../domain/incident.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { readCloudWatchBody } from '../bodies/cloudwatch.js';
import { readEventBridgeBody } from '../bodies/eventbridge.js';
import { alarmTime, occurrenceKey, occurrenceOf } from '../occurrence.js';
import { connectSandbox } from '../testkit/samples.js';
import { alarmOfId, idOfAlarm, isNamed } from './cloudwatch/alarm-id.js';
import { cloudwatchSource } from './cloudwatch.js';

const place = { account: '111122223333', region: 'eu-west-1' };
const arnOf = (name: string) => `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}`;
/** 2026-09-30T08:14:01Z. */
const began = 1_790_756_041;
const sandbox = shared(startTestSandbox);

const refOf = (name: string, generation = String(began)): IncidentRef => ({
  source: 'cloudwatch',
  externalId: idOfAlarm({ ...place, name }),
  generation,
});
const read = async (ref: IncidentRef) => {
  const call = testCall(connectSandbox(sandbox.address), { place: cloudwatchSource.place?.(ref) ?? { account: '', region: '' } });
  const reading = await cloudwatchSource.read(call, ref);
  // A fixture is a file: what is read survives JSON.
  return cloudwatchSource.normalise(JSON.parse(JSON.stringify(reading)), ref, 'signed', []);
};
const metricAlarm = (over: object = {}): object => ({
  AlarmName: 'web-cpu-high',
  StateValue: 'ALARM',
  StateTransitionedTimestamp: began + 0.266,
  StateUpdatedTimestamp: began + 400.5,
  Namespace: 'AWS/EC2',
  MetricName: 'CPUUtilization',
  Threshold: 90,
  Dimensions: [{ Name: 'InstanceId', Value: 'i-0aa11bb22cc33dd44' }],
  ...over,
});
const add = (described: object, more: object = {}) => sandbox.tell('aws', 'alarms', { ...place, described, ...more });

describe('the id of an alarm', () => {
  const names = fc.oneof(
    fc.stringMatching(/^[\x20-\x7e]{1,255}$/),
    fc.string({ unit: fc.constantFrom('a', '_', '.', ':', '/', ' ', 'é', '—', '警', '-'), minLength: 1, maxLength: 255 }),
  );

  it('holds letters, digits, `.`, `_` and `-` alone, and names one alarm', () => {
    fc.assert(
      fc.property(names, (name) => {
        const externalId = idOfAlarm({ ...place, name });
        expect(externalId).toMatch(/^[A-Za-z0-9._-]+$/);
        const found = alarmOfId(externalId);
        expect(found).toMatchObject(place);
        expect(found && isNamed(found, name)).toBe(true);
        if (found?.digest === undefined) expect(found?.begins).toBe(name);
      }),
    );
  });

  it('fits into our own ids, also with every underscore doubled', () => {
    fc.assert(
      fc.property(names, (name) => {
        const id = incidentId({ ...refOf(name, '1790756041'), source: 'cloudwatch' });
        expect(id.length).toBeLessThanOrEqual(256);
        expect(id).not.toContain('_x');
      }),
    );
    expect(
      incidentId({
        ...refOf('_'.repeat(255)),
        externalId: idOfAlarm({ account: place.account, region: 'ap-southeast-1', name: '_'.repeat(255) }),
      }).length,
    ).toBeLessThanOrEqual(256);
  });

  it('of two alarms is never the same', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(one !== other);
        expect(idOfAlarm({ ...place, name: one })).not.toBe(idOfAlarm({ ...place, name: other }));
      }),
    );
  });

  it('reads as people would write it', () => {
    expect(idOfAlarm({ ...place, name: 'web-cpu_high' })).toBe('eu-west-1.111122223333.web-cpu_high');
    expect(idOfAlarm({ ...place, name: 'prod/web: high' })).toBe('eu-west-1.111122223333.prod.2fweb.3a.20high');
  });

  it.each([
    '',
    'web-cpu-high',
    'eu-west-1.111122223333.',
    'eu-west-1.1.web',
    'eu-west-1.111122223333.a.2Fb',
    'eu-west-1.111122223333.a.41',
    'eu-west-1.111122223333.a/b',
    'eu-west-1.111122223333...deadbeef',
    'eu-west-1.111122223333.a.ff',
  ])('%j is nobody’s', (id) => {
    expect(alarmOfId(id)).toBeUndefined();
    expect(cloudwatchSource.place?.({ ...refOf('x'), externalId: id })).toBeUndefined();
  });
});

describe('one occurrence', () => {
  const StateChangeTime = '2026-09-30T08:14:01.266+0000';
  const arn = arnOf('web-cpu-high');

  it('has one key by PagerDuty’s body, by SNS, by EventBridge and by DescribeAlarms', async () => {
    await add(metricAlarm());
    const body = { AlarmName: 'web-cpu-high', NewStateValue: 'ALARM', AlarmArn: arn, StateChangeTime };
    const state = { value: 'ALARM', timestamp: StateChangeTime };
    const detail = { alarmName: 'web-cpu-high', state };
    const event = { source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', resources: [arn], detail };
    const keys = [
      readCloudWatchBody(body)?.correlationKey,
      readCloudWatchBody({ Type: 'Notification', Message: JSON.stringify(body) })?.correlationKey,
      readEventBridgeBody(event)?.correlationKey,
      (await read(refOf('web-cpu-high', occurrenceOf(alarmTime(StateChangeTime) ?? 0)))).alert.correlationKey,
      (await read(refOf('web-cpu-high', ''))).alert.correlationKey,
    ];
    expect(keys).toEqual(Array.from({ length: 5 }, () => `cloudwatch:${arn}:2026-09-30T08:14:01.000Z`));
  });

  it('has one key and one number for every way of writing its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_000_000_000_000 }), (ms) => {
        const iso = new Date(ms).toISOString();
        for (const text of [iso, iso.replace('Z', '+0000'), iso.replace('Z', '+00:00')]) {
          expect(alarmTime(text)).toBe(ms);
          expect(occurrenceKey({ arn }, alarmTime(text) ?? 0)).toBe(occurrenceKey({ arn }, Number(occurrenceOf(ms)) * 1_000));
        }
      }),
    );
    expect(alarmTime('2026-09-30T10:14:01.266+0200')).toBe(alarmTime(StateChangeTime));
    for (const none of ['', 'yesterday', '2026-09-30', '2026-09-30T08:14:01.266', '1790756041', null])
      expect(alarmTime(none)).toBeUndefined();
  });
});

describe('reading an alarm', () => {
  it('gives what it measures, where it is, and since when, in our words', async () => {
    await add(metricAlarm());
    await sandbox.tell('aws', 'alarms', { tags: { [arnOf('web-cpu-high')]: { service: 'web', team: 'x' } } });
    const { incident, alert } = await read(refOf('web-cpu-high'));
    expect(incident).toEqual({
      ref: refOf('web-cpu-high'),
      id: 'web-cpu-high',
      title: 'ALARM: web-cpu-high',
      status: 'triggered',
      urgency: 'high',
      service: { id: 'web', name: 'web' },
      url: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/web-cpu-high',
      createdAt: '2026-09-30T08:14:01.000Z',
      heldBy: [],
      life: String(began),
    });
    expect(alert).toEqual({
      source: 'cloudwatch',
      name: 'web-cpu-high',
      namespace: 'AWS/EC2',
      metric: 'CPUUtilization',
      threshold: 90,
      labels: { InstanceId: 'i-0aa11bb22cc33dd44' },
      startedAt: '2026-09-30T08:14:01.000Z',
      account: '111122223333',
      region: 'eu-west-1',
      trust: 'signed',
      correlationKey: `cloudwatch:${arnOf('web-cpu-high')}:2026-09-30T08:14:01.000Z`,
      origin: { kind: 'aws.cloudwatch.alarm', id: arnOf('web-cpu-high') },
    });
  });

  it('without tags, or without the right to read them, names no service', async () => {
    await add(metricAlarm());
    expect((await read(refOf('web-cpu-high'))).incident.service).toEqual({ id: '', name: '' });
    await sandbox.fault('cloudwatch:ListTagsForResource', '403');
    expect((await read(refOf('web-cpu-high'))).incident.service).toEqual({ id: '', name: '' });
    await sandbox.fault('cloudwatch:ListTagsForResource', '503');
    await expect(read(refOf('web-cpu-high'))).rejects.toMatchObject({ fault: 'unavailable' });
  });

  it('that is OK by now is resolved, and without data is not', async () => {
    const statusAt = async (StateValue: string): Promise<Incident> => {
      await sandbox.reset();
      await add(metricAlarm({ StateValue, StateTransitionedTimestamp: began + 300 }));
      return (await read(refOf('web-cpu-high'))).incident;
    };
    expect(await statusAt('OK')).toMatchObject({ status: 'resolved', createdAt: '2026-09-30T08:14:01.000Z' });
    expect(await statusAt('OK')).not.toHaveProperty('life');
    expect(await statusAt('INSUFFICIENT_DATA')).toMatchObject({ status: 'triggered' });
  });

  it('that began anew is another life; a second more or less is not', async () => {
    for (const [beside, other] of [
      [0.999, false],
      [-0.3, false],
      [1.7, false],
      [60, true],
      [-60, true],
    ] as const) {
      await sandbox.reset();
      await add(metricAlarm({ StateTransitionedTimestamp: began + beside }));
      const { incident, alert } = await read(refOf('web-cpu-high'));
      expect([beside, isOtherLife(incident, refOf('web-cpu-high'))]).toEqual([beside, other]);
      expect(alert.correlationKey).toBe(`cloudwatch:${arnOf('web-cpu-high')}:2026-09-30T08:14:01.000Z`);
    }
  });

  it('by an id that tells no beginning means the occurrence of now', async () => {
    await add(metricAlarm());
    for (const generation of ['', '0']) {
      const { alert, incident } = await read(refOf('web-cpu-high', generation));
      expect(alert.startedAt).toBe('2026-09-30T08:14:01.266Z');
      expect(incident.life).toBe(String(began));
    }
  });

  it('asks in the account and region of its id, whatever the call says, and finds odd and very long names', async () => {
    const names = ['TargetTracking-service/prod/web: high_p95 (é)', `${'x/'.repeat(120)}end`];
    for (const AlarmName of names) await add(metricAlarm({ AlarmName }));
    await add(metricAlarm({ AlarmName: `${'x/'.repeat(120)}other` }));
    for (const name of names) {
      const elsewhere = testCall(connectSandbox(sandbox.address), { place: { account: '444455556666', region: 'us-east-1' } });
      const reading = await cloudwatchSource.read(elsewhere, refOf(name));
      expect(reading.incident).toMatchObject({ AlarmName: name });
      expect((await read(refOf(name))).alert.name).toBe(name);
    }
  });

  it('reads as the role that the place names, and needs no more than to read', async () => {
    await add(metricAlarm());
    const call = testCall(connectSandbox(sandbox.address), {
      place: { ...place, role: 'OpsSentinelRead' },
      incident: 'cloudwatch:x',
    });
    await cloudwatchSource.read(call, refOf('web-cpu-high'));
    const trail = await (await fetch(`${sandbox.address}/_sandbox/aws/trail`)).json();
    const { events } = trail as { events: { operation: string; role: string; incident: string }[] };
    const read = events.filter(({ operation }) => operation.startsWith('cloudwatch:'));
    expect(new Set(read.map(({ operation }) => operation))).toEqual(new Set(cloudwatchSource.permissions));
    expect(new Set(read.map(({ role, incident }) => `${role} ${incident}`))).toEqual(new Set(['OpsSentinelRead cloudwatch:x']));
  });

  it('that is gone is absent, and an id that is no alarm’s is refused', async () => {
    await expect(read(refOf('never-was'))).rejects.toMatchObject({ fault: 'absent' });
    await expect(read({ ...refOf('x'), externalId: 'x' })).rejects.toMatchObject({ fault: 'refused' });
  });

  it.each([
    ['503', 'unavailable'],
    ['429', 'throttled'],
    ['403', 'forbidden'],
    ['half-body', 'unavailable'],
  ] as const)('that meets %s is %s', async (kind, fault) => {
    await add(metricAlarm());
    await sandbox.fault('cloudwatch:DescribeAlarms', kind);
    await expect(read(refOf('web-cpu-high'))).rejects.toMatchObject({ fault });
  });

  it('answered with another alarm or another form is not understood, in a sentence', () => {
    for (const incident of [
      {},
      metricAlarm(),
      { ...metricAlarm(), AlarmArn: arnOf('other') },
      { ...metricAlarm(), AlarmArn: arnOf('web-cpu-high').replace('1111', '9999') },
    ])
      expect(() =>
        cloudwatchSource.normalise({ incident: { ...incident }, alerts: [] }, refOf('web-cpu-high'), 'token', []),
      ).toThrow(/alarm eu-west-1\.111122223333\.web-cpu-high/);
  });
});

describe('an alarm over several metrics', () => {
  const stat = (MetricName: string, host: string) => ({
    Id: MetricName.toLowerCase(),
    MetricStat: {
      Metric: {
        Namespace: 'AWS/EC2',
        MetricName,
        Dimensions: [
          { Name: 'InstanceId', Value: host },
          { Name: 'Team', Value: 'web' },
        ],
      },
      Period: 60,
      Stat: 'Average',
    },
  });
  const math = (host: string) => ({
    AlarmName: 'web-math',
    StateValue: 'ALARM',
    StateTransitionedTimestamp: began,
    Threshold: 5,
    Metrics: [{ Id: 'e1', Expression: 'a/b' }, stat('A', 'i-0aa11bb22cc33dd44'), stat('B', host)],
  });

  it('says what all of them share, and no more', async () => {
    await add(math('i-0aa11bb22cc33dd44'));
    const one = (await read(refOf('web-math'))).alert;
    expect(one).toMatchObject({ labels: { InstanceId: 'i-0aa11bb22cc33dd44', Team: 'web' }, namespace: 'AWS/EC2', threshold: 5 });
    expect(one).not.toHaveProperty('metric');
    await sandbox.reset();
    await add(math('i-0bb22cc33dd44ee55'));
    expect((await read(refOf('web-math'))).alert.labels).toEqual({ Team: 'web' });
  });
});

describe('a composite alarm', () => {
  const child = (AlarmName: string, host: string, over: object = {}) =>
    add(metricAlarm({ AlarmName, Dimensions: [{ Name: 'InstanceId', Value: host }], ...over }));
  const composite = (children: string[], over: object = {}) =>
    add(
      {
        AlarmName: 'web-bad',
        AlarmRule: 'ALARM(a) OR ALARM(b)',
        StateValue: 'ALARM',
        StateTransitionedTimestamp: began,
        ...over,
      },
      { children },
    );

  it('is about what all of its children share, whichever of them is in ALARM', async () => {
    await child('a', 'i-0aa11bb22cc33dd44');
    await child('b', 'i-0aa11bb22cc33dd44', { MetricName: 'StatusCheckFailed', Threshold: 1, StateValue: 'OK' });
    await composite(['a', 'b']);
    const { alert } = await read(refOf('web-bad'));
    expect(alert).toMatchObject({ name: 'web-bad', namespace: 'AWS/EC2', labels: { InstanceId: 'i-0aa11bb22cc33dd44' } });
    expect(alert).not.toHaveProperty('metric');
    expect(alert).not.toHaveProperty('threshold');
  });

  it('over two hosts is about none of them', async () => {
    await child('a', 'i-0aa11bb22cc33dd44');
    await child('b', 'i-0bb22cc33dd44ee55', { StateValue: 'OK' });
    await composite(['a', 'b']);
    expect((await read(refOf('web-bad'))).alert.labels).toEqual({});
  });

  it('with a composite child, with none, or with one that cannot be read is about nothing', async () => {
    await child('a', 'i-0aa11bb22cc33dd44');
    await add({ AlarmName: 'inner', AlarmRule: 'ALARM(a)', StateValue: 'ALARM' }, { children: ['a'] });
    for (const children of [['a', 'inner'], []]) {
      await composite(children, { AlarmName: `web-bad-${children.length}` });
      const { alert } = await read(refOf(`web-bad-${children.length}`));
      expect(alert.labels).toEqual({});
      expect(alert).not.toHaveProperty('namespace');
    }
  });
});
