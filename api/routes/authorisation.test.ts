import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBench, type Bench } from '../testkit/bench.js';
import { incidentRow } from '../testkit/memory-ledger.js';
import { scopes, type Scope } from '../tokens.js';
import { routes } from './index.js';

type Cell = 'in' | 401 | 403;

const everybody: readonly Cell[] = ['in', 'in', 'in', 'in', 'in', 'in'];
const fromViewer: readonly Cell[] = [401, 'in', 'in', 'in', 'in', 'in'];
const fromApprover: readonly Cell[] = [401, 403, 403, 'in', 'in', 'in'];
const fromOperator: readonly Cell[] = [401, 403, 403, 403, 'in', 'in'];
const adminAlone: readonly Cell[] = [401, 403, 403, 403, 403, 'in'];

/** What nobody, viewer, adviser, approver, operator and admin get. A route without a row fails. */
const matrix: Record<string, { cells: readonly Cell[]; path?: string; body?: unknown }> = {
  'get /api/v1/incidents': { cells: fromViewer },
  'get /api/v1/incidents/{id}': { cells: fromViewer, path: '/api/v1/incidents/bench:Q1' },
  'get /api/v1/incidents/{id}/timeline': { cells: fromViewer, path: '/api/v1/incidents/bench:Q1/timeline' },
  'get /api/v1/timeline': { cells: fromViewer },
  'get /api/v1/incidents/{id}/plan': { cells: fromViewer, path: '/api/v1/incidents/bench:Q1/plan' },
  'post /api/v1/incidents/{id}/approval': {
    cells: fromApprover,
    path: '/api/v1/incidents/bench:Q1/approval',
    body: { decision: 'approve', planHash: '5b1e07c2' },
  },
  'post /api/v1/incidents/{id}/take-over': { cells: fromOperator, path: '/api/v1/incidents/bench:Q1/take-over', body: {} },
  'post /api/v1/incidents/{id}/release': {
    cells: fromOperator,
    path: '/api/v1/incidents/bench:Q1/release',
    body: { reason: 'its run was terminated' },
  },
  'get /api/v1/holds': { cells: fromViewer },
  'post /api/v1/holds': { cells: fromOperator, body: { scope: 'service:S1', reason: 'a test' } },
  'delete /api/v1/holds/{id}': { cells: fromOperator, path: '/api/v1/holds/none' },
  'post /api/v1/deploys': { cells: fromOperator, body: { id: '1', service: 'S1', says: 'a test' } },
  'get /api/v1/followers': { cells: fromViewer },
  'get /api/v1/doors': { cells: fromViewer },
  'get /api/v1/rules': { cells: fromViewer },
  'post /api/v1/rules/reload': { cells: adminAlone, body: {} },
  'get /api/v1/rules/{rule}/record': {
    cells: fromViewer,
    path: `/api/v1/rules/cpu/record?environment=prod&logicHash=${'0'.repeat(64)}`,
  },
  'post /api/v1/incidents/{id}/label': {
    cells: fromOperator,
    path: '/api/v1/incidents/bench:Q1/label',
    body: { label: 'right' },
  },
  'get /api/v1/rules/revisions': { cells: fromViewer },
  'post /api/v1/rules/rollback': { cells: adminAlone, body: { reason: 'a test' } },
  'post /api/v1/rules/follow': { cells: adminAlone, body: { reason: 'a test' } },
  'post /api/v1/rules/accept': { cells: adminAlone, body: { reason: 'a test' } },
  'post /api/v1/rules/revoke': { cells: fromOperator, body: { hash: '9c41e07d', reason: 'a test' } },
  'get /api/v1/evidence/{id}': { cells: fromViewer, path: '/api/v1/evidence/bench:Q1' },
  'get /healthz': { cells: everybody },
  'get /readyz': { cells: everybody },
  'get /': { cells: everybody },
  'get /i/{id}': { cells: everybody, path: '/i/Q1' },
};

const callers: readonly (Scope | undefined)[] = [undefined, ...scopes];

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  bench.memory.incidents.set('bench:Q1', incidentRow('bench:Q1'));
  bench.memory.decisions.set('bench:Q1', { concluded: 'nothing' });
  bench.temporal.open.add('incident:bench:Q1');
});
afterAll(() => bench.close());

describe('who may do what', () => {
  it('row 56: the matrix has a row for every route, and no other', () => {
    expect(Object.keys(matrix).sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  const cells = routes.flatMap(({ method, path }) =>
    callers.map((caller, index) => ({
      method,
      path,
      who: caller ?? 'nobody',
      caller,
      expected: matrix[`${method} ${path}`]?.cells[index],
    })),
  );
  it.each(cells)('$method $path for $who: $expected', async ({ method, path, caller, expected }) => {
    const row = matrix[`${method} ${path}`];

    const response = await bench.send(method.toUpperCase(), row?.path ?? path, caller, row?.body);
    const text = await response.text();

    const got = response.status === 401 || response.status === 403 ? response.status : 'in';
    expect(got).toBe(expected);
    if (got !== 'in') {
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.parse(text)).toMatchObject({ status: got, detail: expect.stringContaining('token') });
    }
  });

  it('M22: an adviser reads all that a viewer reads, and over REST nothing else', () => {
    const [viewer, adviser] = (['viewer', 'adviser'] as const).map((who) => callers.indexOf(who));
    for (const { cells: row } of Object.values(matrix)) expect(row[adviser as number]).toBe(row[viewer as number]);
  });

  it('a token that is not known, and one in another scheme, are 401', async () => {
    for (const authorization of [
      'Bearer wrong',
      `Basic ${bench.token('admin')}`,
      bench.token('admin'),
      'Bearer ',
      `Bearer ${bench.token('admin')}x`,
    ]) {
      const response = await fetch(`${bench.address}/api/v1/incidents`, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('G5: a hold on everything takes two people, one of them an admin; another one an operator', async () => {
    const all = (await (await bench.send('POST', '/api/v1/holds', 'operator', { reason: 'just looking' })).json()) as {
      id: string;
    };
    const one = (await (
      await bench.send('POST', '/api/v1/holds', 'operator', { scope: 'rule:x', reason: 'just looking' })
    ).json()) as { id: string };

    expect((await bench.send('DELETE', `/api/v1/holds/${one.id}`, 'operator')).status).toBe(200);
    const first = await bench.send('DELETE', `/api/v1/holds/${all.id}`, 'operator');
    expect([first.status, (await first.json()) as object]).toMatchObject([200, { released: false }]);
    const again = await bench.send('DELETE', `/api/v1/holds/${all.id}`, 'operator');
    expect([again.status, (await again.json()) as object]).toMatchObject([200, { released: false }]);
    expect(bench.memory.holds.map((hold) => hold.id)).toContain(all.id);
    expect((await bench.send('DELETE', `/api/v1/holds/${all.id}`, 'admin')).status).toBe(200);
  });

  it('no token reaches the log', () => {
    for (const scope of scopes) expect(bench.logged()).not.toContain(bench.token(scope));
  });
});
