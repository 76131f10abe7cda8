import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type Approval, type ApprovalRequest, boundRequestId } from '../../domain/approval.js';
import { alert, hash, incident, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import type { Judged, JudgeInput } from '../types.js';
import { judgeApproval } from './judge-approval.js';

const set = setOf(policy('profile: bench'), runbook(), rule());
const planHash = 'a'.repeat(64);
const plan = { hash: planHash, approval: { count: 1, signals: 'count' }, steps: [{ risk: 'disruptive' }], target: target() };
const about = {
  incident: 'pagerduty:Q1',
  ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
  trust: 'signed' as const,
};

/** A ledger in which our own door wrote that `ada@example.com` asked, once, for what `asked` says. */
function bench(
  asked: Pick<ApprovalRequest, 'decision' | 'planHash'> = { decision: 'approve', planHash },
  by = 'ada@example.com',
  { via = 'api', risk = 'disruptive', askedAbout = planHash } = {},
) {
  const approvals: Approval[] = [];
  const requestId = boundRequestId(hash, 'one', asked);
  const failing = { record: false };
  const deps = {
    now: () => Date.now(),
    rules: () => set,
    hash,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ({}),
            normalise: () => ({ incident: incident(), alert: alert() }),
            onCall: async () => [{ id: 'PADA', name: 'Ada', email: 'ada@example.com' }],
          },
        ],
      ]),
      witnesses: [],
      bodies: [],
    },
    ledger: {
      decision: async () => ({ plan: { ...plan, steps: [{ risk: 'additive' }, { risk }] }, witness: witness() }),
      approvalRequest: async (id: string) =>
        id === requestId ? { id, incident: about.incident, by, role: 'approver', via } : undefined,
      approvals: async () => approvals,
      timeline: async () => [{ once: `ask.${askedAbout}.first` }],
      putApproval: async (one: Approval) => void approvals.push(one),
      record: async () => {
        if (failing.record) throw new Error('the ledger went away');
      },
    },
  } as unknown as ActivityDeps;
  const judge = (request: ApprovalRequest, change: Partial<JudgeInput> = {}): Promise<Judged> =>
    new MockActivityEnvironment().run((input: JudgeInput) => judgeApproval(deps, input), {
      ...about,
      planHash,
      via: 'update' as const,
      request,
      ...change,
    });
  return { judge, requestId, failing, approvals };
}

const approve = (requestId?: string): ApprovalRequest => ({
  decision: 'approve',
  by: 'ada@example.com',
  planHash,
  ...(requestId === undefined ? {} : { requestId }),
});

describe('rows 31, 33: a word counts for what was said, and for nothing else', () => {
  it('approved by whom our door knows and who is on call', async () => {
    const { judge, requestId } = bench();
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: true }, settled: 'approved' });
  });

  it('the row of a rejection does not carry an approval', async () => {
    const { judge, requestId } = bench({ decision: 'reject', planHash });
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: false } });
  });

  it('the row of a word on another plan does not carry one on this', async () => {
    const { judge, requestId } = bench({ decision: 'approve', planHash: 'b'.repeat(64) });
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: false } });
  });

  it('a display name is not an identity: anybody can choose it', async () => {
    const { judge, requestId } = bench(undefined, 'Ada');
    expect(await judge({ ...approve(requestId), by: 'Ada' })).toMatchObject({ answer: { accepted: false } });
  });

  it('a reference to another incident, whose rota is another, counts for nothing', async () => {
    const { judge, requestId, approvals } = bench();
    const elsewhere = { source: 'pagerduty', externalId: 'QOTHER', generation: '0' };
    await expect(judge(approve(requestId), { ref: elsewhere })).rejects.toThrow('QOTHER');
    expect(approvals).toEqual([]);
  });

  it('judged again after the answer was lost: the same answer, counted once', async () => {
    const { judge, requestId, failing, approvals } = bench();
    failing.record = true;
    await expect(judge(approve(requestId))).rejects.toThrow();
    failing.record = false;
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: true }, settled: 'approved' });
    expect(new Set(approvals.map(({ by }) => by)).size).toBe(1);
  });

  it('an unchecked claim of a name does not take the word from whoever has it', async () => {
    const { judge, requestId, approvals } = bench();
    await judge(approve());
    expect(approvals[0]).toMatchObject({ verifiedIdentity: false });
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: true } });
  });
});

describe('a word given by a button in the vendor’s app', () => {
  const button = { via: 'pagerduty button' };

  it('counts for whoever is on call, by the id that the vendor knows them by', async () => {
    const { judge, requestId } = bench(undefined, 'PADA', button);
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: true }, settled: 'approved' });
    const stranger = bench(undefined, 'PEVE', button);
    expect(await stranger.judge(approve(stranger.requestId))).toMatchObject({ answer: { accepted: false } });
  });

  it('never approves what is destructive in any step: the button shows no plan', async () => {
    const { judge, requestId, approvals } = bench(undefined, 'PADA', { ...button, risk: 'destructive' });
    const judged = await judge(approve(requestId));
    expect(judged.answer).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('opssentinel approve --plan aaaaaaaa'),
    });
    expect(approvals).toMatchObject([{ accepted: false, via: 'pagerduty button' }]);
    const byHand = bench(undefined, 'ada@example.com', { risk: 'destructive' });
    expect(await byHand.judge(approve(byHand.requestId))).toMatchObject({ answer: { accepted: true } });
  });

  it('is not a word on a plan that people were not asked about yet: they saw the one before', async () => {
    const { judge, requestId } = bench(undefined, 'PADA', { ...button, askedAbout: 'b'.repeat(64) });
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: false } });
  });

  it('rejects whatever it is: to refuse is always safe', async () => {
    const asked = { decision: 'reject' as const, planHash };
    const { judge, requestId } = bench(asked, 'PADA', { ...button, risk: 'destructive' });
    expect(await judge({ ...approve(requestId), ...asked })).toMatchObject({ settled: 'rejected' });
  });
});
