import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Approval } from '../../domain/approval.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { askPeople } from '../testkit/asked.js';
import { startBench, type Bench } from '../testkit/bench.js';
import { eras, type McpUser, type Told } from '../testkit/mcp-clients.js';

const id = 'pagerduty:Q1';
let postgres: TestPostgres;
let url: string;
let ledger: Ledger;
let bench: Bench;
let agent: McpUser;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
beforeEach(async () => {
  url = await postgres.freshUrl();
  ledger = await openLedger({ url });
  bench = await startBench({ deps: { ledger } });
  agent = await eras['2026-07-28'](bench.address, bench.token('adviser'));
});
afterEach(async () => {
  await agent.close();
  await bench.close();
  await ledger.close();
});
afterAll(() => postgres.stop());

const propose = (planHash: string, more: object = {}): Promise<Told> =>
  agent.call('propose_action', { incident: id, proposal: 'approve', planHash, reason: 'the same helped yesterday', ...more });
const advice = async () => (await ledger.timeline(id)).filter(({ data }) => data?.['proposal'] !== undefined);
const word = (planHash: string, decision: Approval['decision']): Approval => ({
  incident: id,
  planHash,
  decision,
  by: 'ada@example.com',
  via: 'api',
  verifiedIdentity: true,
  accepted: true,
  reason: '',
  at: new Date().toISOString(),
});

describe('M22: another agent may advise people on a plan that waits for them', () => {
  it('writes it to the timeline as advice, with who it was, and to the journal; it is no approval', async () => {
    const plan = await askPeople(ledger, id);
    const { failed, data } = await propose(plan.hash);
    const [line] = await advice();

    expect({ failed, data }).toMatchObject({
      failed: false,
      data: { incident: id, proposedBy: 'adviser-person', written: 'now', counts: false, seq: line?.seq },
    });
    expect(line).toMatchObject({
      phase: 'approval',
      state: 'info',
      says: `adviser-person advises: approve plan ${plan.hash.slice(0, 8)}, because "the same helped yesterday". It is advice, and counts as nobody's word`,
      data: { proposal: 'approve', by: 'adviser-person', proposedBy: 'adviser-person', planHash: plan.hash },
    });
    expect(await ledger.journalCount({ source: 'mcp', result: 'recorded' })).toBe(1);
    expect(await ledger.approvals(id, plan.hash)).toEqual([]);
    expect(await postgres.sql(url, 'select * from approval_request')).toEqual([]);
    expect(bench.temporal.calls).toEqual([]);
    expect(await ledger.verifyChain()).toMatchObject({ ok: true });
  });

  it('says the same twice in one line, and the contrary in another', async () => {
    const plan = await askPeople(ledger, id);
    await propose(plan.hash);
    expect((await propose(plan.hash, { reason: 'again' })).data).toMatchObject({ written: 'before' });
    expect((await propose(plan.hash, { proposal: 'reject' })).data).toMatchObject({ written: 'now' });
    expect((await advice()).map(({ data }) => data?.['proposal'])).toEqual(['approve', 'reject']);
  });

  it('writes one line for many at once', async () => {
    const plan = await askPeople(ledger, id);
    await Promise.all(Array.from({ length: 8 }, () => propose(plan.hash)));
    expect(await advice()).toHaveLength(1);
  });

  it('keeps its reason to one line of plain text', async () => {
    const plan = await askPeople(ledger, id);
    await propose(plan.hash, { reason: '\u001b[2Jlooks\nfine\u202e\u0000 to me\r\n\u200b' });
    expect((await advice())[0]?.says).toContain('because "[2Jlooks fine to me"');
    expect(await propose(plan.hash, { proposal: 'reject', reason: '\u200b \n' })).toMatchObject({ failed: true });
    expect(await propose(plan.hash, { proposal: 'reject', reason: 'x'.repeat(1001) })).toMatchObject({ failed: true });
    expect(await advice()).toHaveLength(1);
  });

  it('is limited more than reading is', async () => {
    await askPeople(ledger, id);
    const told = [];
    for (let n = 0; n < 12; n += 1) told.push(await propose('f'.repeat(64)));
    expect(told.filter(({ text }) => text.includes('Too many calls of propose_action')).length).toBeGreaterThan(0);
    expect((await agent.call('list_holds')).failed).toBe(false);
  });
});

describe('M22: advice on what nobody is asked about is refused, and that somebody tried is in the journal', () => {
  afterEach(async () => {
    expect(await advice()).toEqual([]);
    expect(await ledger.journalCount({ source: 'mcp', result: 'refused' })).toBe(1);
  });
  const refusedWith = async (planHash: string, says: string, more: object = {}): Promise<void> => {
    expect(await propose(planHash, more)).toMatchObject({ failed: true, text: expect.stringContaining(says) });
  };

  it('on another plan than the one that waits', async () => {
    await askPeople(ledger, id);
    await refusedWith('f'.repeat(64), 'has another plan now');
  });
  it('on a plan that no one was asked about', async () => {
    const plan = await askPeople(ledger, 'pagerduty:Q2');
    await ledger.putIncident({ id, title: 'a title' });
    await ledger.putDecision(id, (await ledger.decision('pagerduty:Q2')) ?? {});
    await refusedWith(plan.hash, 'Nobody was asked about this plan');
  });
  it('on a question whose time is over', async () => {
    const plan = await askPeople(ledger, id, { until: Date.now() - 1 });
    await refusedWith(plan.hash, 'The time to decide about this plan of pagerduty:Q1 is over');
  });
  it.each(['approve', 'reject'] as const)('on what people have decided: %s', async (decision) => {
    const plan = await askPeople(ledger, id);
    await ledger.putApproval(word(plan.hash, decision));
    await refusedWith(plan.hash, 'People have decided');
  });
  it('on an incident that has ended', async () => {
    const plan = await askPeople(ledger, id);
    await ledger.putIncident({ id, outcome: 'remediated', endedAt: new Date().toISOString() });
    await refusedWith(plan.hash, 'has ended (remediated)');
  });
  it('on an incident without a plan, and on one that is not there', async () => {
    await ledger.putIncident({ id, title: 'a title' });
    await refusedWith('f'.repeat(64), 'has no plan');
    expect(await ledger.journalCount({ source: 'mcp', result: 'refused' })).toBe(1);
    expect(await propose('f'.repeat(64), { incident: 'pagerduty:FORGED' })).toMatchObject({ failed: true });
    await postgres.sql(url, `delete from journal where says like '%FORGED%'`);
  });
});
