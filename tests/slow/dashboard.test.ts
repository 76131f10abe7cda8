import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { incidentsForDashboard, scraped } from '../e2e/dashboard-stage.js';
import { type E2e, openE2e } from '../e2e/stage.js';
import { queriesOf } from '../support/dashboard.js';
import { type LokiServer, startLoki } from './loki-server.js';
import { type ScrapingPrometheus, scrapeWith } from './prometheus-scrape.js';

const { PROMETHEUS_BIN: prometheusBinary = '', LOKI_BIN: lokiBinary = '' } = process.env;
const needs = (binary: string, variable: string) =>
  binary === '' ? { test: it.skip, why: ` (skipped: ${variable} is not set)` } : { test: it, why: '' };
const [prometheusTest, lokiTest] = [needs(prometheusBinary, 'PROMETHEUS_BIN'), needs(lokiBinary, 'LOKI_BIN')];
const asked = { range: '5m', rate: '20s' };
const tenant = 'dashboard';

/** Needs `PROMETHEUS_BIN` (Debian: prometheus) and `LOKI_BIN`, or one of them; and a build. */
describe('M15: the real servers answer every query of the dashboard with data', () => {
  let e2e: E2e;
  let prometheus: ScrapingPrometheus | undefined;
  let loki: LokiServer | undefined;
  beforeAll(async () => {
    if (prometheusBinary === '' && lokiBinary === '') return;
    e2e = await openE2e();
    // Before the first incident: a counter's birth is what the queries must not lose.
    if (prometheusBinary !== '') prometheus = await scrapeWith(prometheusBinary, scraped(e2e));
    await incidentsForDashboard(e2e);
    if (lokiBinary !== '') {
      loki = await startLoki(lokiBinary);
      await copyLines(e2e, loki.address);
    }
    // Counted once the followers heard of it, then scraped.
    for (let tried = 0; prometheus && tried < 60 && (await value('sum(opssentinel_outcomes_total)')) !== 2; tried += 1)
      await sleep(500);
    await sleep(3_000);
  });
  afterAll(async () => {
    await prometheus?.close();
    await loki?.close();
    await e2e?.close();
  });

  const query = async (expr: string): Promise<number[]> => {
    const url = `${prometheus?.address}/api/v1/query?query=${encodeURIComponent(expr)}`;
    const answer = (await (await fetch(url)).json()) as { error?: string; data?: { result: { value: [number, string] }[] } };
    if (!answer.data) throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ value: [, text] }) => Number(text));
  };
  const value = async (expr: string): Promise<number | undefined> => (await query(expr))[0];

  prometheusTest.test.each(queriesOf('prometheus', asked))(`$panel: $expr${prometheusTest.why}`, async ({ expr }) => {
    const found = await query(expr);
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(one).not.toBeNaN();
  });

  prometheusTest.test(`counts what happened, the first of each kind included${prometheusTest.why}`, async () => {
    const of = (panel: string) => queriesOf('prometheus', asked).filter((one) => one.panel === panel);
    const share = await value(of('Ended without people')[0]?.expr ?? '');
    expect(share).toBeCloseTo(0.5, 1);
    for (const one of await query(of('How incidents ended')[0]?.expr ?? '')) expect(one).toBeCloseTo(1, 1);
    for (const { expr } of of('From alert to recovery')) expect(await value(expr)).toBeGreaterThan(0);
  });

  lokiTest.test.each(queriesOf('loki', asked))(`$panel: $expr${lokiTest.why}`, async ({ expr, overTime }) => {
    const path = overTime ? 'query_range' : 'query';
    const url = `${loki?.address}/loki/api/v1/${path}?since=1h&query=${encodeURIComponent(expr)}`;
    const response = await fetch(url, { headers: { 'x-scope-orgid': tenant } });
    const text = await response.text();
    if (!response.ok) throw new Error(`Loki answered ${response.status}: ${text}`);
    const { data } = JSON.parse(text) as { data: { result: unknown[] } };
    expect(data.result.length).toBeGreaterThan(0);
    expect(text).not.toContain('__error__');
  });
});

/** What the product has sent to the simulator, as it was sent. */
async function copyLines(e2e: E2e, address: string): Promise<void> {
  interface Stored {
    lines: { at: string; line: string; metadata: Record<string, string>; labels: Record<string, string> }[];
  }
  for (let tried = 0; tried < 60; tried += 1) {
    const { lines } = await e2e.control<Stored>('GET', 'loki/lines');
    if (lines.filter(({ metadata }) => metadata['phase'] === 'outcome').length < 2) {
      await sleep(500);
      continue;
    }
    const streams = lines.map(({ at, line, metadata, labels }) => ({ stream: labels, values: [[at, line, metadata]] }));
    const headers = { 'content-type': 'application/json', 'x-scope-orgid': tenant };
    const pushed = await fetch(`${address}/loki/api/v1/push`, { method: 'POST', headers, body: JSON.stringify({ streams }) });
    if (pushed.status !== 204) throw new Error(`Loki answered ${pushed.status}: ${await pushed.text()}`);
    return;
  }
  throw new Error('The outcomes never came to Loki’s simulator.');
}
