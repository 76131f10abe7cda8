import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openLedger } from '../ledger/open.js';
import type { Ledger } from '../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { createApiClient, type ApiClient } from './client.js';
import { startBench, type Bench } from './testkit/bench.js';
import { hook } from './testkit/signed-source.js';

/** The API on the real ledger: what it answers must have the shapes that the OpenAPI document tells. */
let postgres: TestPostgres;
let ledger: Ledger;
let bench: Bench;
let client: ApiClient;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl() });
  bench = await startBench({ deps: { ledger } });
  client = createApiClient({ url: bench.address, token: bench.token('admin') });
});
afterEach(async () => {
  expect(await bench.metrics()).not.toMatch(/opssentinel_replies_out_of_shape_total\{/);
  await bench.close();
  await ledger.close();
});
afterAll(() => postgres.stop());

describe('the API on PostgreSQL', () => {
  it('row 2: 20 identical webhooks leave one line "started", and one first line in the timeline', async () => {
    await Promise.all(Array.from({ length: 20 }, () => bench.deliver(hook())));
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect(await ledger.journalCount({ eventId: 'E1', result: 'started' })).toBe(1);
    expect((await client.timeline('bench:Q1')).map(({ phase }) => phase)).toEqual(['webhook']);
  });

  it('lists incidents that have only just begun, and shows plan, evidence, holds', async () => {
    await ledger.putIncident({ id: 'bench:Q1', title: 'a title' });
    await ledger.putDecision('bench:Q1', { concluded: 'nothing', because: 'no rule', numbers: [1, 2.5, null] });

    expect(await client.incidents()).toMatchObject([{ id: 'bench:Q1', title: 'a title', outcome: null }]);
    expect(await client.incident('Q1')).toMatchObject({ id: 'bench:Q1' });
    expect(await client.plan('Q1')).toEqual({
      incident: 'bench:Q1',
      decision: { concluded: 'nothing', because: 'no rule', numbers: [1, 2.5, null] },
    });
    expect(Object.keys(await client.evidence('Q1')).length).toBeGreaterThan(0);
    const hold = await client.stop({
      reason: 'just looking',
      scope: 'service:PSVC001',
      until: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(await client.holds()).toEqual([hold]);
    expect(await client.resume(hold.id)).toMatchObject({ released: true });
    expect(await client.holds()).toEqual([]);
  });

  it('streams what others commit, as it is committed', async () => {
    const lines: string[] = [];
    const seen = client.watch(undefined, (line) => {
      lines.push(line.says);
      return lines.length === 3 ? 'stop' : undefined;
    });
    while (!(await bench.metrics()).includes('opssentinel_streams 1\n')) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const says of ['one', 'two', 'three']) await ledger.record({ incident: 'bench:Q1', phase: 'alert', state: 'ok', says });
    await seen;

    expect(lines).toEqual(['one', 'two', 'three']);
  });

  it('is not ready, and takes nothing that is only written down, once the database is gone', async () => {
    await ledger.close();

    expect((await bench.get('/readyz')).status).toBe(503);
    expect((await bench.deliver(hook({ id: 'N', type: 'note' }))).status).toBe(503);
    expect((await bench.deliver(hook())).status).toBe(202);
    ledger = await openLedger({ url: await postgres.freshUrl() });
  });
});
