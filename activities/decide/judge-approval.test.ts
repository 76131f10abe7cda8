import { describe, expect, it } from '@jest/globals';
import type { ApprovalRequest } from '../../domain/approval.js';
import { judging, planHash } from '../testkit/judging.js';

/** `risk`: of the second step. `askedAbout`: the hash of the plan that people were shown. */
const bench = (
  asked: Pick<ApprovalRequest, 'decision' | 'planHash'> = { decision: 'approve', planHash },
  by = 'ada@example.com',
  { via = 'api', risk = 'disruptive', askedAbout = planHash } = {},
) =>
  judging({
    asked,
    row: { by, via },
    plan: { steps: [{ risk: 'additive' }, { risk }] },
    timeline: [{ once: `ask.${askedAbout}.first` }],
  });

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
    const { judge, requestId, kept } = bench();
    const elsewhere = { source: 'pagerduty', externalId: 'QOTHER', generation: '0' };
    await expect(judge(approve(requestId), { ref: elsewhere })).rejects.toThrow('QOTHER');
    expect(kept).toEqual([]);
  });

  it('judged again after the answer was lost: the same answer, counted once', async () => {
    const { judge, requestId, failing, kept } = bench();
    failing.record = true;
    await expect(judge(approve(requestId))).rejects.toThrow();
    failing.record = false;
    expect(await judge(approve(requestId))).toMatchObject({ answer: { accepted: true }, settled: 'approved' });
    expect(new Set(kept.map(({ by }) => by)).size).toBe(1);
  });

  it('an unchecked claim of a name does not take the word from whoever has it', async () => {
    const { judge, requestId, kept } = bench();
    await judge(approve());
    expect(kept[0]).toMatchObject({ verifiedIdentity: false });
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
    const { judge, requestId, kept } = bench(undefined, 'PADA', { ...button, risk: 'destructive' });
    const judged = await judge(approve(requestId));
    expect(judged.answer).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('opssentinel approve --plan 12345678'),
    });
    expect(kept).toMatchObject([{ accepted: false, via: 'pagerduty button' }]);
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
