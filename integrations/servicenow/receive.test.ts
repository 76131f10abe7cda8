import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { receive } from './receive.js';
import { provenBy } from '../wire/signature.js';
import { fixture, type Loose, request, sign, signed } from './testkit/given.js';

const door = { secrets: ['old secret', 'new secret'], ourselves: ['opssentinel'], table: 'incident' };
const insert = (change: Loose = {}): Loose => ({ ...fixture('notice-insert'), ...change });
const update = (change: Loose = {}): Loose => ({ ...fixture('notice-update'), ...change });
const told = (notice: unknown): Loose => receive(signed(notice), door);

describe('who sent it', () => {
  const body = Buffer.from(JSON.stringify(insert()));
  const kindOf = (signature: string | undefined): string =>
    receive(request(body, signature === undefined ? {} : { 'x-opssentinel-signature': signature }), door).kind;
  const valid = sign(body, 'new secret');

  it('either of two secrets, so that one can be rotated; nobody else', () => {
    for (const [index, secret] of door.secrets.entries())
      expect(receive(request(body, { 'x-opssentinel-signature': sign(body, secret) }), door)).toMatchObject({
        delivery: { trust: 'signed', authenticatedBy: `hmac, secret ${index + 1} of 2` },
      });
    for (const wrong of [undefined, '', sign(body, 'another'), valid.slice(3), `v1=${valid.slice(3, -2)}`, valid.toUpperCase()])
      expect(kindOf(wrong)).toBe('refused');
    expect(kindOf(`${sign(body, 'another')}, ${valid}`)).toBe('delivery');
  });

  it('an empty secret proves nothing', () => {
    expect(provenBy(sign(body, ''), body, [''])).toBeUndefined();
  });

  it('every single changed byte of the body is refused', () => {
    for (let at = 0; at < body.length; at += 1) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(receive(request(changed, { 'x-opssentinel-signature': valid }), door).kind).toBe('refused');
    }
  });

  it('a token or a client certificate that the API has proven, also where no secret is configured', () => {
    for (const proof of [
      { trust: 'token', by: 'token servicenow-prod' },
      { trust: 'mtls', by: 'client certificate sn.example' },
    ] as const)
      for (const configured of [door, undefined])
        expect(receive(request(body, {}, [proof]), configured)).toMatchObject({
          delivery: { trust: proof.trust, authenticatedBy: proof.by },
        });
    expect(receive(request(body), undefined).kind).toBe('refused');
  });

  it('what is too large, or packed, is refused before it is read', () => {
    expect(receive(signed(Buffer.alloc(16 * 1024 + 1, ' ')), door)).toMatchObject({ status: 413 });
    const packed = request(body, { 'x-opssentinel-signature': valid, 'content-encoding': 'gzip' });
    expect(receive(packed, door)).toMatchObject({ status: 415 });
  });
});

describe('our contract, and nothing else', () => {
  it.each<[string, unknown]>([
    ['a member more', { ...insert(), short_description: 'x' }],
    ['a member less', { ...insert(), operation: undefined }],
    ['a number where text must be', insert({ state: 1 })],
    ['a sys_id with a path', insert({ sys_id: '../sys_user/1' })],
    ['a table with a path', insert({ table: 'incident/x' })],
    ['a time that is none', update({ updated_on: '2026-13-45 00:00:00' })],
    ['a user name with a line end', update({ assigned_to: 'a\nb' })],
    ['a list', []],
    ['text', Buffer.from('hello')],
    ['a wrong byte', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s is kept in quarantine', (_what, notice) => {
    expect(told(notice).kind).toBe('quarantined');
  });

  it('whatever is sent, it never throws, and never begins work without proof', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, signature) => {
        const received = receive(request(Buffer.from(bytes), { 'x-opssentinel-signature': signature }), door);
        expect(received.kind).toBe('refused');
        expect(['quarantined', 'delivery', 'recorded']).toContain(receive(signed(Buffer.from(bytes)), door).kind);
      }),
    );
  });
});

describe('what a change means', () => {
  const meaning = (notice: Loose): Loose => {
    const { kind, because, delivery } = told(notice);
    return delivery ? [delivery.kind, delivery.actor?.id, delivery.ref.generation] : [kind, because];
  };

  it('a new ticket begins; it is named by sys_id and known again by its count of changes', () => {
    expect(told(insert())).toEqual({
      kind: 'delivery',
      delivery: expect.objectContaining({
        eventId: 'ef43c6d40a0a0b5700c77f9bf387afe3:0',
        eventType: 'incident.insert',
        kind: 'triggered',
        ref: { source: 'servicenow', externalId: 'ef43c6d40a0a0b5700c77f9bf387afe3', generation: '0' },
        occurredAt: '2026-11-22T03:13:00.000Z',
        actor: null,
      }),
    });
    expect(told(update()).delivery).toMatchObject({
      occurredAt: '2026-11-22T03:12:38.000Z',
      eventId: expect.stringMatching(/:7$/),
    });
  });

  it.each<[string, Loose, Loose]>([
    ['somebody takes it', update(), ['acknowledged', 'agent.one', '0']],
    ['it goes to somebody else', update({ previous_assigned_to: 'agent.two' }), ['reassigned', 'agent.one', '0']],
    ['somebody takes it from us', update({ previous_assigned_to: 'opssentinel' }), ['acknowledged', 'agent.one', '0']],
    ['it is given to us', update({ assigned_to: 'opssentinel' }), ['other', 'agent.two', '0']],
    ['it is given back', update({ assigned_to: '', previous_assigned_to: 'agent.one' }), ['unacknowledged', 'agent.two', '0']],
    ['a comment', update({ previous_assigned_to: 'agent.one' }), ['other', 'agent.two', '0']],
    ['nothing about who has it', update({ assigned_to: undefined }), ['other', 'agent.two', '0']],
    ['resolved', update({ state: '6' }), ['resolved', 'agent.two', '0']],
    ['closed', update({ state: '7' }), ['resolved', 'agent.two', '0']],
    ['canceled', update({ state: '8' }), ['resolved', 'agent.two', '0']],
    ['deleted', update({ operation: 'delete' }), ['resolved', 'agent.two', '0']],
    ['opened again', update({ previous_state: '6', reopen_count: '1' }), ['reopened', 'agent.two', '1']],
    ['resolved without its life', update({ state: '6', reopen_count: undefined }), ['resolved', 'agent.two', '']],
  ])('%s', (_what, notice, expected) => {
    expect(meaning(notice)).toEqual(expected);
  });

  it('a reopening whose life cannot be told begins nothing', () => {
    expect(told(update({ previous_state: '6', reopen_count: undefined })).kind).toBe('quarantined');
  });

  it('what OpsSentinel opened or changed itself, and other tables, start nothing', () => {
    expect(meaning(insert({ correlation_id: 'opssentinel:pagerduty:Q1' }))).toEqual([
      'recorded',
      expect.stringContaining('opened'),
    ]);
    expect(meaning(insert({ correlation_id: 'OpsSentinel:pagerduty:Q1' }))).toEqual([
      'recorded',
      expect.stringContaining('opened'),
    ]);
    expect(meaning(update({ updated_by: 'opssentinel' }))).toEqual(['recorded', expect.stringContaining('ourselves')]);
    expect(meaning(insert({ table: 'problem' }))).toEqual(['recorded', expect.stringContaining('problem')]);
  });
});
