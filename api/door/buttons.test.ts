import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isBoundTo, isButton } from '../../domain/approval.js';
import { startBench, type Bench } from '../testkit/bench.js';
import { incidentRow } from '../testkit/memory-ledger.js';
import { named } from '../testkit/memory-temporal.js';
import { doors, openSource } from '../testkit/open-source.js';
import { tokenHash } from '../tokens.js';

const token = 'door-token-0123456789';
const planHash = '5b1e07c2'.repeat(8);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

let bench: Bench;
beforeEach(async () => {
  bench = await startBench({
    source: openSource,
    env: { OPSSENTINEL_DOOR_TOKENS: `sender:token:${tokenHash(token)}` },
    limits: { doorDeadlineMs: 200, approvalDeadlineMs: 600 },
  });
  bench.memory.incidents.set('open:Q1', { ...incidentRow('open:Q1'), planHash });
  bench.temporal.open.add('incident:open:Q1');
});
afterEach(() => bench.close());

const press = (change: object = {}): Promise<Response> =>
  fetch(bench.address + doors.token, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ word: 'approve', id: 'P1', incident: 'Q1', by: 'PUSR001', ...change }),
  });
const journal = () => bench.memory.journal.map(({ result, says }) => `${result}: ${says}`);

describe('a person’s word by a button inside the vendor’s app', () => {
  it('is a row of our own for the plan that waits now, and reaches the run as theirs', async () => {
    expect((await press()).status).toBe(202);

    const [row] = bench.memory.requests;
    expect(row).toMatchObject({ incident: 'open:Q1', by: 'PUSR001', via: 'token button' });
    expect(isButton(row?.via ?? '')).toBe(true);
    expect(isBoundTo(hash, row?.id ?? '', { decision: 'approve', planHash })).toBe(true);
    const [update] = bench.temporal.calls;
    expect(update).toMatchObject({
      call: 'update',
      workflowId: 'incident:open:Q1',
      options: { updateId: `door:${row?.id}`, args: [{ decision: 'approve', by: 'PUSR001', planHash, requestId: row?.id }] },
    });
    expect(journal()).toEqual(['signalled: approve of plan 5b1e07c2 by PUSR001 (token button): approved']);
  });

  it('row 33: one that carries a plan’s hash is a word on that plan alone, whatever waits by now', async () => {
    const shown = 'd'.repeat(64);
    await press({ plan: shown });
    const [row] = bench.memory.requests;
    expect(isButton(row?.via ?? '')).toBe(false);
    expect(isBoundTo(hash, row?.id ?? '', { decision: 'approve', planHash: shown })).toBe(true);
    expect(bench.temporal.calls).toMatchObject([{ options: { args: [{ planHash: shown, requestId: row?.id }] } }]);
  });

  it('is answered 2xx and written down with why, when it does not count', async () => {
    bench.temporal.decide.with = () => ({ accepted: false, reason: 'PUSR001 is not on call' });
    expect((await press()).status).toBe(202);
    expect(journal()).toEqual([
      'recorded: approve of plan 5b1e07c2 by PUSR001 (token button): not accepted, PUSR001 is not on call',
    ]);
    bench.temporal.decide.with = () => named('WorkflowUpdateFailedError', 'it was malformed');
    expect((await press({ id: 'P2' })).status).toBe(202);
    expect(journal()[1]).toContain('the run refused it: it was malformed');
  });

  it('pressed again, or delivered again, it is the same word', async () => {
    for (let time = 0; time < 3; time += 1) expect((await press()).status).toBe(202);
    expect(bench.memory.requests).toHaveLength(1);
    expect(bench.temporal.calls).toHaveLength(1);
  });

  it('delivered again when another plan waits, and nobody remembers it, is still no word on that one', async () => {
    await press();
    bench.memory.incidents.set('open:Q1', { ...incidentRow('open:Q1'), planHash: 'c'.repeat(64) });
    const other = await startBench({
      source: openSource,
      env: { OPSSENTINEL_DOOR_TOKENS: `sender:token:${tokenHash(token)}` },
      deps: { ledger: bench.memory.ledger },
    });
    try {
      other.temporal.open.add('incident:open:Q1');
      const body = JSON.stringify({ word: 'approve', id: 'P1', incident: 'Q1', by: 'PUSR001' });
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(other.address + doors.token, { method: 'POST', headers, body })).status).toBe(202);
      expect(bench.memory.requests).toHaveLength(1);
      expect(other.temporal.calls).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it.each([
    ['an incident that nobody knows', { incident: 'Q9' }, 'nothing waits for a word: there is no plan'],
    ['an incident without a plan', { incident: 'Q2' }, 'nothing waits for a word: there is no plan'],
    ['a life that nobody knows', { incident: 'Q9', life: '' }, 'nothing waits for a word: there is no plan'],
    ['nobody', { by: '' }, 'nobody is named who gave this word'],
    ['somebody without end', { by: 'P'.repeat(500) }, 'nobody is named who gave this word'],
  ])('for %s it is written down and goes no further', async (_what, change, says) => {
    bench.memory.incidents.set('open:Q2', incidentRow('open:Q2'));
    expect((await press(change)).status).toBe(202);
    expect(journal()).toEqual([`recorded: ${says}`]);
    expect(bench.memory.requests).toEqual([]);
    expect(bench.temporal.calls).toEqual([]);
  });

  it('after the run has ended nothing waits any more', async () => {
    bench.temporal.open.delete('incident:open:Q1');
    expect((await press()).status).toBe(202);
    expect(journal()[0]).toContain('nothing waits any more, its run has ended');
  });

  it('finds the newest life where the button does not name one', async () => {
    bench.memory.incidents.set('open:Q1:r7', { ...incidentRow('open:Q1:r7'), planHash, startedAt: '2026-11-23T00:00:00.000Z' });
    bench.temporal.open.add('incident:open:Q1:r7');
    await press({ life: '' });
    expect(bench.temporal.calls).toMatchObject([{ workflowId: 'incident:open:Q1:r7' }]);
  });

  it('a run that takes longer than a sender waits: answered at once, and what became of it is written down later', async () => {
    bench.temporal.delay.value = 350;
    const response = await press();
    expect(response.status).toBe(202);
    expect(((await response.json()) as { says: string }).says).toContain('its timeline says what became of it');
    expect(journal()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(journal()).toEqual(['signalled: approve of plan 5b1e07c2 by PUSR001 (token button): approved']);
  });

  it('is 503, to be sent again, where nobody can be told: Temporal or the ledger away', async () => {
    bench.temporal.fault.value = 'refuse';
    expect((await press()).status).toBe(503);
    bench.temporal.fault.value = 'none';
    expect((await press()).status).toBe(202);
    // The same row, written again: the ledger keeps the first.
    expect(new Set(bench.memory.requests.map(({ id }) => id)).size).toBe(1);
    bench.memory.away.value = true;
    expect((await press({ id: 'P3' })).status).toBe(503);
  });
});
