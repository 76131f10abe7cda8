import { describe, expect, it } from '@jest/globals';
import { envelopeOf } from './envelope.js';

const notification = {
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
  Message: 'Hello',
  Timestamp: '2026-09-30T08:14:02.000Z',
  SignatureVersion: '1',
  Signature: 'c2lnbmVk',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/a.pem',
};
const handshake = {
  ...notification,
  Type: 'SubscriptionConfirmation',
  Token: 'a'.repeat(64),
  SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription',
};
const read = (value: object) => envelopeOf(Buffer.from(JSON.stringify(value)));

describe('a message of SNS', () => {
  it('is read with what stands in it, and without what nobody uses', () => {
    expect(read({ ...notification, UnsubscribeURL: 'https://evil.example/' })).toEqual(notification);
    expect(read(handshake)).toEqual(handshake);
    expect(read({ ...handshake, Type: 'UnsubscribeConfirmation' })).toMatchObject({ Type: 'UnsubscribeConfirmation' });
  });

  it.each([
    ['TopicArn', 'arn:aws-cn:sns:cn-north-1:111122223333:alarms'],
    ['TopicArn', 'arn:aws:sns:eu-west-1:111122223333:alarms.fifo'],
    ['Timestamp', '2026-09-30T08:14:02Z'],
    ['Message', 'two\nlines'],
    ['Subject', null],
    ['Subject', ''],
    ['SignatureVersion', '1'.repeat(10)],
    ['Signature', 'a'.repeat(2_000)],
    ['SigningCertURL', 'a'.repeat(500)],
    ['SigningCertUrl', 'a'.repeat(500)],
    ['MessageId', 'a'.repeat(100)],
  ])('may have %s %j', (key, value) => {
    expect(read({ ...notification, [key]: value })).toBeDefined();
  });

  it.each([
    ['TopicArn', 'xarn:aws:sns:eu-west-1:111122223333:alarms'],
    ['TopicArn', 'arn:aws:sns:eu-west-1:111122223333:alarms:5be6f0d5'],
    ['Timestamp', 'x2026-09-30T08:14:02Z'],
    ['Timestamp', '2026-09-30T08:14:02Z\n'],
    ['Timestamp', '2026-09-30T08:14:02+00:00'],
    ['Message', '\ud800'],
    ['Subject', 'two\nlines'],
    ['SignatureVersion', '1'.repeat(11)],
    ['Signature', 'a'.repeat(2_001)],
    ['SigningCertURL', 'a'.repeat(501)],
    ['SigningCertUrl', 'a'.repeat(501)],
    ['MessageId', 'a'.repeat(101)],
    ['MessageId', 'chosen\nSubject\nabc'],
    ['MessageId', 'abc\nSubject\nchosen!'],
    ['Type', 'Announcement'],
  ])('never has %s %j', (key, value) => {
    expect(read({ ...notification, [key]: value })).toBeUndefined();
  });

  it.each([
    ['Token', `\n${'a'.repeat(64)}`],
    ['Token', `${'a'.repeat(64)}\n`],
    ['Token', 'a'.repeat(15)],
    ['SubscribeURL', 'https://sns.eu-west-1.amazonaws.com/\nTimestamp'],
  ])('about a subscription never has %s %j', (key, value) => {
    expect(read({ ...handshake, [key]: value })).toBeUndefined();
  });
});
