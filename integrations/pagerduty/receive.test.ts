import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventKinds, serviceEvents } from './event-kinds.js';
import { receive } from './receive.js';
import { provenBy } from '../wire/signature.js';
import { fixture, type Loose, request, sign, signed } from './testkit/given.js';

const door = { secrets: ['old secret', 'new secret'], ourselves: ['PAGENT1'] };
const body = Buffer.from(JSON.stringify(fixture('webhook-incident-triggered')));
const valid = sign(body, 'new secret');
const withSignature = (signature: string | undefined, over = body): string =>
  receive(request(over, signature === undefined ? {} : { 'x-pagerduty-signature': signature }), door).kind;

describe('row 1: a webhook with a wrong X-PagerDuty-Signature is refused', () => {
  it('accepts either of two secrets, so that one can be rotated', () => {
    for (const [index, secret] of door.secrets.entries()) {
      expect(receive(request(body, { 'x-pagerduty-signature': sign(body, secret) }), door)).toMatchObject({
        kind: 'delivery',
        delivery: { trust: 'signed', authenticatedBy: `hmac, secret ${index + 1} of 2` },
      });
    }
    expect(withSignature(sign(body, 'another secret'))).toBe('refused');
  });

  it('accepts several signatures if any of them is right, with spaces and unknown versions between', () => {
    const other = sign(body, 'another secret');
    expect(withSignature(`${other},${valid}`)).toBe('delivery');
    expect(withSignature(` ${valid} , ${other}`)).toBe('delivery');
    expect(withSignature(`v0=${valid.slice(3)}, v2=zz, ${valid}`)).toBe('delivery');
    expect(withSignature(`v0=${valid.slice(3)}`)).toBe('refused');
    expect(withSignature(`${other}, ${other}`)).toBe('refused');
  });

  it('reads at most eight signatures', () => {
    const wrong = Array.from({ length: 7 }, () => `v1=${'0'.repeat(64)}`);
    expect(withSignature([...wrong, valid].join(','))).toBe('delivery');
    expect(withSignature([...wrong, wrong[0], valid].join(','))).toBe('refused');
  });

  it('refuses every one of the 256 single bit flips of the digest, and all 512 of its hex text', () => {
    const digest = Buffer.from(valid.slice(3), 'hex');
    const flips: string[] = [];
    for (let bit = 0; bit < 256; bit += 1) {
      const flipped = Buffer.from(digest);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      flips.push(flipped.toString('hex'));
    }
    for (let bit = 0; bit < 512; bit += 1) {
      const flipped = Buffer.from(valid.slice(3), 'latin1');
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      flips.push(flipped.toString('latin1'));
    }
    expect(flips.filter((hex) => withSignature(`v1=${hex}`) !== 'refused')).toEqual([]);
  });

  it('refuses truncated, lengthened, upper-case, doubly encoded, empty and missing signatures', () => {
    const hex = valid.slice(3);
    const bad = [
      ...Array.from({ length: 64 }, (_, length) => `v1=${hex.slice(0, length)}`),
      `v1=${hex}0`,
      `v1=${hex}zz`,
      `v1=${hex.toUpperCase()}`,
      `v1=${hex.slice(0, 62)}zz`,
      `v1= ${hex}`,
      `V1=${hex}`,
      hex,
      `=${hex}`,
      `v1=${Buffer.from(hex).toString('hex')}`,
      `v1=${Buffer.from(hex).toString('base64')}`,
      `v1=${Buffer.from(hex, 'hex').toString('base64')}`,
      encodeURIComponent(valid),
      'v1%3D',
      '',
      ',',
      'v1=',
      'v1',
      undefined,
    ];
    expect(bad.filter((signature) => withSignature(signature) !== 'refused')).toEqual([]);
  });

  it('signs the raw bytes: another formatting of the same JSON is refused', () => {
    expect(withSignature(valid, Buffer.from(JSON.stringify(JSON.parse(body.toString()), undefined, 1)))).toBe('refused');
    expect(withSignature(valid, Buffer.concat([body, Buffer.from(' ')]))).toBe('refused');
  });

  it('is never satisfied by an empty secret, not even where one was configured', () => {
    expect(provenBy(sign(body, ''), body, [''])).toBeUndefined();
    expect(provenBy(sign(body, ''), body, [])).toBeUndefined();
  });
});

describe('sizes and encodings', () => {
  const padded = (bytes: number): Buffer => {
    const event = fixture('webhook-incident-triggered');
    event.padding = '';
    const rest = Buffer.byteLength(JSON.stringify(event));
    return Buffer.from(JSON.stringify({ ...event, padding: 'x'.repeat(bytes - rest) }));
  };

  it('accepts exactly 256 KiB and exactly 300 KiB; one byte more is 413, signed or not', () => {
    for (const bytes of [256 * 1024, 300 * 1024]) {
      const exact = padded(bytes);
      expect(exact.length).toBe(bytes);
      expect(receive(signed(exact), door).kind).toBe('delivery');
    }
    expect(receive(signed(padded(300 * 1024 + 1)), door)).toMatchObject({ kind: 'refused', status: 413 });
  });

  it('refuses a Content-Encoding', () => {
    const encoded = signed(body);
    expect(receive({ ...encoded, headers: { ...encoded.headers, 'content-encoding': 'gzip' } }, door)).toMatchObject({
      kind: 'refused',
      status: 415,
    });
    expect(receive({ ...encoded, headers: { ...encoded.headers, 'content-encoding': 'identity' } }, door).kind).toBe('delivery');
  });
});

describe('what a signed webhook means', () => {
  const event = (change: Loose = {}): Loose => ({ event: { ...fixture('webhook-incident-triggered').event, ...change } });

  it('reduces a trigger to a delivery that holds no alert text', () => {
    expect(receive(signed(body), door)).toEqual({
      kind: 'delivery',
      delivery: {
        eventId: '01F7KXJ2Q9Z8M4V6T1N0B3C5DE',
        eventType: 'incident.triggered',
        kind: 'triggered',
        ref: { source: 'pagerduty', externalId: 'Q1ABCDEF234567', generation: '0' },
        occurredAt: '2026-09-30T08:14:03.117Z',
        receivedAt: '2026-09-30T08:14:04.000Z',
        actor: { id: 'PSVC001', type: 'service_reference', name: 'checkout' },
        trust: 'signed',
        authenticatedBy: 'hmac, secret 2 of 2',
        bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  it('row 2: takes its id from the signed body, whatever X-Webhook-Id says', () => {
    const ids = ['a', 'b'].map((webhookId) => {
      const one = signed(body);
      const got = receive({ ...one, headers: { ...one.headers, 'x-webhook-id': webhookId } }, door);
      return got.kind === 'delivery' ? got.delivery.eventId : got.kind;
    });
    expect(new Set(ids).size).toBe(1);
  });

  it('gives a reopened incident a life of its own', () => {
    expect(receive(signed(fixture('webhook-incident-reopened')), door)).toMatchObject({
      delivery: { kind: 'reopened', ref: { generation: '1790756000' } },
    });
  });

  it('finds the incident of a note in data.incident', () => {
    expect(receive(signed(fixture('webhook-incident-annotated')), door)).toMatchObject({
      delivery: { kind: 'note', ref: { externalId: 'Q1ABCDEF234567' } },
    });
  });

  it('takes a merge for an end, so that nothing begins on the merged incident', () => {
    expect(receive(signed(fixture('webhook-incident-merged')), door)).toMatchObject({ delivery: { kind: 'resolved' } });
  });

  it('answers a ping', () => {
    expect(receive(signed(fixture('webhook-ping')), door)).toEqual({ kind: 'ping', eventId: '01FKZ0Q9Z8M4V6T1N0B3C5PING' });
  });

  it.each(Object.entries(eventKinds))('maps %s to %s', (type, kind) => {
    expect(receive(signed(event({ event_type: type })), door)).toMatchObject({
      kind: 'delivery',
      delivery: { eventType: type, kind },
    });
  });

  it.each([...serviceEvents, 'incident.something_new', 'toString', '__proto__'])(
    'records %s with 2xx and starts nothing',
    (type) => {
      expect(receive(signed(event({ event_type: type })), door)).toMatchObject({ kind: 'recorded', eventType: type });
    },
  );

  it('records what we caused ourselves', () => {
    const agent = { id: 'PAGENT1', type: 'user_reference', summary: 'OpsSentinel' };
    for (const type of ['incident.annotated', 'incident.resolved', 'incident.triggered']) {
      expect(receive(signed(event({ event_type: type, agent })), door)).toMatchObject({
        kind: 'recorded',
        incident: 'Q1ABCDEF234567',
        because: 'made by ourselves; starts nothing',
      });
    }
  });

  it('accepts a null agent, client, priority and incident_key', () => {
    const data = { ...fixture('webhook-incident-triggered').event.data, priority: null, incident_key: null };
    expect(receive(signed(event({ agent: null, client: null, data })), door)).toMatchObject({
      kind: 'delivery',
      delivery: { actor: null },
    });
  });

  it('records what happened more than 49 h ago, and acts on what is younger', () => {
    const at = (receivedAt: string): string => receive(signed(body, 'new secret', receivedAt), door).kind;
    expect(at('2026-10-02T09:14:03.117Z')).toBe('delivery');
    expect(at('2026-10-02T09:14:03.118Z')).toBe('recorded');
  });

  it.each([
    ['no JSON', Buffer.from('{"event":')],
    ['a wrong byte', Buffer.from(body.toString('latin1').replace('checkout', 'check\xffout'), 'latin1')],
    ['nothing', Buffer.alloc(0)],
    ['a list', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['a text, doubly encoded', Buffer.from(JSON.stringify(body.toString()))],
    ['no event', Buffer.from('{}')],
    ['an id that is no text', Buffer.from(JSON.stringify({ event: { ...fixture('webhook-incident-triggered').event, id: 7 } }))],
    ['no time', Buffer.from(JSON.stringify({ event: { ...fixture('webhook-incident-triggered').event, occurred_at: 'soon' } }))],
    ['no incident', Buffer.from(JSON.stringify({ event: { ...fixture('webhook-incident-triggered').event, data: null } }))],
    ['an incident id that is a path', Buffer.from(JSON.stringify(event({ data: { type: 'incident', id: '../users/me' } })))],
  ])(
    'quarantines what is signed but holds %s, for a refusal would count towards switching the subscription off',
    (_what, bytes) => {
      expect(receive(signed(bytes), door)).toMatchObject({
        kind: 'quarantined',
        because: expect.stringMatching(/^signed, but /),
      });
    },
  );

  it('is not led astray by __proto__ in the body', () => {
    const polluted = Buffer.from(
      body.toString().replace('{"event":{', '{"__proto__":{"polluted":true},"event":{"__proto__":{"id":"X"},'),
    );
    expect(receive(signed(polluted), door).kind).toBe('delivery');
    expect(({} as Loose).polluted).toBeUndefined();
  });
});

describe('receive never throws', () => {
  it('on mutated bytes, signed or not', () => {
    const mutation = fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(mutation, fc.nat(body.length), fc.boolean(), (changes, length, isSigned) => {
        const bytes = Buffer.from(body.subarray(0, body.length - (length % 40)));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const got = receive(isSigned ? signed(bytes) : request(bytes, { 'x-pagerduty-signature': valid }), door);
        if (isSigned) expect(got.kind).not.toBe('refused');
        else expect(got.kind === 'refused').toBe(!bytes.equals(body));
      }),
      { numRuns: 500 },
    );
  });

  it('on any JSON and any header', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => receive(signed({ event: value }), door).kind !== 'refused'),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (data) => receive(signed(event(data)), door).kind !== 'refused'),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string(), (header) => withSignature(header) === 'refused'),
      { numRuns: 300 },
    );
  });

  const event = (data: unknown): Loose => ({ event: { ...fixture('webhook-incident-triggered').event, data } });
});
