import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../domain/delivery.js';
import type { Target } from '../../domain/target.js';
import { connectAlertmanager } from '../../integrations/alertmanager/client.js';
import { alertmanagerSource, receive } from '../../integrations/alertmanager/sources/alertmanager.js';
import { alertmanagerAlertWitness } from '../../integrations/alertmanager/witnesses/alert.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { prometheusQuery } from '../../integrations/prometheus/checks/query.js';
import { connectPrometheus } from '../../integrations/prometheus/client.js';
import { fingerprintOf } from '../../integrations/wire/alertmanager/fingerprint.js';
import { type Catcher, startCatcher } from '../../integrations/wire/testkit/catcher.js';
import { type PrometheusStack, startStack } from './prometheus-stack.js';

const { PROMETHEUS_BIN: prometheus = '', ALERTMANAGER_BIN: alertmanager = '' } = process.env;
const both = prometheus !== '' && alertmanager !== '';
const test = both ? it : it.skip;
const why = both ? '' : ' (skipped: PROMETHEUS_BIN and ALERTMANAGER_BIN are not set)';
const token = { trust: 'token', by: 'token slow lane' } as const;

/** Needs `PROMETHEUS_BIN` and `ALERTMANAGER_BIN`: paths of the real programs (Debian: prometheus, prometheus-alertmanager). */
describe('a real Prometheus and Alertmanager', () => {
  let catcher: Catcher;
  let stack: PrometheusStack;
  beforeAll(async () => {
    if (!both) return;
    catcher = await startCatcher();
    stack = await startStack({ prometheus, alertmanager }, `${catcher.address}/webhooks/alertmanager`);
  });
  afterAll(async () => {
    if (!both) return;
    await stack.close();
    await catcher.close();
  });

  const call = (laterMs = 0) =>
    testCall(connectAlertmanager({ url: stack.alertmanager, token: undefined }), { now: () => Date.now() + laterMs });
  const read = async ({ ref, trust }: Delivery) =>
    alertmanagerSource.normalise(await alertmanagerSource.read(call(), ref), ref, trust, []);
  const witness = async (delivery: Delivery, laterMs = 0) =>
    alertmanagerAlertWitness.read(call(laterMs), (await read(delivery)).alert);
  const query = (text: string, bounds: object) =>
    prometheusQuery.read(
      testCall(connectPrometheus({ url: stack.prometheus, token: undefined })),
      prometheusQuery.params.parse({ query: text, ...bounds }) as never,
      {} as Target,
    );

  /** The next webhook that tells of this kind, as the product understands it. */
  async function told(kind: Delivery['kind']): Promise<Delivery> {
    for (let tried = 0; tried < 300; tried += 1) {
      for (const request of catcher.taken('/webhooks/alertmanager', [token])) {
        expect(request.headers['authorization']).toBe('Bearer the-door-token');
        const got = receive(request);
        expect(got.kind).toBe('deliveries');
        const found = got.kind === 'deliveries' && got.deliveries.find((one) => one.kind === kind);
        if (found) return found;
      }
      await sleep(200);
    }
    throw new Error(`Alertmanager told of nothing that was ${kind} within a minute.`);
  }

  test(`tell of one alert from its beginning to its end, and answer for it${why}`, async () => {
    stack.set(7);
    const began = await told('triggered');
    expect((await told('triggered')).eventId).toBe(began.eventId);

    const { incident, alert } = await read(began);
    expect(incident).toMatchObject({ status: 'triggered', life: began.ref.generation, title: expect.stringContaining('is 7') });
    expect(alert).toMatchObject({
      name: 'ProbeHigh',
      severity: 'critical',
      account: '111122223333',
      region: 'eu-west-1',
      labels: { team: 'wéb', job: 'probe' },
    });
    expect(fingerprintOf(alert.labels)).toBe(began.ref.externalId);
    expect(await witness(began)).toMatchObject({ state: 'firing', labels: alert.labels });

    await silence();
    expect(await witness(began)).toMatchObject({ state: 'unknown', says: expect.stringContaining('silenced by people') });
    await unsilence();

    expect(await query('probe_value', { below: 1 })).toMatchObject({ ok: false });
    stack.set(0);
    const ended = await told('resolved');
    expect(ended.ref).toEqual(began.ref);
    expect((await read(ended)).incident.status).toBe('resolved');
    // It was started a moment ago, and could have forgotten; ten minutes later it could not.
    expect(await witness(ended)).toMatchObject({ state: 'unknown' });
    expect(await witness(ended, 600_000)).toMatchObject({ state: 'clear' });
    expect(await query('probe_value', { below: 1 })).toMatchObject({ ok: true });
  });

  test(`answer queries as the check expects${why}`, async () => {
    expect(await query('nothing_of_that_name', { below: 1 })).toMatchObject({
      ok: false,
      says: expect.stringContaining('no data'),
    });
    expect(await query('probe_value / 0', { below: 1 })).toMatchObject({ ok: false, says: expect.stringContaining('no number') });
    expect(await query('scalar(probe_value) + 3', { above: 2, below: 4 })).toMatchObject({ ok: true });
    await expect(query('probe_value[1m]', { below: 1 })).rejects.toMatchObject({ fault: 'refused' });
    await expect(query('sum(', { below: 1 })).rejects.toMatchObject({ fault: 'refused' });
    await expect(query('probe_value * on(job) group_left(x) {job="probe"}', { below: 1 })).rejects.toMatchObject({
      fault: 'unavailable',
    });
  });

  async function silence(): Promise<void> {
    const body = {
      matchers: [{ name: 'alertname', value: 'ProbeHigh', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 600_000).toISOString(),
      createdBy: 'ada',
      comment: 'maintenance',
    };
    const headers = { 'content-type': 'application/json' };
    const url = `${stack.alertmanager}/api/v2/silences`;
    expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status).toBe(200);
  }

  async function unsilence(): Promise<void> {
    const silences = (await (await fetch(`${stack.alertmanager}/api/v2/silences`)).json()) as { id: string }[];
    for (const { id } of silences) await fetch(`${stack.alertmanager}/api/v2/silence/${id}`, { method: 'DELETE' });
  }
});
