import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { IncidentRef } from '../../domain/incident.js';
import type { BodyReader } from '../contract/source.js';
import { labelsOf, readDetails } from './details.js';
import { normalise } from './normalise.js';
import { fixture, type Loose } from './testkit/given.js';

const ref: IncidentRef = { source: 'pagerduty', externalId: 'Q1ABCDEF234567', generation: '0' };
const incident = (change: Loose = {}): Loose => ({ ...fixture('incident').incident, ...change });
const alerts = (name = 'alerts-cloudwatch'): Loose[] => fixture(name).alerts;
const run = (given: Loose, list: Loose[], bodies: readonly BodyReader[] = []) =>
  normalise({ incident: given, alerts: list }, ref, 'signed', bodies);

/** Stands for a vendor's reader: knows a body with an alarm's name. */
const cloudWatch: BodyReader = (details) => {
  const alarm = details as Loose;
  if (typeof alarm?.AlarmName !== 'string') return undefined;
  return {
    source: 'cloudwatch',
    name: alarm.AlarmName,
    labels: { InstanceId: alarm.Trigger.Dimensions[0].value },
    correlationKey: `cloudwatch:${alarm.AlarmArn}`,
  };
};

describe('an incident of the REST API in our words', () => {
  it("is read by REST names, which differ from the webhook's", () => {
    expect(run(incident(), alerts()).incident).toEqual({
      ref,
      id: 'Q1ABCDEF234567',
      title: 'ALARM: "web-cpu-high" in EU (Ireland)',
      status: 'triggered',
      urgency: 'high',
      priority: 'P2',
      service: { id: 'PSVC001', name: 'checkout' },
      team: 'PTEAM01',
      url: 'https://acme.pagerduty.com/incidents/Q1ABCDEF234567',
      escalationPolicy: 'PEP0001',
      createdAt: '2026-09-30T08:14:02.000Z',
      heldBy: [],
    });
  });

  it('accepts null where PagerDuty sends null', () => {
    const bare = incident({
      priority: null,
      teams: null,
      escalation_policy: null,
      acknowledgements: null,
      resolve_reason: null,
      html_url: null,
      urgency: null,
    });
    expect(run(bare, []).incident).toMatchObject({ urgency: 'high', heldBy: [] });
  });

  it('is held by who acknowledged it', () => {
    const acknowledged = incident({
      status: 'acknowledged',
      acknowledgements: [
        { at: '2026-09-30T08:15:00Z', acknowledger: { id: 'PUSR001', type: 'user_reference', summary: 'On Call' } },
      ],
    });
    expect(run(acknowledged, alerts()).incident.heldBy).toEqual([{ id: 'PUSR001', name: 'On Call' }]);
  });

  it('tells a merge from a repair', () => {
    const merged = incident({
      status: 'resolved',
      resolve_reason: { type: 'merge_resolve_reason', incident: { id: 'Q2MERGED0000000' } },
    });
    expect(run(merged, []).incident.mergedInto).toBe('Q2MERGED0000000');
    expect(run(incident({ status: 'resolved', resolve_reason: { type: 'merge_resolve_reason' } }), []).incident.mergedInto).toBe(
      'unknown',
    );
    expect(run(incident({ status: 'resolved' }), []).incident.mergedInto).toBeUndefined();
  });

  it('says in a sentence what it cannot understand', () => {
    expect(() => run(incident({ status: 'asleep' }), [])).toThrow(/Q1ABCDEF234567 cannot be understood: status/);
    expect(() => run({}, [])).toThrow(/cannot be understood/);
  });
});

describe('the alert behind an incident', () => {
  const shaped = (shape: (details: Loose) => unknown): Loose[] => {
    const list = alerts();
    list[0].body.details = shape(list[0].body.details);
    return list;
  };

  it.each([
    ['an object', (details: Loose) => details],
    ['a string', (details: Loose) => JSON.stringify(details)],
    ['a doubly encoded string', (details: Loose) => JSON.stringify(JSON.stringify(details))],
  ])('is the same whether body.details is %s', (_shape, shape) => {
    expect(run(incident(), shaped(shape), [cloudWatch]).alert).toMatchObject({
      source: 'cloudwatch',
      name: 'web-cpu-high',
      severity: 'critical',
      startedAt: '2026-09-30T08:14:02.000Z',
      trust: 'signed',
      correlationKey: 'cloudwatch:arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web-cpu-high',
      labels: expect.objectContaining({
        InstanceId: 'i-0aa11bb22cc33dd44',
        AlarmName: 'web-cpu-high',
        AWSAccountId: '111122223333',
        source_location: 'eu-west-1',
      }),
    });
  });

  it('fills labels for any tool: scalars at the top, one level of labels, tags and dimensions', () => {
    expect(run(incident(), alerts('alerts-any-tool'), [cloudWatch]).alert).toMatchObject({
      source: 'pagerduty',
      name: 'Queue depth high on orders',
      severity: 'warning',
      labels: {
        queue: 'orders',
        depth: '1042',
        paused: 'false',
        env: 'staging',
        host: 'mq-1',
        team: 'web',
        tier: 'gold',
        QueueName: 'orders',
      },
      correlationKey: 'pagerduty:Q1ABCDEF234567',
    });
  });

  it('finds a body that stands in the common event fields only', () => {
    const list = alerts();
    list[0].body.cef_details.details = list[0].body.details;
    list[0].body.details = 'see the console';
    expect(run(incident(), list, [cloudWatch]).alert.source).toBe('cloudwatch');
  });

  it('is the first alert that is still triggered, in whatever order they come', () => {
    const [model] = alerts();
    const alert = (id: string, status: string, minute: string, suppressed = false): Loose => ({
      ...model,
      summary: id,
      status,
      suppressed,
      created_at: `2026-09-30T08:${minute}:00Z`,
    });
    const list = [
      alert('later', 'triggered', '30'),
      alert('first', 'triggered', '20'),
      alert('over', 'resolved', '10'),
      alert('suppressed', 'triggered', '05', true),
    ];
    expect(run(incident(), list).alert.name).toBe('first');
    expect(run(incident(), [alert('over', 'resolved', '10')]).alert.name).toBe('over');
  });

  it('is the incident itself where there is no alert, and where the alert is of another form', () => {
    for (const list of [[], [{ body: 'odd' }], [null]]) {
      expect(run(incident(), list).alert).toMatchObject({
        source: 'pagerduty',
        name: 'ALARM: "web-cpu-high" in EU (Ireland)',
        startedAt: '2026-09-30T08:14:02.000Z',
        labels: {},
      });
    }
  });

  it('of a reopened incident does not join the run of its first life', () => {
    const reopened = normalise({ incident: incident(), alerts: [] }, { ...ref, generation: '1790756000' }, 'signed', []);
    expect(reopened.alert.correlationKey).toBe('pagerduty:Q1ABCDEF234567:r1790756000');
  });

  it('never throws on any details, and keeps labels within bounds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('object', 'string', 'twice'), (value, shape) => {
        const given = JSON.parse(JSON.stringify(value));
        const details =
          shape === 'object' ? given : shape === 'string' ? JSON.stringify(given) : JSON.stringify(JSON.stringify(given));
        const labels = labelsOf(readDetails(details), undefined);
        expect(Object.values(labels).every((label) => typeof label === 'string' && label.length <= 1024)).toBe(true);
        run(incident(), [{ ...alerts()[0], body: { details } }]);
      }),
    );
    const flood = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 'x'.repeat(5000)]));
    expect(Object.keys(labelsOf(flood, undefined)).length).toBe(200);
    expect(labelsOf(JSON.parse('{"__proto__":"x","constructor":"y","ok":"z"}'), undefined)).toEqual({ ok: 'z' });
  });
});
