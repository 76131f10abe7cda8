import { createSign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { simulatedCertificate } from '../../simulated/sns/certificate.js';
import { signedMessage } from '../../simulated/sns/message.js';
import { readCertificate } from './certificate.js';
import { type Envelope, stringToSign } from './envelope.js';
import { isSignedBy } from './signature.js';

const { pem, key } = simulatedCertificate('good');
const publicKey = (() => {
  const read = readCertificate(pem);
  if (typeof read === 'string') throw new Error(read);
  return read.key;
})();
const topic = 'arn:aws:sns:eu-west-1:111122223333:alarms';
const messageOf = (version: '1' | '2'): Envelope =>
  signedMessage(
    { Type: 'Notification', TopicArn: topic, Message: 'Hello', at: 0 },
    { version, certificate: 'good' },
  ) as unknown as Envelope;

describe('a signature', () => {
  it.each(['1', '2'] as const)('of version %s holds', (version) => {
    expect(isSignedBy(messageOf(version), publicKey)).toBe(true);
  });

  it('of a version that nobody knows never holds, whichever hash it was made with', () => {
    for (const hash of ['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512']) {
      const message = { ...messageOf('2'), SignatureVersion: '3' };
      const Signature = createSign(hash).update(stringToSign(message)).sign(key, 'base64');
      expect(isSignedBy({ ...message, Signature }, publicKey)).toBe(false);
    }
  });
});
