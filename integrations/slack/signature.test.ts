import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { proofOf } from './signature.js';

const secret = '8f742231b10e8888abcd99yyyzzz85a5';
const body = Buffer.from('payload=%7B%22type%22%3A%22block_actions%22%7D');
const at = 1_531_420_618;
const signed = (bytes: Buffer, time: number | string = at, key = secret): string =>
  `v0=${createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(`v0:${time}:`), bytes]))
    .digest('hex')}`;
const prove = (change: { signature?: string; timestamp?: string; body?: Buffer; secret?: string; now?: number } = {}) =>
  proofOf(
    {
      signature: 'signature' in change ? change.signature : signed(body),
      timestamp: 'timestamp' in change ? change.timestamp : String(at),
    },
    change.body ?? body,
    change.secret ?? secret,
    change.now ?? at * 1000,
  );

describe('X-Slack-Signature', () => {
  it('Slack’s own example is proven', () => {
    // docs.slack.dev, "Verifying requests from Slack".
    const example =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
    expect(prove({ signature, body: Buffer.from(example) })).toBe('proven');
  });

  it('T11: one bit of body or signature, another time, another secret: not proven', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (bytes, place) => {
        const whole = Buffer.from(bytes);
        const bad = Buffer.from(bytes);
        const bit = place % (bad.length * 8);
        bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(prove({ body: whole, signature: signed(whole) })).toBe('proven');
        expect(prove({ body: bad, signature: signed(whole) })).toBe('wrong');
      }),
    );
    const right = signed(body);
    for (let index = 3; index < right.length; index += 1) {
      const other = right[index] === '0' ? '1' : '0';
      expect(prove({ signature: right.slice(0, index) + other + right.slice(index + 1) })).toBe('wrong');
    }
    expect(prove({ timestamp: String(at + 1) })).toBe('wrong');
    expect(prove({ secret: `${secret}x` })).toBe('wrong');
  });

  it.each([
    ['none', undefined],
    ['empty', ''],
    ['another version', signed(body).replace('v0=', 'v1=')],
    ['no version', signed(body).slice(3)],
    ['upper case', signed(body).toUpperCase().replace('V0', 'v0')],
    ['too short', signed(body).slice(0, -1)],
    ['two', `${signed(body)},${signed(body)}`],
    ['a space before it', ` ${signed(body)}`],
  ])('%s is not proven', (_what, signature) => expect(prove({ signature })).toBe('wrong'));

  it.each([undefined, '', '0x5b47', '1e9', '-1', `${at}.5`, ` ${at}`, '9'.repeat(40)])('the time %p is none', (timestamp) => {
    expect(prove({ timestamp, signature: signed(body, timestamp ?? '') })).toBe('wrong');
  });

  it('an empty secret proves nobody', () => expect(prove({ secret: '', signature: signed(body, at, '') })).toBe('wrong'));

  it.each([
    [300, 'proven'],
    [301, 'old'],
    [-300, 'proven'],
    [-301, 'old'],
  ] as const)('%d s after it was signed it is %s', (seconds, expected) =>
    expect(prove({ now: (at + seconds) * 1000 })).toBe(expected),
  );
});
