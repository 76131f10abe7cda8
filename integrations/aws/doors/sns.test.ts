import { createSign } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedCertificate } from '../simulated/sns/certificate.js';
import { deliveryIn, type Doors, requestOf, startDoors } from '../testkit/receiver.js';
import { stringToSign } from './sns/envelope.js';
import { snsDoor } from './sns.js';

const topic = 'arn:aws:sns:eu-west-1:111122223333:alarms';
const arn = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web-cpu-high';
const notOfCloudWatch = 'its StateChangeTime or NewStateValue is not one of CloudWatch';
let doors: Doors;

beforeAll(async () => {
  doors = await startDoors();
});
afterEach(() => doors.reset());
afterAll(() => doors.close());

const alarm = (over: object = {}): string =>
  JSON.stringify({
    AlarmName: 'web-cpu-high',
    AlarmDescription: null,
    AWSAccountId: '111122223333',
    NewStateValue: 'ALARM',
    StateChangeTime: '2026-09-30T08:14:01.266+0000',
    Region: 'EU (Ireland)',
    AlarmArn: arn,
    OldStateValue: 'OK',
    Trigger: { TreatMissingData: '- TreatMissingData:                    missing', Dimensions: [] },
    ...over,
  });
const publish = async (message: string, more: object = {}) => {
  await doors.tell('sns', { publish: { message, ...more } });
  return doors.nth(doors.received.length + 1);
};

describe('M3: an alarm by SNS', () => {
  it.each(['1', '2'])('signed by version %s begins an incident of its occurrence', async (version) => {
    await doors.tell('sns', { deliver: true, version });
    await doors.alarm('ec2-cpu-high', 'ALARM');
    const delivery = deliveryIn(await doors.nth(1));
    expect(delivery).toMatchObject({
      eventType: 'alarm.ALARM',
      kind: 'triggered',
      ref: { source: 'cloudwatch', externalId: 'eu-west-1.111122223333.ec2-cpu-high' },
      trust: 'signed',
      authenticatedBy: `SNS signature version ${version}, topic alarms of 111122223333`,
      actor: null,
    });
    expect(delivery.ref.generation).toBe(String(Math.floor(Date.parse(delivery.occurredAt) / 1_000)));
    expect(doors.headers[0]).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': delivery.eventId,
      'x-amz-sns-topic-arn': topic,
    });
  });

  it('that ends names no beginning, and is told of the latest life', async () => {
    await doors.tell('sns', { deliver: true });
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await doors.alarm('ec2-cpu-high', 'OK');
    await doors.nth(2);
    const byKind = doors.received.map(deliveryIn).toSorted((a, b) => a.kind.localeCompare(b.kind));
    expect(byKind).toMatchObject([
      { kind: 'resolved', eventType: 'alarm.OK', ref: { externalId: 'eu-west-1.111122223333.ec2-cpu-high', generation: '' } },
      {
        kind: 'triggered',
        ref: { externalId: 'eu-west-1.111122223333.ec2-cpu-high', generation: expect.stringMatching(/^\d+$/) },
      },
    ]);
  });

  it('without data is written down: nothing has begun and nothing has ended', async () => {
    expect(await publish(alarm({ NewStateValue: 'INSUFFICIENT_DATA' }))).toMatchObject({
      kind: 'recorded',
      eventType: 'alarm.INSUFFICIENT_DATA',
    });
  });

  it('is proven without a subject, with one that was cut, and with one that is null as Lambda has it', async () => {
    expect(deliveryIn(await publish(alarm())).ref.generation).toBe('1790756041');
    const cut = `ALARM: "${'long-name-'.repeat(10)}`.slice(0, 97).concat('...');
    expect(deliveryIn(await publish(alarm(), { subject: cut })).ref.externalId).toBe('eu-west-1.111122223333.web-cpu-high');
    const { message } = await doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message: alarm() });
    const { SigningCertURL: SigningCertUrl, ...rest } = message;
    expect(await doors.knock(JSON.stringify({ ...rest, Subject: null, SigningCertUrl }))).toMatchObject({ kind: 'delivery' });
  });

  it('is one event however often it comes, by its MessageId', async () => {
    await doors.tell('sns', { deliver: true });
    await doors.fault('webhook sns', 'duplicate-delivery');
    await doors.alarm('ec2-cpu-high', 'ALARM');
    await doors.nth(2);
    const [first, second] = doors.received.map(deliveryIn);
    expect(first?.eventId).toBe(second?.eventId);
    expect(first?.ref).toEqual(second?.ref);
  });

  it('of a composite alarm, of metric math, with tags and with keys of tomorrow is a delivery all the same', async () => {
    for (const over of [
      { Trigger: undefined, AlarmRule: 'ALARM(a) OR ALARM(b)', TriggeringChildren: [] },
      { Trigger: { Metrics: [{ Id: 'e1', Expression: 'm1/m2' }] } },
      { alarmTags: { team: 'web' }, alarmTagsStatus: 'OK', somethingNew: [1] },
      { AWSAccountId: undefined, OldStateValue: undefined, AlarmConfigurationUpdatedTimestamp: undefined },
    ])
      expect(await publish(alarm(over))).toMatchObject({ kind: 'delivery' });
  });

  it('with a name of colons, slashes and spaces keeps it in its id', async () => {
    const name = 'TargetTracking-service/prod/web: high_p95 (é)';
    const made = deliveryIn(
      await publish(alarm({ AlarmName: name, AlarmArn: `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}` })),
    );
    expect(made.ref.externalId).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  it.each([
    ['another alarm in its ARN', { AlarmName: 'other' }, 'it names one alarm, and its ARN another'],
    ['no name', { AlarmName: '' }, 'it names one alarm, and its ARN another'],
    ['another account than its ARN', { AWSAccountId: '999999999999' }, 'it names one account, and its alarm ARN another'],
    ['an ARN that is no alarm’s', { AlarmArn: topic }, 'its alarm ARN is not one of CloudWatch'],
    ['no ARN', { AlarmArn: null }, 'its alarm lacks AlarmArn, StateChangeTime or NewStateValue'],
    ['no time', { StateChangeTime: undefined }, 'its alarm lacks AlarmArn, StateChangeTime or NewStateValue'],
    [
      'a region of another partition',
      { AlarmArn: arn.replace('arn:aws:', 'arn:aws-cn:') },
      'its alarm ARN names a region of another partition',
    ],
    ['a time that is none', { StateChangeTime: 'yesterday' }, notOfCloudWatch],
    ['a time without a zone', { StateChangeTime: '2026-09-30T08:14:01.266' }, notOfCloudWatch],
    ['a state that does not exist', { NewStateValue: 'PANIC' }, notOfCloudWatch],
  ])('with %s is kept aside', async (_what, over, because) => {
    expect(await publish(alarm(over))).toEqual({ kind: 'quarantined', because: `signed, but ${because}` });
  });

  it.each(['Something else', '[]', 'null', '{"a":1}', '"text"', '{"AlarmName":"x"}', '{"NewStateValue":"ALARM"}'])(
    'is not what %s is: that is written down',
    async (message) => {
      expect(await publish(message)).toMatchObject({
        kind: 'recorded',
        eventType: 'sns.Notification',
        because: 'not an alarm of CloudWatch',
      });
    },
  );

  it('that was published more than 2 hours ago starts nothing', async () => {
    const at = Date.now();
    const { message } = await doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message: alarm(), at });
    const after = (ms: number) => doors.knock(JSON.stringify(message), {}, new Date(at + ms).toISOString());
    expect(await after(7_200_000)).toMatchObject({ kind: 'delivery' });
    expect(await after(7_200_001)).toEqual({
      kind: 'recorded',
      eventId: message.MessageId,
      eventType: 'sns.Notification',
      because: 'too old to act: it was published more than 2 h ago',
    });
  });

  it('that was published at a time that does not exist starts nothing', async () => {
    const { message } = await doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message: alarm(), version: '2' });
    const changed = { ...message, Timestamp: '2026-13-45T08:14:01.000Z' };
    const Signature = createSign('RSA-SHA256').update(stringToSign(changed)).sign(simulatedCertificate('good').key, 'base64');
    expect(await doors.knock(JSON.stringify({ ...changed, Signature }))).toMatchObject({
      kind: 'recorded',
      because: expect.stringContaining('too old'),
    });
  });

  it('comes with no Content-Encoding, or with the one that says so', async () => {
    const { message } = await doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message: alarm() });
    for (const encoding of ['', 'identity', ' Identity '])
      expect(await doors.knock(JSON.stringify(message), { 'content-encoding': encoding })).toMatchObject({ kind: 'delivery' });
  });
});

describe('what SNS does while we cannot prove', () => {
  it('a certificate that cannot be read now: SNS sends it again, and then it is proven', async () => {
    await doors.fault('sns:certificate', '503');
    await doors.tell('sns', { deliver: true });
    doors.open();
    await doors.alarm('ec2-cpu-high', 'ALARM');
    expect(await doors.nth(1)).toMatchObject({ kind: 'later', because: expect.stringContaining('503') });
    doors.open();
    expect(await doors.nth(2)).toMatchObject({ kind: 'delivery' });
    const { deliveries } = await doors.show('sns');
    expect(deliveries[0].attempts[0]).toBe(503);
  });

  it('reads a certificate once for many messages, also when they come at once', async () => {
    const bodies = await Promise.all(
      Array.from({ length: 8 }, () => doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message: alarm() })),
    );
    const made = await Promise.all(bodies.map(({ message }) => doors.knock(JSON.stringify(message))));
    expect(made.map(({ kind }) => kind)).toEqual(Array.from({ length: 8 }, () => 'delivery'));
    expect((await doors.calls()).filter(({ operation }) => operation === 'sns:certificate')).toHaveLength(1);
  });

  it('a certificate that trickles in costs this attempt, and is there for the next one', async () => {
    await doors.fault('sns:certificate', 'slow-body', { delayMs: 2_600 });
    const { message } = await doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message: alarm() });
    expect(await doors.knock(JSON.stringify(message))).toMatchObject({ kind: 'later' });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await doors.knock(JSON.stringify(message))).toMatchObject({ kind: 'delivery' });
    expect((await doors.calls()).filter(({ operation }) => operation === 'sns:certificate')).toHaveLength(1);
  }, 10_000);

  it('raw delivery is refused for good, and says what to switch off', async () => {
    await doors.tell('sns', { deliver: true, raw: true });
    await doors.alarm('ec2-cpu-high', 'ALARM');
    expect(await doors.nth(1)).toMatchObject({
      kind: 'refused',
      status: 401,
      because: expect.stringContaining('Switch raw message delivery off'),
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await doors.show('sns')).deliveries).toMatchObject([{ attempts: [401], state: 'discarded' }]);
  });
});

describe('a subscription', () => {
  const calls = async () => (await doors.calls()).map(({ operation }) => operation);

  it('is confirmed by our own call, never by fetching what came, and alarms follow', async () => {
    await doors.tell('sns', { subscribe: topic });
    expect(await doors.nth(1)).toMatchObject({
      kind: 'recorded',
      eventType: 'sns.SubscriptionConfirmation',
      because: expect.stringContaining(`subscription confirmed: ${topic}:`),
    });
    expect(await calls()).toEqual(['sns:certificate', 'sns:ConfirmSubscription']);
    expect(await doors.effects()).toMatchObject([{ operation: 'sns:ConfirmSubscription', target: topic }]);
    await doors.alarm('ec2-cpu-high', 'ALARM');
    expect(await doors.nth(2)).toMatchObject({ kind: 'delivery' });
  });

  it('of a topic that is not ours is not confirmed, and nothing is asked of anybody', async () => {
    await doors.tell('sns', { subscribe: 'arn:aws:sns:eu-west-1:999999999999:alarms' });
    expect(await doors.nth(1)).toMatchObject({
      kind: 'refused',
      status: 401,
      because: expect.stringContaining('OPSSENTINEL_SNS_TOPICS'),
    });
    expect(await calls()).toEqual([]);
  });

  it('with a forged token or address is not confirmed', async () => {
    const said = { Type: 'SubscriptionConfirmation', TopicArn: topic, Message: 'You have chosen…', Token: 'a'.repeat(256) };
    const { message } = await doors.tell('sns/sign', said);
    for (const over of [
      { Token: 'b'.repeat(256) },
      { SubscribeURL: 'https://evil.example/' },
      { Type: 'UnsubscribeConfirmation' },
    ])
      expect(await doors.knock(JSON.stringify({ ...message, ...over }))).toMatchObject({ kind: 'refused' });
    expect(await calls()).toEqual(['sns:certificate']);
  });

  it('that SNS refuses to confirm is written down; one that it cannot confirm now comes again', async () => {
    const said = { Type: 'SubscriptionConfirmation', TopicArn: topic, Message: 'You have chosen…', Token: 'a'.repeat(256) };
    const { message } = await doors.tell('sns/sign', said);
    const refused = await doors.knock(JSON.stringify(message));
    expect(refused).toMatchObject({ kind: 'recorded', because: expect.stringContaining('not confirmed') });
    expect(JSON.stringify(refused)).not.toContain('a'.repeat(256));
    for (const kind of ['503', 'reset-before', 'execute-then-500', 'half-body']) {
      await doors.fault('sns:ConfirmSubscription', kind);
      expect(await doors.knock(JSON.stringify(message))).toMatchObject({ kind: 'later' });
    }
  });

  it('that ended is proven by its own list of fields, and written down', async () => {
    await doors.tell('sns', { unsubscribe: topic });
    expect(await doors.nth(1)).toMatchObject({
      kind: 'recorded',
      eventType: 'sns.UnsubscribeConfirmation',
      because: `the subscription of ${topic} has ended: its alarms do not come here any more`,
    });
    expect(await calls()).toEqual(['sns:certificate']);
  });
});

describe('what the door is told', () => {
  it('is the variable of its topics; until then whatever comes has to come again', async () => {
    expect(snsDoor).toMatchObject({
      id: 'sns',
      path: '/webhooks/sns',
      summary: 'CloudWatch alarms from Amazon SNS.',
      proofs: ['signature'],
      signedBy: 'OPSSENTINEL_SNS_TOPICS',
    });
    expect(await snsDoor.receive(requestOf(Buffer.from('{}')), undefined)).toEqual({
      kind: 'later',
      because: 'No topic is named in OPSSENTINEL_SNS_TOPICS.',
    });
  });

  it('is closed while no topic is named', () => {
    for (const OPSSENTINEL_SNS_TOPICS of [undefined, '', ' , '])
      expect(snsDoor.door.parse({ OPSSENTINEL_SNS_TOPICS })).toBeUndefined();
  });

  it('refuses a list with anything else than topics in it, with an example', () => {
    for (const wrong of ['alarms', `${topic},`, `${topic},arn:aws:sqs:eu-west-1:111122223333:alarms`, `${topic}:5be6f0d5`]) {
      const parsed = snsDoor.door.safeParse({ OPSSENTINEL_SNS_TOPICS: wrong });
      expect(parsed.error?.issues[0]).toMatchObject({
        path: ['OPSSENTINEL_SNS_TOPICS'],
        message: expect.stringContaining('such as arn:aws:sns'),
      });
    }
  });
});
