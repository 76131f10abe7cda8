import { describe, expect, it } from '@jest/globals';
import { gettableAlert, suppressedBy } from './api.js';
import { normalise, readingOf } from './normalise.js';

const source = { source: 'grafana', origin: 'grafana.alert', called: 'Grafana' };
const ref = { source: 'grafana', externalId: 'd303afa70e592d56', generation: '1790756040' };
const alert = (over: object = {}) =>
  gettableAlert.parse({
    fingerprint: ref.externalId,
    labels: {
      alertname: 'HighCpu',
      severity: 'critical',
      service: 'checkout',
      account_id: '111122223333',
      region: 'eu-west-1',
      __alert_rule_uid__: 'abc',
    },
    annotations: { summary: 'CPU of checkout is high' },
    startsAt: '2026-09-30T08:14:00.123Z',
    endsAt: '2026-09-30T08:19:00.000Z',
    generatorURL: 'https://g/alerting/grafana/abc/view',
    status: { state: 'active', silencedBy: [], inhibitedBy: [] },
    ...over,
  });
const read = (over: object = {}) => normalise(source, readingOf(alert(over)), ref, 'signed');

describe('an alert that was read again', () => {
  it('is an incident of its own, open while it fires', () => {
    expect(read().incident).toEqual({
      ref,
      id: ref.externalId,
      title: 'CPU of checkout is high',
      status: 'triggered',
      urgency: 'high',
      service: { id: 'checkout', name: 'checkout' },
      url: 'https://g/alerting/grafana/abc/view',
      createdAt: '2026-09-30T08:14:00.123Z',
      heldBy: [],
      life: ref.generation,
    });
  });

  it('keeps all labels but those that the server keeps for itself', () => {
    const { alert: found } = read();
    expect(found).toMatchObject({ name: 'HighCpu', severity: 'critical', account: '111122223333', region: 'eu-west-1' });
    expect(found.labels).not.toHaveProperty('__alert_rule_uid__');
    expect(found.origin).toEqual({ kind: 'grafana.alert', id: ref.externalId });
  });

  it.each([
    ['an account of words', { account_id: 'prod' }, 'account'],
    ['an account with a line behind it', { account_id: '111122223333\n' }, 'account'],
    ['a region of words', { region: 'EU (Ireland)' }, 'region'],
    ['a zone', { region: 'eu-west-1a' }, 'region'],
  ])('takes %s for none', (_what, labels, field) => {
    expect(read({ labels }).alert).not.toHaveProperty(field);
  });

  it('has one key by whichever server it came', () => {
    const other = normalise(
      { ...source, source: 'alertmanager' },
      readingOf(alert()),
      { ...ref, source: 'alertmanager' },
      'token',
    );
    expect(other.alert.correlationKey).toBe(read().alert.correlationKey);
    expect(read({ startsAt: '2026-09-30T09:00:00Z' }).alert.correlationKey).not.toBe(read().alert.correlationKey);
  });

  it('is of another life when it began anew', () => {
    expect(read({ startsAt: '2026-09-30T09:00:00Z' }).incident.life).toBe('1790758800');
  });

  it('is resolved when nothing of it fires any more, whatever the generation says', () => {
    for (const generation of ['1790756040', '0', '', 'x', '9'.repeat(30)])
      expect(normalise(source, readingOf(undefined), { ...ref, generation }, 'token').incident.status).toBe('resolved');
  });

  it('may lack annotations, a link and the names of newer lists', () => {
    const { incident } = read({ annotations: undefined, generatorURL: undefined, labels: {} });
    expect(incident.title).toBe(`alert ${ref.externalId}`);
  });
});

describe('suppressedBy', () => {
  const silenced = (status: object) => suppressedBy(alert({ status: { state: 'suppressed', ...status } }), new Set(['ours']));
  it('tells what people, other alerts and mute timings keep quiet', () => {
    expect(silenced({ silencedBy: ['theirs'] })).toContain('silenced by people');
    expect(silenced({ silencedBy: ['ours', 'theirs'] })).toContain('silenced by people (theirs)');
    expect(silenced({ inhibitedBy: ['a'] })).toContain('inhibited');
    expect(silenced({ mutedBy: ['weekends'] })).toContain('weekends');
    expect(silenced({})).toBeDefined();
  });

  it('counts our own silence as nobody’s, but not what is beside it', () => {
    expect(silenced({ silencedBy: ['ours'] })).toBeUndefined();
    expect(silenced({ silencedBy: ['ours'], inhibitedBy: ['a'] })).toBeDefined();
    expect(suppressedBy(alert(), new Set())).toBeUndefined();
  });
});
