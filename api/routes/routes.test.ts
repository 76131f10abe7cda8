import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { named } from '../testkit/memory-temporal.js';
import { startBench, type Bench } from '../testkit/bench.js';
import { incidentRow } from '../testkit/memory-ledger.js';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench({ limits: { approvalDeadlineMs: 200, doorDeadlineMs: 200 } });
  bench.memory.incidents.set('bench:Q1', incidentRow('bench:Q1'));
  bench.temporal.open.add('incident:bench:Q1');
});
afterEach(async () => {
  expect(await bench.metrics()).not.toMatch(/opssentinel_replies_out_of_shape_total\{/);
  await bench.close();
});

const read = async (response: Response): Promise<Record<string, unknown>> => (await response.json()) as Record<string, unknown>;
const approve = (body: object, headers?: Record<string, string>, id = 'bench:Q1'): Promise<Response> =>
  bench.send(
    'POST',
    `/api/v1/incidents/${id}/approval`,
    'approver',
    { decision: 'approve', planHash: '5b1e07c2', ...body },
    headers,
  );

describe('incidents over REST', () => {
  it('are found by our id and by the source’s own, which means the latest life', async () => {
    bench.memory.incidents.set('bench:Q1:r1790000000', {
      ...incidentRow('bench:Q1:r1790000000'),
      startedAt: '2026-11-23T00:00:00.000Z',
    });

    expect(await read(await bench.get('/api/v1/incidents/bench:Q1', 'viewer'))).toMatchObject({ id: 'bench:Q1' });
    expect(await read(await bench.get('/api/v1/incidents/Q1', 'viewer'))).toMatchObject({ id: 'bench:Q1:r1790000000' });
    expect(await read(await bench.get('/api/v1/incidents?limit=1', 'viewer'))).toMatchObject({ incidents: [{ id: 'bench:Q1' }] });
  });

  it('are found by the short form of a later life, as the lists show it', async () => {
    bench.memory.incidents.set('bench:Q1:r1790000000', incidentRow('bench:Q1:r1790000000'));

    expect(await read(await bench.get('/api/v1/incidents/Q1:r1790000000', 'viewer'))).toMatchObject({
      id: 'bench:Q1:r1790000000',
    });
  });

  it('have a page for the links in notes: it needs no token, names the commands, and tells nothing', async () => {
    bench.memory.incidents.set('bench:Q7', { ...incidentRow('bench:Q7'), title: 'secret title' });

    const [known, unknown, hostile] = await Promise.all(
      ['Q7', 'Q8', '%3Cscript%3E'].map((id) => fetch(`${bench.address}/i/${id}`)),
    );

    expect([known?.status, unknown?.status, hostile?.status]).toEqual([200, 200, 400]);
    const page = (await known?.text()) ?? '';
    expect(page).toContain('opssentinel incident show Q7');
    expect(page).toContain('opssentinel rules explain Q7');
    expect(page).not.toContain('secret title');
    expect((await unknown?.text())?.replaceAll('Q8', 'Q7')).toBe(page);
    expect(await hostile?.text()).not.toContain('<script>');
  });

  it('that are not there are 404, and so is an unknown path', async () => {
    for (const path of [
      'incidents/bench:Q9',
      'incidents/bench:Q9/timeline',
      'incidents/bench:Q1/plan',
      'evidence/Q9',
      'nothing',
    ]) {
      const response = await bench.get(`/api/v1/${path}`, 'viewer');
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await read(response)).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404 });
    }
  });

  it('a run that has lines but is not in the list yet can be read already', async () => {
    bench.memory.append({ incident: 'bench:NEW', phase: 'webhook', state: 'ok', says: 'here' });

    expect(await read(await bench.get('/api/v1/incidents/bench:NEW/timeline', 'viewer'))).toMatchObject({
      lines: [{ says: 'here' }],
    });
  });

  it('give timeline, plan and evidence', async () => {
    bench.memory.append({ incident: 'bench:Q1', phase: 'alert', state: 'ok', says: 'one' });
    bench.memory.append({ incident: 'bench:Q1', phase: 'match', state: 'ok', says: 'two' });
    bench.memory.decisions.set('bench:Q1', { concluded: 'nothing', because: 'no rule' });

    expect(await read(await bench.get('/api/v1/incidents/Q1/timeline?after=1', 'viewer'))).toMatchObject({
      lines: [{ seq: 2, says: 'two' }],
    });
    expect(await read(await bench.get('/api/v1/timeline', 'viewer'))).toMatchObject({ lines: [{ seq: 1 }, { seq: 2 }] });
    expect(await read(await bench.get('/api/v1/incidents/Q1/plan', 'viewer'))).toEqual({
      incident: 'bench:Q1',
      decision: { concluded: 'nothing', because: 'no rule' },
    });
    expect(await read(await bench.get('/api/v1/evidence/Q1', 'viewer'))).toEqual({ incident: 'bench:Q1' });
  });

  it('wrong input is 400 with a pointer to each place', async () => {
    const response = await approve({ planHash: 'no hash', extra: 1 });

    expect(response.status).toBe(400);
    const { errors } = (await read(response)) as { errors: { pointer: string; detail: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/planHash', '#/']);
    expect(await read(await bench.get('/api/v1/incidents?limit=0', 'viewer'))).toMatchObject({ errors: [{ pointer: '?limit' }] });
    expect(await read(await bench.get('/api/v1/incidents/a%20b', 'viewer'))).toMatchObject({ errors: [{ pointer: '{id}' }] });
  });

  it('bodies that are no JSON, of another type or too large are 400, 415 and 413', async () => {
    const post = (type: string, body: string): Promise<Response> =>
      fetch(`${bench.address}/api/v1/holds`, {
        method: 'POST',
        body,
        headers: { 'content-type': type, authorization: `Bearer ${bench.token('operator')}` },
      });

    expect((await post('application/json', '{')).status).toBe(400);
    expect((await post('text/plain', 'stop')).status).toBe(415);
    expect((await post('application/json', JSON.stringify({ reason: 'x'.repeat(70_000) }))).status).toBe(413);
    expect(bench.memory.holds).toHaveLength(0);
  });

  it('without the ledger everything that reads it is 503', async () => {
    bench.memory.away.value = true;

    const response = await bench.get('/api/v1/incidents', 'viewer');

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect((await read(response)).detail as string).toContain('ledger');
  });
});

describe('approvals over REST', () => {
  it('write down who asks before the run is asked, and answer with its word', async () => {
    const response = await approve({ reason: 'looks right' });

    expect(response.status).toBe(200);
    expect(await read(response)).toEqual({ accepted: true, reason: 'approved' });
    const [row] = bench.memory.requests;
    expect(row).toMatchObject({ incident: 'bench:Q1', by: 'approver-person', role: 'approver', via: 'api' });
    expect(bench.temporal.calls).toMatchObject([
      {
        call: 'update',
        options: {
          updateId: `api:${row?.id}`,
          args: [{ decision: 'approve', by: 'approver-person', planHash: '5b1e07c2', requestId: row?.id, reason: 'looks right' }],
        },
      },
    ]);
  });

  it('cannot be given in another name', async () => {
    expect((await approve({ by: 'somebody-else' })).status).toBe(400);
    expect(bench.memory.requests).toHaveLength(0);
  });

  it('with the same Idempotency-Key are one request with one answer; another decision is another request', async () => {
    let asked = 0;
    bench.temporal.decide.with = ({ decision }) => ({ accepted: true, reason: `${decision} ${(asked += 1)}` });

    const first = await read(await approve({}, { 'idempotency-key': 'k1' }));
    const again = await read(await approve({}, { 'idempotency-key': 'k1' }));
    const other = await read(await approve({ decision: 'reject' }, { 'idempotency-key': 'k1' }));

    expect(again).toEqual(first);
    expect(other.reason).toBe('reject 2');
    expect(bench.memory.requests).toHaveLength(2);
  });

  it('that the run refuses are 409 with its reason', async () => {
    bench.temporal.decide.with = () => ({ accepted: false, reason: 'the plan is 77ab03c1 now' });

    const response = await approve({});

    expect(response.status).toBe(409);
    expect((await read(response)).detail).toBe('the plan is 77ab03c1 now');
  });

  it('for a run that has ended are 409; for a run that does not answer, 503', async () => {
    bench.temporal.decide.with = () => named('WorkflowUpdateRPCTimeoutOrCancelledError');
    expect((await approve({})).status).toBe(503);

    bench.temporal.fault.value = 'hang';
    expect((await approve({})).status).toBe(503);

    bench.temporal.fault.value = 'none';
    bench.temporal.open.clear();
    expect((await approve({})).status).toBe(409);
  });

  it('are not asked for without a written row: no ledger, no approval', async () => {
    bench.memory.away.value = true;

    expect((await approve({})).status).toBe(503);
    expect(bench.temporal.calls).toHaveLength(0);
  });

  it('are given by POST alone', async () => {
    expect((await bench.get('/api/v1/incidents/bench:Q1/approval?decision=approve&planHash=5b1e07c2', 'admin')).status).toBe(404);
  });

  it('a run that goes on keeps what it holds; one that was terminated is made to let go, with a reason on its timeline', async () => {
    bench.temporal.open.add('incident:bench:Q1');
    const refused = await bench.send('POST', '/api/v1/incidents/Q1/release', 'operator', { reason: 'it hangs' });
    expect(refused.status).toBe(409);
    bench.temporal.open.delete('incident:bench:Q1');
    const released = await bench.send('POST', '/api/v1/incidents/Q1/release', 'operator', { reason: 'it was terminated' });
    expect([released.status, await released.json()]).toMatchObject([200, { accepted: true }]);
    expect((await bench.send('POST', '/api/v1/incidents/Q1/release', 'operator', {})).status).toBe(400);
  });

  it('a take-over is told to the run in the name of the caller', async () => {
    const response = await bench.send('POST', '/api/v1/incidents/Q1/take-over', 'operator', {});

    expect(response.status).toBe(202);
    expect(bench.temporal.calls).toMatchObject([
      { call: 'signal', workflowId: 'incident:bench:Q1', options: { signal: 'takeOver', argument: { by: 'operator-person' } } },
    ]);
  });
});

describe('holds and rules over REST', () => {
  it('row 26: stop stands when it is answered, with who and why', async () => {
    const response = await bench.send('POST', '/api/v1/holds', 'operator', { reason: 'just looking' });

    expect(response.status).toBe(201);
    expect(await read(response)).toMatchObject({ kind: 'stop', scope: 'all', reason: 'just looking', owner: 'operator-person' });
    expect(await read(await bench.get('/api/v1/holds', 'viewer'))).toMatchObject({ holds: [{ scope: 'all' }] });
  });

  it('a hold without a reason, of an unknown scope or that ended yesterday is 400', async () => {
    for (const body of [
      {},
      { reason: 'x', scope: 'everything' },
      { reason: 'x', scope: 'all; drop' },
      { reason: 'x', until: '2020-01-01T00:00:00Z' },
      { reason: 'x', owner: 'ada' },
      { reason: 'x', kind: 'brake' },
    ]) {
      expect((await bench.send('POST', '/api/v1/holds', 'operator', body)).status).toBe(400);
    }
    expect(bench.memory.holds).toHaveLength(0);
  });

  it('a reload with problems keeps the set before and says so', async () => {
    bench.rules.problems = [{ at: 'rules/x.yaml:3:5', says: 'unknown key `wen`; did you mean `when`?' }];

    expect(await read(await bench.send('POST', '/api/v1/rules/reload', 'admin', {}))).toEqual({
      loaded: false,
      hash: '9c41e07d00',
      problems: bench.rules.problems,
    });
    expect(await read(await bench.get('/api/v1/rules', 'viewer'))).toMatchObject({
      rules: [{ name: 'ec2-cpu-high', mode: { '*': 'auto' } }],
      problems: bench.rules.problems,
    });
  });

  it('a reload needs no body', async () => {
    expect((await bench.send('POST', '/api/v1/rules/reload', 'admin')).status).toBe(200);
  });
});

describe('operations', () => {
  it('ready only with Temporal and ledger; verbose says which is away', async () => {
    expect((await bench.get('/readyz')).status).toBe(200);

    bench.temporal.fault.value = 'refuse';
    bench.memory.away.value = true;
    const response = await bench.get('/readyz?verbose');

    expect(response.status).toBe(503);
    expect(await read(response)).toMatchObject({
      ready: false,
      parts: { temporal: { ready: false }, ledger: { ready: false }, rules: { ready: true } },
    });
    expect((await bench.get('/healthz')).status).toBe(200);
  });

  it('security headers stand on every answer', async () => {
    for (const path of ['/', '/nothing', '/healthz']) {
      const { headers } = await bench.get(path);
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-opssentinel')).toBeNull();
    }
  });

  it('in the sandbox every answer and the page say SANDBOX', async () => {
    const sandbox = await startBench({ mode: 'sandbox', deps: { temporalUi: 'http://127.0.0.1:8233/"><script>' } });
    try {
      for (const path of ['/', '/nothing', '/api/v1/incidents', '/openapi.json'])
        expect((await sandbox.get(path)).headers.get('x-opssentinel')).toBe('SANDBOX');
      const page = await (await sandbox.get('/')).text();
      expect(page).toContain('SANDBOX: no real system is touched');
      expect(page).not.toContain('<script');
    } finally {
      await sandbox.close();
    }
  });

  it('a port that is taken is told as such', async () => {
    const port = Number(new URL(bench.address).port);

    await expect(startBench({ deps: { port } })).rejects.toThrow(`Port ${port} on 127.0.0.1, for the API, is taken`);
    await expect(startBench({ deps: { metricsPort: port } })).rejects.toThrow(`for the metrics, is taken`);
  });

  it('metrics are not on the public port', async () => {
    expect((await bench.get('/metrics')).status).toBe(404);
    expect(await bench.metrics()).toContain('opssentinel_streams 0');
  });
});
