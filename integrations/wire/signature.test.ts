import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { provenBy } from './signature.js';

const body = Buffer.from('{"event":1}');
const sign = (secret: string, of = body): string => `v1=${createHmac('sha256', secret).update(of).digest('hex')}`;
const wrong = `v1=${'0'.repeat(64)}`;

describe('row 1: which secret a header proves', () => {
  it('the first that fits, whatever the order of the signatures', () => {
    const both = `${sign('b')},${sign('a')}`;
    expect(provenBy(both, body, ['a', 'b'])).toBe(0);
    expect(provenBy(both, body, ['b', 'a'])).toBe(0);
    expect(provenBy(both, body, ['x', 'a', 'b'])).toBe(1);
    expect(provenBy(sign('a'), body, ['a', 'a'])).toBe(0);
  });

  it('none without a header, without a secret, or with an empty one among others', () => {
    expect(provenBy(undefined, body, ['a'])).toBeUndefined();
    expect(provenBy(sign('a'), body, [])).toBeUndefined();
    expect(provenBy(sign(''), body, ['', 'a'])).toBeUndefined();
    expect(provenBy(sign('a'), body, ['', 'a'])).toBe(1);
  });

  it('reads a header of 2,048 characters and eight signatures, and none that is longer or has more', () => {
    const padded = (length: number): string => {
      const header = `${sign('a')},v0=`;
      return header + 'x'.repeat(length - header.length);
    };
    expect(provenBy(padded(2_048), body, ['a'])).toBe(0);
    expect(provenBy(padded(2_049), body, ['a'])).toBeUndefined();
    const many = (count: number): string => [...Array.from({ length: count - 1 }, () => wrong), sign('a')].join(',');
    expect(provenBy(many(8), body, ['a'])).toBe(0);
    expect(provenBy(many(9), body, ['a'])).toBeUndefined();
  });

  it('only whole lower-case hex of version 1, over exactly these bytes', () => {
    const hex = sign('a').slice(3);
    for (const header of [
      hex,
      `v2=${hex}`,
      `v1=x${hex}`,
      `v1=${hex}x`,
      `v1=${hex.toUpperCase()}`,
      `${hex}v1=`,
      `v1=${hex}v1=`,
      `xv1=${hex}`,
    ])
      expect(provenBy(header, body, ['a'])).toBeUndefined();
    expect(provenBy(` ${sign('a')} `, body, ['a'])).toBe(0);
    expect(provenBy(sign('a'), Buffer.from('{"event":2}'), ['a'])).toBeUndefined();
  });

  it('never throws, and nobody proves a secret by any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (header, secret) => provenBy(header, body, [secret]) === undefined),
    );
  });
});
