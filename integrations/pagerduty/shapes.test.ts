import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Proof, RawRequest, Received } from '../contract/source.js';
import { receive } from './receive.js';
import { fixture, type Loose, request, sign, signed } from './testkit/given.js';

const door = {
  secrets: ['the secret'],
  ourselves: ['PAGENT1'],
  approveButton: 'Approve OpsSentinel',
  rejectButton: 'Reject OpsSentinel',
};
const token: Proof = { trust: 'token', by: 'token pagerduty' };
const certificate: Proof = { trust: 'mtls', by: 'client certificate webhooks.pagerduty.com' };
const pressedAt = '2026-09-30T08:20:15.000Z';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const proven = (value: unknown, receivedAt = pressedAt, proofs: readonly Proof[] = [token]): RawRequest => ({
  ...request(Buffer.isBuffer(value) ? value : bytes(value), {}, receivedAt),
  proofs,
});
const got = (value: unknown, receivedAt?: string): Received => receive(proven(value, receivedAt), door);

const shapes: readonly [name: string, eventType: string][] = [
  ['custom-action', 'incident.custom'],
  ['orchestration', 'orchestration'],
  ['workflow', 'automation'],
  ['plain', 'plain'],
];

describe('M2: bodies without a signature', () => {
  it.each(shapes)('%s begins work on its incident, by a token of the door', (name, eventType) => {
    expect(got(fixture(name))).toMatchObject({
      kind: 'delivery',
      delivery: {
        kind: 'triggered',
        eventType,
        ref: { source: 'pagerduty', externalId: 'Q1ABCDEF234567', generation: '0' },
        trust: 'token',
        authenticatedBy: 'token pagerduty',
      },
    });
  });

  it.each([...shapes.map(([name]) => name), 'custom-action-approve', 'webhook-incident-triggered'])(
    '%s without any proof is refused, and the answer says what to set',
    (name) => {
      const refused = receive(proven(fixture(name), pressedAt, []), door);
      expect(refused).toMatchObject({
        kind: 'refused',
        status: 401,
        because: expect.stringContaining('OPSSENTINEL_DOOR_TOKENS'),
      });
    },
  );

  it('a certificate is believed before a token', () => {
    const both = receive(proven(fixture('plain'), pressedAt, [token, certificate]), door);
    expect(both).toMatchObject({ delivery: { trust: 'mtls', authenticatedBy: certificate.by } });
  });

  it('row 1: a wrong signature is refused, whatever token comes with it', () => {
    const body = bytes(fixture('webhook-incident-triggered'));
    const wrong = { ...request(body, { 'x-pagerduty-signature': sign(body, 'another') }), proofs: [token, certificate] };
    expect(receive(wrong, door)).toMatchObject({ kind: 'refused', status: 401 });
  });

  it('a signature that cannot be checked is asked for again, not dropped; with a certificate it is not needed', () => {
    const one = signed(fixture('webhook-incident-triggered'));
    expect(receive(one).kind).toBe('later');
    expect(receive({ ...one, proofs: [certificate] })).toMatchObject({ kind: 'delivery', delivery: { trust: 'mtls' } });
  });

  it('carries no text of the body onwards', () => {
    for (const [name] of shapes)
      expect(JSON.stringify(got(fixture(name)))).not.toMatch(/RunShellScript|reboot|i-0aa11|Restart web/);
  });

  it('row 2: the same body is the same event; the same incident in another body is another', () => {
    for (const [name] of shapes) {
      const ids = [got(fixture(name)), got(fixture(name), '2026-09-30T08:21:00.000Z')].map(eventId);
      expect(new Set(ids).size).toBe(1);
    }
    expect(eventId(got(fixture('plain')))).not.toBe(eventId(got({ ...fixture('plain'), trigger_details: 'x' })));
  });
});

describe('Event Orchestrations and Incident Workflows: an undocumented wrapper', () => {
  it.each([
    { incident: { id: 'Q1' } },
    { incident: 'Q1' },
    { incident_id: 'Q1' },
    { incidentId: 'Q1' },
    { event: { incident: { id: 'Q1' } } },
    { event: { data: { type: 'incident', id: 'Q1' } } },
    { parameters: { incident_id: 'Q1' } },
    { data: { incident: { id: 'Q1' } } },
    { context: { incident: { id: 'Q1' } } },
    { __pd_metadata: { incident: { id: 'Q1' } }, incident_id: 'Q2' },
  ])('finds the incident in %j', (body) => {
    expect(got(body)).toMatchObject({ kind: 'delivery', delivery: { ref: { externalId: 'Q1' } } });
  });

  it('records a suppressed or suspended alert, which has no incident, and never takes one from the alert’s own text', () => {
    expect(got(fixture('orchestration-suppressed'))).toMatchObject({
      kind: 'recorded',
      because: expect.stringContaining('suppressed'),
    });
    for (const hiding of ['custom_details', 'details', 'payload'])
      expect(got({ event: { [hiding]: { incident: { id: 'Q1' } } }, [hiding]: { incident_id: 'Q1' } }).kind).toBe('recorded');
  });

  it('keeps a body that names two incidents, and takes no id that is a path', () => {
    expect(got({ incident_id: 'Q1', parameters: { incident_id: 'Q2' } }).kind).toBe('quarantined');
    expect(got({ incident: { id: '../users/me' } }).kind).toBe('recorded');
    expect(got({ ...fixture('plain'), incident: { id: '../users/me' } }).kind).toBe('quarantined');
  });

  it('may be signed, as public receivers have seen it, and has a life of its own after a reopening', () => {
    expect(receive(signed(fixture('orchestration'), 'the secret'), door)).toMatchObject({ delivery: { trust: 'signed' } });
    expect(got({ incident: { id: 'Q1', reopened_at: '2026-09-30T08:33:20Z' } })).toMatchObject({
      delivery: { ref: { generation: '1790757200' } },
    });
  });
});

describe('custom incident actions: the V2 envelope', () => {
  const press = (change: Loose = {}, name = 'custom-action-approve'): Loose => {
    const body = fixture(name);
    return { messages: [{ ...body.messages[0], ...change }] };
  };
  const label = (name: string): Loose => press({ webhook: { name } });

  it('the approving button is the word of the person who pressed it, about the latest life', () => {
    expect(got(press())).toEqual({
      kind: 'approval',
      eventId: 'action:9d6a1b7e-0000-4000-8000-000000000002',
      ref: { source: 'pagerduty', externalId: 'Q1ABCDEF234567', generation: '' },
      decision: 'approve',
      by: { id: 'PUSR001', name: 'Ada' },
      trust: 'token',
    });
    expect(got(label('Reject OpsSentinel'))).toMatchObject({ kind: 'approval', decision: 'reject' });
  });

  it.each(['approve opssentinel', 'Approve OpsSentinel now', 'Approve', ''])(
    '"%s" is no approval: labels count exactly',
    (name) => {
      expect(got(label(name)).kind).toBe('delivery');
    },
  );

  it('no label is an approval where none is configured', () => {
    expect(receive(proven(press()), { secrets: ['x'], ourselves: [] }).kind).toBe('delivery');
    expect(receive(proven(label('undefined')), { secrets: ['x'], ourselves: [] }).kind).toBe('delivery');
  });

  it('a press that comes late may have meant another plan: recorded, with what to do', () => {
    for (const at of ['2026-09-30T08:30:12.000Z', '2026-09-30T08:10:10.000Z'])
      expect(got(press(), at)).toMatchObject({ kind: 'recorded', because: expect.stringContaining('press it again') });
    expect(got(press({ created_on: undefined })).kind).toBe('recorded');
    expect(got(press(), '2026-09-30T08:30:11.000Z').kind).toBe('approval');
  });

  it('counts only a person who is named by the custom log entry, and never ourselves', () => {
    const by = (agent: Loose, type = 'custom_log_entry'): string => got(press({ log_entries: [{ type, agent }] })).kind;
    expect(by({ id: 'PUSR002', type: 'user_reference' })).toBe('approval');
    expect(by({ id: 'PUSR002', type: 'user_reference' }, 'assign_log_entry')).toBe('recorded');
    expect(by({ id: 'PSVC001', type: 'service_reference' })).toBe('recorded');
    expect(by(null)).toBe('recorded');
    expect(by({ id: 'PAGENT1', type: 'user_reference' })).toBe('recorded');
    expect(got(press({ log_entries: undefined })).kind).toBe('recorded');
  });

  it('several messages are several deliveries; a press that is told twice is one', () => {
    expect(got(fixture('custom-action-several'))).toMatchObject({
      kind: 'deliveries',
      deliveries: [{ ref: { externalId: 'Q1ABCDEF234567' } }, { ref: { externalId: 'Q1ABCDEF999999' } }],
    });
    const [one] = press().messages;
    expect(got({ messages: [one, { ...one, id: 'another' }] })).toMatchObject({ kind: 'approval', eventId: 'action:another' });
    expect(got({ messages: [one, { ...one, event: 'incident.acknowledge' }] }).kind).toBe('approval');
  });

  it('of several decisions in one request none is taken', () => {
    const [approve] = press().messages;
    const [reject] = label('Reject OpsSentinel').messages;
    const [other] = fixture('custom-action').messages;
    expect(got({ messages: [approve, reject] }).kind).toBe('quarantined');
    expect(got({ messages: [approve, other] }).kind).toBe('quarantined');
  });

  it.each([
    { messages: [] },
    { messages: [{}] },
    { messages: ['x'] },
    { messages: [{ event: 'incident.custom', incident: { id: '/' } }] },
  ])('keeps %j', (body) => {
    expect(got(body).kind).toBe('quarantined');
  });

  it('the other events of V2 are recorded: they come by webhooks v3', () => {
    expect(got(press({ event: 'incident.trigger' })).kind).toBe('recorded');
  });

  it('may come in an envelope of v3, which is unverified', () => {
    const event = fixture('webhook-incident-custom-action');
    const at = '2026-09-30T08:14:04.000Z';
    expect(receive(signed(event, 'the secret', at), door)).toMatchObject({
      kind: 'approval',
      trust: 'signed',
      by: { id: 'PUSR001' },
    });
    const unlabelled = { event: { ...event.event, data: { type: 'incident', id: 'Q1' } } };
    expect(receive(signed(unlabelled, 'the secret', at), door)).toMatchObject({
      kind: 'delivery',
      delivery: { kind: 'triggered' },
    });
  });
});

describe('properties of the tolerant shapes', () => {
  const anyBody = fc.oneof(
    fc.jsonValue(),
    fc.record({ messages: fc.array(fc.jsonValue(), { maxLength: 3 }) }),
    fc.record({
      messages: fc.array(fc.record({ event: fc.constant('incident.custom'), incident: fc.jsonValue(), webhook: fc.jsonValue() })),
    }),
    fc.record({ __pd_metadata: fc.jsonValue(), incident: fc.jsonValue() }),
    fc.record({ incident: fc.jsonValue(), service: fc.jsonValue(), trigger_details: fc.jsonValue() }),
    fc.record({
      event: fc.record({ event_type: fc.string(), occurred_at: fc.constant(pressedAt), id: fc.string(), data: fc.jsonValue() }),
    }),
    fc.constantFrom(...shapes.map(([name]) => fixture(name)), fixture('custom-action-approve'), fixture('custom-action-several')),
  );

  it('no body without a proof is ever anything but refused', () => {
    fc.assert(
      fc.property(anyBody, fc.option(fc.string()), (body, signature) => {
        const headers: Record<string, string> = signature === null ? {} : { 'x-pagerduty-signature': signature };
        return receive(request(bytes(body), headers), door).kind === 'refused';
      }),
      { numRuns: 500 },
    );
  });

  it('no body with a proof is ever refused, or throws; and no id is anything but letters and digits', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const answer = got(body);
        expect(answer.kind).not.toBe('refused');
        if (answer.kind === 'delivery') expect(answer.delivery.ref.externalId).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      }),
      { numRuns: 800 },
    );
  });

  it('nor do bytes that are no JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) =>
        ['quarantined', 'recorded'].includes(receive(proven(Buffer.from(raw)), door).kind),
      ),
    );
  });
});

function eventId(received: Received): string {
  if (received.kind === 'delivery') return received.delivery.eventId;
  throw new Error(`a delivery was expected, not ${received.kind}`);
}
