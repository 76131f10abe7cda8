import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Proof } from '../../contract/source.js';
import { deliveryIn, type Doors, requestOf, startDoors } from '../testkit/receiver.js';
import { eventBridgeDoor, receive } from './eventbridge.js';

const arn = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web-cpu-high';
const receivedAt = '2026-09-30T08:14:04.000Z';
const token: Proof = { trust: 'token', by: 'token eventbridge' };

const event = (over: object = {}, state: object = {}, detail: object = {}): object => ({
  version: '0',
  id: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
  'detail-type': 'CloudWatch Alarm State Change',
  source: 'aws.cloudwatch',
  account: '111122223333',
  time: '2026-09-30T08:14:02Z',
  region: 'eu-west-1',
  resources: [arn],
  detail: {
    alarmName: 'web-cpu-high',
    configuration: { metrics: [{ id: 'm1', metricStat: { metric: { dimensions: { InstanceId: 'i-0aa11bb22cc33dd44' } } } }] },
    previousState: { timestamp: '2026-09-30T08:10:00.000+0000', value: 'OK' },
    state: { reason: '…', reasonData: '{}', timestamp: '2026-09-30T08:14:01.266+0000', value: 'ALARM', ...state },
    ...detail,
  },
  ...over,
});
const receiveEvent = (value: unknown, proofs: readonly Proof[] = [token]) =>
  receive({ ...requestOf(Buffer.from(JSON.stringify(value)), {}, receivedAt), proofs });

describe('M3: an alarm by EventBridge', () => {
  it('is a hint that names the occurrence: nothing else of it is taken over', () => {
    expect(receiveEvent(event())).toMatchObject({
      kind: 'delivery',
      delivery: {
        eventId: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
        eventType: 'alarm.ALARM',
        kind: 'triggered',
        ref: { source: 'cloudwatch', externalId: 'eu-west-1.111122223333.web-cpu-high', generation: '1790756041' },
        occurredAt: '2026-09-30T08:14:01.266Z',
        trust: 'token',
        authenticatedBy: 'token eventbridge',
      },
    });
    expect(JSON.stringify(receiveEvent(event()))).not.toContain('i-0aa11bb22cc33dd44');
  });

  it('that ends is told of the latest life: what was before is not certainly its beginning', () => {
    const ended = event({}, { value: 'OK' }, { previousState: { timestamp: '2026-09-30T08:10:00.000+0000', value: 'ALARM' } });
    expect(receiveEvent(ended)).toMatchObject({ delivery: { kind: 'resolved', ref: { generation: '' } } });
  });

  it('proven by a client certificate is trusted as such, whatever token it shows too', () => {
    const mtls: Proof = { trust: 'mtls', by: 'client certificate eventbridge' };
    expect(receiveEvent(event(), [token, mtls])).toMatchObject({ delivery: { trust: 'mtls', authenticatedBy: mtls.by } });
  });

  it('without a proof is refused before its body is looked at', () => {
    for (const body of [event(), 'x', null])
      expect(receiveEvent(body, [])).toMatchObject({ kind: 'refused', status: 401, because: expect.stringContaining('token') });
  });

  it('of a composite alarm, and with tags, is one too', () => {
    const composite = event({}, {}, { configuration: { alarmRule: 'ALARM(a) OR ALARM(b)' } });
    expect(receiveEvent(composite)).toMatchObject({ kind: 'delivery' });
    expect(receiveEvent(event({}, {}, { alarmTags: { team: 'web' }, alarmTagsStatus: 'OK' }))).toMatchObject({
      kind: 'delivery',
    });
  });

  it.each([
    ['another account than its alarm', event({ account: '999999999999' })],
    ['another region than its alarm', event({ region: 'us-east-1' })],
    ['a display name for its region', event({ region: 'EU (Ireland)' })],
    ['another name than its alarm', event({}, {}, { alarmName: 'other' })],
    ['two alarms', event({ resources: [arn, `${arn}-2`] })],
    ['no alarm', event({ resources: [] })],
    ['something else than an alarm', event({ resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa11bb22cc33dd44'] })],
    ['a time that is none', event({}, { timestamp: '1790756041' })],
    ['no state', event({}, {}, { state: undefined })],
    ['a state that does not exist', event({}, { value: 'PANIC' })],
    ['the form of a transformer', { alarm: 'web-cpu-high' }],
    ['nothing', null],
  ])('with %s is kept aside', (_what, value) => {
    expect(receiveEvent(value)).toMatchObject({ kind: 'quarantined' });
  });

  it.each([
    ['the change of a configuration', event({ 'detail-type': 'CloudWatch Alarm Configuration Change' })],
    ['a contributor’s change', event({ 'detail-type': 'CloudWatch Alarm Contributor State Change' })],
    ['another service', event({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification' })],
    ['an alarm without data', event({}, { value: 'INSUFFICIENT_DATA' })],
    ['an alarm that another one suppresses', event({}, { actionsSuppressedBy: 'Alarm' })],
    ['the replay of an archive', event({ 'replay-name': 'last-week' })],
    ['what is more than a day old', event({ time: '2026-09-29T06:00:00Z' })],
  ])('%s is written down', (_what, value) => {
    expect(receiveEvent(value)).toMatchObject({ kind: 'recorded' });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.uint8Array(), (any, state, bytes) => {
        receiveEvent(any);
        receiveEvent(event({}, {}, { state }));
        receive({ ...requestOf(Buffer.from(bytes)), proofs: [token] });
      }),
    );
  });

  it('asks for no configuration: tokens and certificates are given by door', () => {
    expect(eventBridgeDoor.door.parse({})).toBeUndefined();
    expect(eventBridgeDoor.proofs).toEqual(['mtls', 'token']);
  });
});

describe('by both doors', () => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await startDoors();
  });
  afterEach(() => doors.reset());
  afterAll(() => doors.close());

  it('the same occurrence is the very same reference, and the next one another', async () => {
    await doors.tell('sns', { deliver: true });
    await doors.tell('eventbridge', { deliver: true });
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await doors.nth(2);
    const [one, other] = doors.received.map(deliveryIn);
    expect(one?.ref).toEqual(other?.ref);
    expect(one?.eventId).not.toBe(other?.eventId);
    expect(new Set([one?.trust, other?.trust])).toEqual(new Set(['signed', 'token']));
    await doors.alarm('ec2-cpu-high', 'OK');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await doors.nth(6);
    const begun = doors.received.map(deliveryIn).filter(({ kind }) => kind === 'triggered');
    expect(new Set(begun.map(({ ref }) => ref.generation)).size).toBe(2);
  });

  it('a wrong token is refused, and EventBridge tries again', async () => {
    await doors.tell('eventbridge', { deliver: true, token: 'x'.repeat(32) });
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await doors.nth(2);
    expect(doors.received).toMatchObject([
      { kind: 'refused', status: 401 },
      { kind: 'refused', status: 401 },
    ]);
  });

  it('both are silent until they are switched on', async () => {
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(doors.received).toEqual([]);
  });
});
