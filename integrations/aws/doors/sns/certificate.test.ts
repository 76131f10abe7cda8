import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { certificateOver, type Written } from '../../simulated/sns/certificate.js';
import { readCertificate, whyNotValid } from './certificate.js';

const usual: Written = { issuer: 'Amazon', from: '20260901000000Z', until: '20261001000000Z' };
let key: KeyObject;
beforeAll(() => {
  key = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey;
});
const derOf = (one: KeyObject): Buffer => one.export({ type: 'spki', format: 'der' });
const over = (one: KeyObject, written: Partial<Written> = {}) =>
  readCertificate(certificateOver(derOf(one), { ...usual, ...written }));

describe('a certificate of SNS', () => {
  it('gives its key and its two times', () => {
    const read = over(key);
    expect(read).toMatchObject({ from: Date.parse('2026-09-01T00:00:00Z'), until: Date.parse('2026-10-01T00:00:00Z') });
    expect(typeof read === 'object' && read.key.equals(key)).toBe(true);
  });

  it('is issued by Amazon: its whole name, and nothing like it', () => {
    for (const issuer of ['Amazon Lookalike', 'amazon', 'Not Amazon', ''])
      expect(over(key, { issuer })).toBe('the signing certificate is not issued by Amazon');
  });

  it('holds an RSA key of 2,048 bits or more', () => {
    const weak = 'the signing certificate holds no RSA key of 2048 bits or more';
    expect(over(generateKeyPairSync('rsa', { modulusLength: 2_047 }).publicKey)).toBe(weak);
    expect(over(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey)).toBe(weak);
    // As long, but for another way to sign than the one of SNS.
    expect(over(generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }).publicKey)).toBe(weak);
  });

  it('is a certificate, with a key that can be read', () => {
    const none = 'what stands at SigningCertURL is no certificate';
    expect(readCertificate('')).toBe(none);
    expect(readCertificate('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')).toBe(none);
    // The algorithm 1.2.3.4.5, which nobody has.
    expect(readCertificate(certificateOver(Buffer.from('300c300606042a03040503020001', 'hex'), usual))).toBe(none);
  });

  it('has both of its dates', () => {
    for (const dates of [{ from: '20261301000000Z' }, { until: '99999999999999Z' }])
      expect(over(key, dates)).toBe('the signing certificate has no dates');
  });

  it('is valid between its times, both ends included', () => {
    const certificate = { key, from: 1_000, until: 2_000 };
    const early = 'the signing certificate is not valid yet; compare the clock of this machine';
    const late = 'the signing certificate has expired; compare the clock of this machine';
    expect([999, 1_000, 2_000, 2_001].map((at) => whyNotValid(certificate, at))).toEqual([early, undefined, undefined, late]);
  });
});
