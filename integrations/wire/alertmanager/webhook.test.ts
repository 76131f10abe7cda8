import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Received } from '../../contract/source.js';
import { groupedDeliveries, occurrenceOf } from './webhook.js';

const grouped = { source: 'alertmanager', version: '4', otherwise: 'another body' };
const proof = { trust: 'token', by: 'token alerts' } as const;

const firing = {
  status: 'firing',
  labels: { alertname: 'HighCpu' },
  annotations: {},
  startsAt: '2026-09-30T08:14:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: 'd303afa70e592d56',
};
const resolved = { ...firing, status: 'resolved', endsAt: '2026-09-30T08:20:00Z' };

const body = (alerts: unknown, more: object = {}) => ({ version: '4', status: 'firing', truncatedAlerts: 0, alerts, ...more });

function received(value: unknown): Received {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  const bodyHash = createHash('sha256').update(bytes).digest('hex');
  return groupedDeliveries(grouped, { body: bytes, bodyHash, receivedAt: '2026-09-30T08:14:02.000Z' }, proof);
}

const deliveriesOf = (value: unknown) => {
  const got = received(value);
  return got.kind === 'deliveries' ? got.deliveries : [];
};

describe('the webhook that Alertmanager and Grafana share', () => {
  it('is one delivery per alert: an occurrence is named by fingerprint and start', () => {
    const other = { ...firing, fingerprint: '9f82d93f1c2b9ecd', startsAt: '2026-09-30T08:15:00Z' };
    expect(deliveriesOf(body([firing, other]))).toMatchObject([
      {
        kind: 'triggered',
        ref: { source: 'alertmanager', externalId: 'd303afa70e592d56', generation: '1790756040' },
        occurredAt: '2026-09-30T08:14:00.123Z',
        actor: null,
        trust: 'token',
        authenticatedBy: 'token alerts',
      },
      { ref: { externalId: '9f82d93f1c2b9ecd', generation: '1790756100' } },
    ]);
  });

  it('tells the end of the same occurrence, and of a group in which nothing fires any more', () => {
    const [ended] = deliveriesOf(body([resolved], { status: 'resolved' }));
    expect(ended).toMatchObject({
      kind: 'resolved',
      occurredAt: '2026-09-30T08:20:00.000Z',
      ref: deliveriesOf(body([firing]))[0]?.ref,
    });
  });

  it('has one event id however often a group is repeated, and others for its end and for its next occurrence', () => {
    const id = (alert: object) => deliveriesOf(body([alert]))[0]?.eventId;
    expect(id(firing)).toBe(id({ ...firing, annotations: { summary: 'new words' }, values: { B: 97 } }));
    const all = [
      firing,
      resolved,
      { ...resolved, endsAt: '2026-09-30T09:00:00Z' },
      { ...firing, startsAt: '2026-09-30T10:00:00Z' },
    ];
    expect(new Set(all.map(id)).size).toBe(4);
  });

  it('does not mind nulls, absent parts and keys of tomorrow', () => {
    const { labels: _l, annotations: _a, generatorURL: _g, ...bare } = firing;
    expect(deliveriesOf(body([{ ...bare, values: null, enrichments: {} }], { truncatedAlerts: null }))).toHaveLength(1);
    expect(deliveriesOf(body([firing], { notification_reason: 'new_alerts', routeLabels: { team: 'web' } }))).toHaveLength(1);
  });

  it('says in the journal that alerts were cut off', () => {
    expect(deliveriesOf(body([firing], { truncatedAlerts: 7 }))[0]?.eventType).toContain('without 7 more');
  });

  it.each<[string, unknown]>([
    ['another body', { text: 'CPU is high' }],
    ['no alerts', body([])],
    ['no fingerprint', body([{ ...firing, fingerprint: undefined }])],
    ['a fingerprint that is none', body([{ ...firing, fingerprint: '../../etc/passwd' }])],
    ['a start that never was', body([{ ...firing, startsAt: '0001-01-01T00:00:00Z' }])],
    ['an end without a time', body([{ ...resolved, endsAt: '0001-01-01T00:00:00Z' }])],
    ['a status of tomorrow', body([{ ...firing, status: 'recovering' }])],
    ['another version', { ...body([firing]), version: '5' }],
    ['a list', [firing]],
    ['no JSON', Buffer.from('{"alerts": [')],
    ['wrong bytes', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('keeps %s in quarantine, and refuses nothing', (_what, value) => {
    expect(received(value).kind).toBe('quarantined');
  });

  it('never throws, and never makes a delivery that names no occurrence', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (any, startsAt, fingerprint) => {
        received(any);
        for (const { ref } of deliveriesOf(body([{ ...firing, startsAt, fingerprint }]))) {
          expect(ref.externalId).toMatch(/^[0-9a-f]{16}$/);
          expect(ref.generation).toMatch(/^\d+$/);
        }
      }),
    );
  });

  it('agrees with the API, which shows milliseconds of what the webhook shows in nanoseconds', () => {
    expect(occurrenceOf('2026-09-30T08:14:00.999999999Z')).toBe(occurrenceOf('2026-09-30T08:14:00.999Z'));
  });
});
