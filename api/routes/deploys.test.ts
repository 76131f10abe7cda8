import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { startBench, type Bench } from '../testkit/bench.js';

let postgres: TestPostgres;
let ledger: Ledger;
let bench: Bench;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl() });
  bench = await startBench({ deps: { ledger } });
});
afterEach(async () => {
  expect(await bench.metrics()).not.toMatch(/opssentinel_replies_out_of_shape_total\{/);
  await bench.close();
  await ledger.close();
});
afterAll(() => postgres.stop());

const post = (change: object = {}): Promise<Response> =>
  bench.send('POST', '/api/v1/deploys', 'operator', { id: 'build-1', service: 'checkout', says: 'checkout 1.4.2', ...change });
const read = async (response: Response): Promise<Record<string, string>> => (await response.json()) as Record<string, string>;
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

describe('row 18: deployments over REST', () => {
  it('a beginning and an end under one id are one deployment, told as often as one likes', async () => {
    const began = await read(await post());
    expect(Math.abs(Date.parse(began['startedAt'] ?? '') - Date.now())).toBeLessThan(60_000);
    await post();
    const endedAt = new Date(Date.parse(began['startedAt'] ?? '') + 1000).toISOString();
    expect(await read(await post({ endedAt }))).toEqual({ ...began, endedAt });
    expect((await post()).status).toBe(200);

    expect(await ledger.deploysOf(['checkout'], Date.now() - 60_000)).toHaveLength(1);
  });

  it('an end alone is a deployment that began then at the latest', async () => {
    const endedAt = ago(10);
    expect(await read(await post({ endedAt }))).toMatchObject({ startedAt: endedAt, endedAt });
  });

  it.each([
    ['no service', { service: '' }],
    ['a time that is none', { startedAt: 'yesterday' }],
    ['an end before its beginning', { startedAt: ago(1), endedAt: ago(2) }],
    ['a time far ahead, which would hold the service for long', { endedAt: '2099-01-01T00:00:00Z' }],
    ['a key that does not exist', { ended: ago(1) }],
  ])('%s is 400, and nothing is written', async (_what, change) => {
    const response = await post(change);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await ledger.deploysOf(['checkout', ''], 0)).toEqual([]);
  });
});
