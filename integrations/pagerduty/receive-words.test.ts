import { describe, expect, it } from '@jest/globals';
import type { RawRequest, Received } from '../contract/source.js';
import { receive } from './receive.js';
import { fixture, request, sign, signed } from './testkit/given.js';

const door = { secrets: ['old secret', 'new secret'], ourselves: [] };
const body = Buffer.from(JSON.stringify(fixture('webhook-incident-triggered')));
const token = { trust: 'token', by: 'token ci' } as const;
const mtls = { trust: 'mtls', by: 'certificate pagerduty' } as const;
const proved = (of: Buffer | string, ...proofs: RawRequest['proofs']): RawRequest => ({ ...request(Buffer.from(of)), proofs });
const because = (received: Received): string => ('because' in received ? received.because : `no reason: ${received.kind}`);

const help =
  ' A webhook subscription: compare PAGERDUTY_WEBHOOK_SECRETS with its secret. A custom action, an orchestration or a workflow: ' +
  'give it the header `Authorization: Bearer <token>`, with the hash of that token in OPSSENTINEL_DOOR_TOKENS. ' +
  'PagerDuty counts this answer as a drop; after three in a row it sends nothing for 24 h.';

describe('row 1: whoever is refused reads why, and what to compare', () => {
  it.each<[string, RawRequest, Received]>([
    [
      'a wrong signature',
      request(body, { 'x-pagerduty-signature': sign(body, 'another') }),
      { kind: 'refused', status: 401, because: `No valid X-PagerDuty-Signature.${help}` },
    ],
    [
      'nothing at all',
      request(body),
      { kind: 'refused', status: 401, because: `Neither X-PagerDuty-Signature nor a token of this door.${help}` },
    ],
    [
      'a body that is too large',
      request(Buffer.alloc(300 * 1024 + 1)),
      { kind: 'refused', status: 413, because: 'The body is over 300 KiB, which PagerDuty never sends.' },
    ],
    [
      'an encoded one',
      request(body, { 'content-encoding': ' GZIP ' }),
      { kind: 'refused', status: 415, because: 'The body has a Content-Encoding; the signature is over plain bytes.' },
    ],
  ])('%s', (_what, one, answer) => {
    expect(receive(one, door)).toEqual(answer);
  });

  it('an encoding that is none is none, however it is written', () => {
    for (const encoding of ['identity', ' Identity ', ''])
      expect(receive({ ...signed(body), headers: { ...signed(body).headers, 'content-encoding': encoding } }, door).kind).toBe(
        'delivery',
      );
  });

  it('a signature that cannot be checked is no refusal: it would count as a drop', () => {
    const one = request(body, { 'x-pagerduty-signature': sign(body, 'any') });
    expect(receive(one)).toEqual({
      kind: 'later',
      because: 'The signature cannot be checked: set PAGERDUTY_WEBHOOK_SECRETS.',
    });
  });
});

describe('what proves a request', () => {
  it('a certificate before a token; either where no signature is shown', () => {
    const by = (...proofs: RawRequest['proofs']) => receive(proved(body, ...proofs), door);
    expect(by(token, mtls)).toMatchObject({ delivery: { trust: 'mtls', authenticatedBy: 'certificate pagerduty' } });
    expect(by(token)).toMatchObject({ delivery: { trust: 'token', authenticatedBy: 'token ci' } });
    expect(receive({ ...proved(body, token), headers: { 'x-pagerduty-signature': sign(body, 'another') } }, door)).toMatchObject({
      kind: 'refused',
    });
    // No secret is set: then a signature proves nothing, and what the API has checked does.
    expect(receive({ ...proved(body, token), headers: { 'x-pagerduty-signature': sign(body, 'another') } })).toMatchObject({
      delivery: { trust: 'token' },
    });
  });
});

describe('what is proven and of no known form is kept, with what is wrong with it', () => {
  it.each<[string, RawRequest, string]>([
    ['signed, no JSON', signed(Buffer.from('{"event":')), 'signed, but not JSON'],
    ['proven, no JSON', proved('{"event":', token), 'proven, but not JSON'],
    ['proven, a list', proved('[]', token), 'proven, but not a JSON object'],
    ['proven, a text', proved('"x"', mtls), 'proven, but not a JSON object'],
  ])('%s', (_what, one, says) => {
    const received = receive(one, door);
    expect(received.kind).toBe('quarantined');
    expect(because(received)).toBe(says);
  });

  it('an `event` makes a webhook v3 only where it has a type and a time', () => {
    const of = (event: unknown): Received => receive(proved(JSON.stringify({ event }), token), door);
    const { event } = JSON.parse(body.toString()) as { event: Record<string, unknown> };
    const typeOf = (received: Received): string | undefined =>
      received.kind === 'delivery' ? received.delivery.eventType : 'eventType' in received ? received.eventType : undefined;
    expect(typeOf(of(event))).toBe('incident.triggered');
    for (const other of [{ ...event, event_type: 7 }, { ...event, occurred_at: 7 }, { event_type: 'x' }, 'text', null])
      expect(typeOf(of(other))).toBe('automation');
  });
});
