import { afterEach, describe, expect, it } from '@jest/globals';
import { startBench, type Bench } from '../testkit/bench.js';
import { incidentRow } from '../testkit/memory-ledger.js';
import { doors, openSource, type Said } from '../testkit/open-source.js';
import { tokenHash } from '../tokens.js';
import type { ApiLimits } from '../deps.js';

const token = 'door-token-0123456789';
let bench: Bench;
afterEach(() => bench.close());

const setUp = async (limits: Partial<ApiLimits> = {}): Promise<void> => {
  bench = await startBench({
    source: openSource,
    env: { OPSSENTINEL_DOOR_TOKENS: `sender:token:${tokenHash(token)}` },
    limits,
  });
};
const send = (said: Said): Promise<Response> =>
  fetch(bench.address + doors.token, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(said),
  });
const settled = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const alerts = (count: number, id = (n: number): string => `E${n}`) =>
  Array.from({ length: count }, (_, n) => ({ id: id(n), incident: `Q${n}` }));
const lines = () => bench.memory.journal.map(({ eventId, result }) => `${eventId} ${result}`);

describe('one request that tells of several alerts', () => {
  it('starts a run for each, with a line in the journal each, few of them at once', async () => {
    await setUp({ deliveriesAtOnce: 4 });
    bench.temporal.delay.value = 5;

    const response = await send({ alerts: alerts(40) });

    expect(response.status).toBe(202);
    expect(bench.temporal.open.size).toBe(40);
    expect(bench.temporal.most.value).toBeLessThanOrEqual(4);
    await settled();
    expect(new Set(lines())).toEqual(new Set(alerts(40).map(({ id }) => `${id} started`)));
  });

  it('all of them or 503; repeated, those that were durable are not started twice', async () => {
    await setUp();
    bench.temporal.fault.value = 'refuse';
    expect((await send({ alerts: alerts(3) })).status).toBe(503);
    bench.temporal.fault.value = 'none';
    await send({ alerts: alerts(1) });

    expect((await send({ alerts: alerts(3) })).status).toBe(202);

    expect(bench.temporal.calls.map(({ workflowId }) => workflowId).sort()).toEqual([0, 1, 2].map((n) => `incident:open:Q${n}`));
  });

  it('one deadline for all: what does not fit into it is 503, and is not waited for one by one', async () => {
    await setUp({ deliveriesAtOnce: 1, doorDeadlineMs: 200 });
    bench.temporal.delay.value = 150;
    const response = await send({ alerts: alerts(50) });

    expect(response.status).toBe(503);
    expect(bench.temporal.open.size).toBeLessThan(5);
  });

  it('takes 200, and writes down that there were more', async () => {
    await setUp();
    const response = await send({ alerts: alerts(230) });

    expect(response.status).toBe(202);
    expect(bench.temporal.open.size).toBe(200);
    const [more] = bench.memory.journal.filter(({ result }) => result === 'quarantined');
    expect(more?.says).toMatch(/^230 alerts in one request, of which the first 200 were taken; left out: open:Q200, /);
  });

  it('under one event id each is told and has its line', async () => {
    await setUp();
    await send({ alerts: alerts(3, () => 'E') });

    expect(bench.temporal.open.size).toBe(3);
    await settled();
    expect(new Set(lines()).size).toBe(3);
  });

  it('with nothing in it is accepted', async () => {
    await setUp();
    expect((await send({ alerts: [] })).status).toBe(202);
  });
});

describe('an end that does not say of which life', () => {
  const resolved = (kind: 'resolved' | 'triggered' = 'resolved'): Said => ({
    alerts: [{ id: 'E9', incident: 'Q1', kind, life: '' }],
  });

  it('is told to the run of the newest life that we know', async () => {
    await setUp();
    bench.memory.incidents.set('open:Q1', { ...incidentRow('open:Q1'), startedAt: '2026-11-22T00:00:00.000Z' });
    bench.memory.incidents.set('open:Q1:r5', { ...incidentRow('open:Q1:r5'), startedAt: '2026-11-22T01:00:00.000Z' });
    bench.temporal.open.add('incident:open:Q1:r5');

    expect((await send(resolved())).status).toBe(202);

    expect(bench.temporal.calls).toMatchObject([
      { call: 'signal', workflowId: 'incident:open:Q1:r5', options: { argument: { ref: { generation: '5' } } } },
    ]);
    await settled();
    expect(lines()).toEqual(['E9 signalled']);
    expect(bench.memory.incidents.get('open:Q1:r5')?.status).toBe('resolved');
    expect(bench.memory.incidents.get('open:Q1')?.status).toBe('triggered');
  });

  it('is written down where nothing of ours runs for it, or its run has ended; never starts one', async () => {
    await setUp();
    expect((await send(resolved())).status).toBe(202);
    expect(bench.memory.journal).toMatchObject([
      { result: 'recorded', says: 'nothing of ours runs for it', incident: 'open:Q1' },
    ]);
    bench.memory.incidents.set('open:Q2', incidentRow('open:Q2'));
    await send({ alerts: [{ id: 'E10', incident: 'Q2', kind: 'resolved', life: '' }] });
    expect(bench.memory.journal[1]).toMatchObject({ result: 'recorded', says: expect.stringContaining('its run has ended') });
    expect(bench.temporal.open.size).toBe(0);
  });

  it('begins no work, whatever it calls itself', async () => {
    await setUp();
    bench.memory.incidents.set('open:Q1', incidentRow('open:Q1'));
    expect((await send(resolved('triggered'))).status).toBe(202);
    expect(bench.temporal.calls).toHaveLength(0);
    expect(bench.memory.journal).toMatchObject([{ result: 'recorded', says: expect.stringContaining('starts nothing') }]);
  });

  it('is 503 while the ledger is away', async () => {
    await setUp();
    bench.memory.away.value = true;
    expect((await send(resolved())).status).toBe(503);
  });
});

describe('a deployment told at a door', () => {
  const notice = { id: '7', service: 'checkout', says: 'checkout 1.4.2', startedAt: '2026-11-22T03:00:00Z' };

  it('is in the ledger before the 2xx; its end under the same event id is no repeat', async () => {
    await setUp();
    expect((await send({ id: 'D', deploy: notice })).status).toBe(202);
    expect((await send({ id: 'D', deploy: notice })).status).toBe(202);
    expect((await send({ id: 'D', deploy: { ...notice, endedAt: '2026-11-22T03:05:00Z' } })).status).toBe(202);

    expect([...bench.memory.deploys]).toEqual([['["open","checkout","7"]', { ...notice, endedAt: '2026-11-22T03:05:00Z' }]]);
    expect(lines()).toEqual(['D began recorded', 'D ended recorded']);
    bench.memory.away.value = true;
    expect((await send({ id: 'D2', deploy: { ...notice, id: '8' } })).status).toBe(503);
  });

  it('with times that cannot be is kept in quarantine', async () => {
    await setUp();
    for (const [n, wrong] of [
      { startedAt: 'soon' },
      { endedAt: '2026-11-22T02:00:00Z' },
      { startedAt: '2099-01-01T00:00:00Z' },
    ].entries())
      expect((await send({ id: `D${n}`, deploy: { ...notice, ...wrong } })).status).toBe(202);
    expect(bench.memory.deploys.size).toBe(0);
    expect(bench.memory.journal.map(({ result }) => result)).toEqual(['quarantined', 'quarantined', 'quarantined']);
  });
});
