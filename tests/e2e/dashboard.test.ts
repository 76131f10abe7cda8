import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dashboard, exported, metricsOf, queriesOf } from '../support/dashboard.js';
import { until } from '../run/server.js';
import { incidentsForDashboard, scrapes } from './dashboard-stage.js';
import { type E2e, openE2e } from './stage.js';

let e2e: E2e;
let scrape: ReturnType<typeof exported>;
beforeAll(async () => {
  e2e = await openE2e();
  await incidentsForDashboard(e2e);
  // Counted after it was told: all workers together count once, and not at once.
  await until(async () => (await scrapes(e2e)).includes('opssentinel_recovery_count'), 'no recovery was counted', 20_000);
  scrape = exported(await scrapes(e2e));
}, 180_000);
afterAll(() => e2e.close(), 30_000);

const queries = queriesOf('prometheus', { range: '1h', rate: '1m' });
/** A trouble that has not happened has no sample; its query says 0 by itself. */
const withoutSample = (expr: string): boolean => expr.endsWith('or vector(0)');

describe('M15: what the dashboard asks is what the product exports', () => {
  it.each([...new Set(queries.flatMap(({ expr }) => metricsOf(expr)))])('%s', (metric) => {
    const type = scrape.types.get(metric);
    expect(type).toBeDefined();
    const asked = queries.filter(({ expr }) => metricsOf(expr).includes(metric));
    if (asked.every(({ expr }) => withoutSample(expr))) return;
    const sample = asked.some(({ expr }) => expr.includes(`${metric}_bucket`)) ? `${metric}_bucket` : metric;
    expect(type).toMatch(sample === metric ? /^(counter|gauge)$/ : /^histogram$/);
    const labels = [...(scrape.labels.get(sample) ?? [])];
    for (const { expr } of asked)
      for (const [, by = ''] of expr.matchAll(/\bby \(([^)]+)\)/g))
        expect({ metric, labels }).toEqual({ metric, labels: expect.arrayContaining(by.split(', ')) });
  });

  it('a recovery of an hour falls into a bucket of its own, so that nine tenths can be more than seconds', async () => {
    const bounds = [...(await scrapes(e2e)).matchAll(/^opssentinel_recovery_bucket\{.*le="([^"]+)"/gm)].map(([, le]) =>
      Number(le),
    );
    expect(bounds).toEqual(expect.arrayContaining([60, 600, 3_600]));
  });

  it('the lines that came to Loki have the label, the metadata and the members that are asked for', async () => {
    interface Stored {
      lines: { line: string; labels: Record<string, string>; metadata: Record<string, string> }[];
    }
    let stored: Stored['lines'] = [];
    const outcomes = () => stored.filter(({ metadata }) => metadata['phase'] === 'outcome');
    await until(
      async () => {
        stored = (await e2e.control<Stored>('GET', 'loki/lines')).lines;
        return outcomes().length > 0;
      },
      'no outcome came to Loki',
      20_000,
    );
    for (const { line, labels, metadata } of stored) {
      expect(labels['service_name']).toBe('opssentinel');
      expect(metadata).toMatchObject({ incident: expect.any(String), phase: expect.any(String), state: expect.any(String) });
      expect(JSON.parse(line)).toMatchObject({ says: expect.any(String) });
    }
    for (const { line } of outcomes()) expect(JSON.parse(line)).toMatchObject({ data: { kind: expect.any(String) } });
    expect(dashboard.panels.some(({ type }) => type === 'logs')).toBe(true);
  });
});
