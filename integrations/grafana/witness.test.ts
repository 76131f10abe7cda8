import { describe, expect, it } from '@jest/globals';
import type { Alert } from '../../domain/alert.js';
import { shared } from '../contract/testkit/shared.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { readGrafanaDetails } from './bodies/pagerduty-details.js';
import { callTo, labels, raise } from './testkit/given.js';
import { grafanaAlertWitness as witness } from './witnesses/alert.js';

const door = shared(startTestDoor);

const alertOf = (id: string, over: Partial<Alert> = {}): Alert => ({
  source: 'grafana',
  name: 'High CPU',
  labels: {},
  startedAt: '2026-09-30T08:14:00.000Z',
  trust: 'signed',
  correlationKey: 'alert:x',
  origin: { kind: 'grafana.alert', id },
  ...over,
});
const look = (id: string, over: Partial<Alert> = {}) => witness.read(callTo(door.address), alertOf(id, over));
const silence = async (createdBy: string) => {
  const response = await fetch(`${door.address}/grafana/api/alertmanager/grafana/api/v2/silences`, {
    method: 'POST',
    headers: { authorization: 'Bearer x' },
    body: JSON.stringify({
      matchers: [{ name: 'alertname', value: 'High CPU', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      createdBy,
      comment: 'quiet',
    }),
  });
  expect(response.status).toBe(202);
};

describe('Grafana’s own word on an alert', () => {
  it('is firing, with the labels to aim by', async () => {
    const id = await raise(door);
    expect(await look(id)).toMatchObject({
      by: 'grafana.alert',
      state: 'firing',
      labels: { alertname: 'High CPU', instance: 'i-0aa11bb22cc33dd44' },
    });
  });

  it('is clear only once the rule evaluated it as Normal', async () => {
    const id = await raise(door);
    await raise(door, { status: 'resolved' });
    expect(await look(id)).toMatchObject({ state: 'clear' });
  });

  it.each([
    'Normal (MissingSeries)',
    'Normal (NoData)',
    'Normal (Error)',
    'Normal (Paused)',
    'NoData',
    'Error',
    'Pending',
    'Alerting',
  ])('is unknown when the alert is gone and the rule says %s: what reports nothing is not well', async (ruleState) => {
    const id = await raise(door);
    await raise(door, { status: 'resolved', ruleState });
    expect(await look(id)).toMatchObject({ state: 'unknown', says: expect.stringContaining(ruleState) });
  });

  it('is unknown of what Grafana never had', async () => {
    expect(await look('0123456789abcdef')).toMatchObject({ state: 'unknown' });
  });

  it('is unknown of what people silenced, so that nothing is done by itself', async () => {
    const id = await raise(door);
    await silence('ada');
    expect(await look(id)).toMatchObject({ state: 'unknown', says: expect.stringContaining('silenced by people') });
  });

  it('is firing under our own silence, and not when people silenced it too', async () => {
    const id = await raise(door);
    await silence('opssentinel');
    expect(await look(id)).toMatchObject({ state: 'firing' });
    await silence('ada');
    expect(await look(id)).toMatchObject({ state: 'unknown' });
  });

  it('is unknown of what another alert inhibits', async () => {
    expect(await look(await raise(door, { inhibited: true }))).toMatchObject({ state: 'unknown' });
  });

  it('is unknown without the right to read, and tried again when Grafana is away', async () => {
    const id = await raise(door);
    await door.fault('GET /api/alertmanager/grafana/api/v2/alerts', '403');
    expect(await look(id)).toMatchObject({ state: 'unknown' });
    await door.fault('GET /api/alertmanager/grafana/api/v2/alerts', '503');
    await expect(look(id)).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

describe('a Grafana alert that came by PagerDuty', () => {
  const text = (instance: string, rule = 'abc'): string =>
    [
      '',
      'Value: B=96.1, C=1',
      'Labels:',
      ' - alertname = High CPU',
      ` - instance = ${instance}`,
      'Annotations:',
      ' - summary = CPU is high',
      `Source: https://g.example.com/alerting/grafana/${rule}/view?orgId=1`,
      'Silence: https://g.example.com/alerting/silence/new?alertmanager=grafana',
      '',
    ].join('\n');
  const details = (firing: string, count = '1') => ({ firing, resolved: '', num_firing: count, num_resolved: '0' });
  const instance = labels.instance;

  it('is found again at Grafana by its rule and its labels', async () => {
    await raise(door);
    await raise(door, { labels: { ...labels, instance: 'i-0bb22cc33dd44ee55' } });
    const facts = readGrafanaDetails(details(text(instance)));
    expect(facts).toMatchObject({ source: 'grafana', name: 'High CPU', origin: { kind: 'grafana.alert', id: 'rule:abc' } });
    const said = { ...facts?.labels, num_firing: '1', firing: 'everything that PagerDuty passed on' };
    expect(await look('rule:abc', { labels: said })).toMatchObject({ state: 'firing', labels: { instance } });
    await raise(door, { status: 'resolved' });
    expect(await look('rule:abc', { labels: said })).toMatchObject({ state: 'clear' });
  });

  it('whose text somebody made up is confirmed by nobody', async () => {
    await raise(door);
    const forged = readGrafanaDetails(details(text('i-0dd44ee55ff66aa77')));
    expect(await look('rule:abc', { labels: forged?.labels ?? {} })).toMatchObject({ state: 'unknown' });
  });

  it('names nothing to act on when several fire, or when the text has another form', () => {
    expect(readGrafanaDetails(details(`${text(instance)}${text('b')}`, '2'))).toEqual({ source: 'grafana' });
    for (const odd of [
      text(`${instance}\n - instance = i-0dd44ee55ff66aa77`),
      text(`${instance}\nAnnotations:`),
      text(`${instance}\nLabels:\n - instance = other`),
      text(instance).replace(' - alertname', 'alertname'),
    ])
      expect(readGrafanaDetails(details(odd))).not.toHaveProperty('origin');
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', text('x')],
    ['Alertmanager’s own', details('Labels:\n - alertname = x\nAnnotations:\nSource: http://prometheus/graph')],
    ['a rule that is no name', details(text('x', '../admin'))],
    ['no count', { firing: text('x') }],
  ])('is not read from %s', (_what, value) => {
    expect(readGrafanaDetails(value as never)).toBeUndefined();
  });
});
