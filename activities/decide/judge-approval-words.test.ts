import { describe, expect, it } from '@jest/globals';
import type { Approval, ApprovalRequest } from '../../domain/approval.js';
import type { LedgerRecord } from '../../domain/record.js';
import { type Heard, judging, planHash } from '../testkit/judging.js';
import type { JudgeInput } from '../types.js';

/** Judges one word; gives back the answer, what was kept and what was told. */
async function judge(
  request: Partial<ApprovalRequest> = {},
  { people = [ada], ...world }: Heard = {},
  input: Partial<JudgeInput> = {},
) {
  const { judge: judged, requestId, kept, told } = judging({ ...world, people });
  const word: ApprovalRequest = { decision: 'approve', by: 'ada@example.com', planHash, requestId, ...request };
  return { answer: await judged(word, input), kept, told };
}

/** Written otherwise than in the row of the request. */
const ada = { id: 'PADA', name: 'Ada', email: 'Ada@example.com' };
const signal = { requestId: undefined } as unknown as Partial<ApprovalRequest>;

describe('row 48: a word is answered, kept and told, all with the same content', () => {
  it('one that counts', async () => {
    const { answer, kept, told } = await judge({ reason: 'go on' });
    const says = 'approved by ada@example.com (api): go on';
    expect(answer).toEqual({ answer: { accepted: true, reason: 'approved' }, settled: 'approved', says });
    expect(kept).toEqual([
      {
        incident: 'pagerduty:Q1',
        planHash,
        decision: 'approve',
        by: 'ada@example.com',
        via: 'api',
        verifiedIdentity: true,
        accepted: true,
        reason: 'go on',
        at: '2026-11-22T03:13:40.000Z',
      },
    ]);
    expect(told).toEqual([
      {
        incident: 'pagerduty:Q1',
        phase: 'approval',
        state: 'ok',
        says,
        data: {
          decision: 'approve',
          by: 'ada@example.com',
          via: 'api',
          requestId: expect.any(String) as unknown,
          verified: true,
          planHash,
        },
      },
    ]);
  });

  it('one that does not, with why, and nothing is settled by it', async () => {
    const { answer, kept, told } = await judge({ reason: 'go on' }, { people: [] });
    const reason = 'ada@example.com is not on call for this incident now (on call: nobody)';
    const says = `ada@example.com (api): refused, ${reason}`;
    expect(answer).toEqual({ answer: { accepted: false, reason }, says });
    expect(kept).toMatchObject([{ accepted: false, reason }]);
    expect(told).toMatchObject([{ state: 'refused', says, data: { because: reason } }]);
  });

  it('one that does not, under the name that our own door knows, whatever name the caller gives', async () => {
    const { answer, kept } = await judge({ by: 'grace@example.com' }, { people: [] });
    expect(answer.says).toMatch(/^ada@example\.com \(api\): refused, /);
    expect(kept).toMatchObject([{ by: 'ada@example.com' }]);
  });

  it('a no', async () => {
    const asked = { decision: 'reject', planHash } as const;
    const { answer, kept } = await judge(asked, { asked });
    expect(answer).toEqual({
      answer: { accepted: true, reason: 'rejected' },
      settled: 'rejected',
      says: 'rejected by ada@example.com (api)',
    });
    expect(kept).toMatchObject([{ decision: 'reject', accepted: true, reason: '' }]);
  });

  it('one through Temporal alone, whose name nobody checked, in whose row another name never stands', async () => {
    const { answer, kept, told } = await judge({ ...signal, by: 'eve' });
    expect(answer).toMatchObject({ settled: 'approved', says: 'approved by eve (temporal, identity not checked)' });
    expect(kept).toMatchObject([{ by: 'eve', via: 'temporal', verifiedIdentity: false }]);
    expect(told[0]?.data).not.toHaveProperty('requestId');
    expect((await judge({ by: 'eve' })).kept).toMatchObject([{ by: 'ada@example.com' }]);
  });
});

describe('row 34, row 36: why a word does not count', () => {
  it.each<[string, Partial<ApprovalRequest>, Heard, Partial<JudgeInput>, string]>([
    ['there is no plan', {}, { plan: null }, {}, 'there is no plan to decide about'],
    ['the plan has changed', {}, {}, { planHash: 'f'.repeat(64) }, 'the plan has changed since: look at the new one'],
    ['of another plan', { planHash: 'f'.repeat(64) }, {}, {}, 'it is for another plan: this one is 12345678'],
    ['too short a piece of the hash', { planHash: '1234567' }, {}, {}, 'it is for another plan: this one is 12345678'],
    ['another piece of the hash', { planHash: '2345678a' }, {}, {}, 'it is for another plan: this one is 12345678'],
    ['a request that nobody wrote', { requestId: 'made.up' }, {}, {}, 'the request is not one that our own door wrote'],
    [
      'a request on another incident',
      {},
      { row: { incident: 'pagerduty:Q2' } },
      {},
      'the request is not one that our own door wrote',
    ],
    [
      'a request of another decision',
      {},
      { asked: { decision: 'reject', planHash } },
      {},
      'our own door wrote that request for another decision or another plan',
    ],
    [
      'somebody else',
      {},
      { row: { by: 'eve@example.com' }, people: [ada, { id: 'PBOB', name: 'Bob' }] },
      {},
      'eve@example.com is not on call for this incident now (on call: Ada@example.com, Bob)',
    ],
    [
      'whoever asked for it',
      {},
      { timeline: [{ data: { requestedBy: 'ADA@example.com' } }] },
      {},
      'ada@example.com asked for it: somebody else decides',
    ],
    [
      'a signal where the policy takes none',
      signal,
      { plan: { approval: { count: 1, signals: 'refuse' } } },
      {},
      'the policy takes no approvals from Temporal: use opssentinel approve',
    ],
    [
      'a signal where the policy takes none any more',
      signal,
      { policy: 'approval: { signals: refuse }' },
      {},
      'the policy takes no approvals from Temporal: use opssentinel approve',
    ],
    [
      'a button behind a token, where the policy takes no word of whom nobody checked',
      {},
      {
        row: { role: 'claimed', via: 'pagerduty button' },
        plan: { approval: { count: 1, signals: 'refuse' } },
        timeline: [{ once: `ask.${planHash}.first` }],
      },
      {},
      'the policy takes no approvals from Temporal: use opssentinel approve',
    ],
    [
      'a signal for a destructive step, wherever it stands',
      signal,
      { plan: { steps: [{ risk: 'additive' }, { risk: 'destructive' }] } },
      {},
      'a destructive step wants people whose identity was checked',
    ],
    [
      'a button on a destructive step',
      {},
      { plan: { steps: [{ risk: 'disruptive' }, { risk: 'destructive' }] }, row: { by: 'PADA', via: 'pagerduty button' } },
      {},
      'a destructive step wants a word on the plan itself, which a button does not show: opssentinel approve --plan 12345678',
    ],
    [
      'a button on a plan that was not shown',
      {},
      { row: { by: 'PADA', via: 'pagerduty button' }, timeline: [{ once: 'ask.other.first' }, {}] },
      {},
      'this plan has not been shown yet: read the new note, and press again',
    ],
  ])('%s', async (_what, request, world, input, reason) => {
    const { answer, kept } = await judge(request, world, input);
    expect(answer).toMatchObject({ answer: { accepted: false, reason } });
    expect(answer.settled).toBeUndefined();
    expect(kept).toMatchObject([{ accepted: false, reason }]);
  });

  it('where there is no plan, the hash that was asked about is kept', async () => {
    expect((await judge({}, { plan: null }, { planHash: 'asked' })).kept).toMatchObject([{ planHash: 'asked' }]);
  });

  it('where it has changed, the hash of the present plan is kept, and whoever refuses by a button need not have been shown it', async () => {
    expect((await judge({}, {}, { planHash: 'f'.repeat(64) })).kept).toMatchObject([{ planHash }]);
    const asked = { decision: 'reject', planHash } as const;
    const row = { by: 'PADA', via: 'pagerduty button' };
    expect((await judge(asked, { asked, row })).answer).toMatchObject({ settled: 'rejected' });
  });

  it('eight characters of the hash are enough', async () => {
    const asked = { decision: 'approve', planHash: '12345678' } as const;
    expect((await judge(asked, { asked })).answer).toMatchObject({ settled: 'approved' });
  });

  it('whoever asked for it may refuse it, and a name is the same in any case', async () => {
    const asked = { decision: 'reject', planHash } as const;
    const timeline = [{ data: { requestedBy: 'ada@example.com' } }];
    expect((await judge(asked, { asked, timeline })).answer).toMatchObject({ settled: 'rejected' });
    expect((await judge({}, { row: { by: ' ADA@EXAMPLE.COM ' } })).answer).toMatchObject({ settled: 'approved' });
  });

  it('a button on a plan that was shown counts', async () => {
    const world = { row: { by: 'PADA', via: 'pagerduty button' }, timeline: [{}, { once: `ask.${planHash}.first` }] };
    expect((await judge({}, world)).answer).toMatchObject({ settled: 'approved' });
  });
});

describe('row 32: how many are wanted', () => {
  const two = { plan: { approval: { count: 2, signals: 'count' } } };
  const other = { by: 'grace@example.com', accepted: true, decision: 'approve' } as const;

  it('one of two counts and settles nothing; how many more are wanted is said', async () => {
    expect((await judge({}, two)).answer).toMatchObject({ answer: { accepted: true, reason: 'counted; 1 more wanted' } });
    expect((await judge({}, two)).answer.settled).toBeUndefined();
  });

  it('the second person settles it', async () => {
    expect((await judge({}, { ...two, given: [other] })).answer).toMatchObject({
      answer: { reason: 'approved' },
      settled: 'approved',
    });
  });

  it.each<[string, Partial<Approval>]>([
    ['the same person again', { ...other, verifiedIdentity: true, by: 'Ada@example.com' }],
    ['one that was refused', { ...other, accepted: false }],
    ['a no', { ...other, decision: 'reject' }],
  ])('%s does not', async (_what, one) => {
    const { answer } = await judge({}, { ...two, given: [one] });
    expect(answer).toMatchObject({ answer: { accepted: true, reason: 'counted; 1 more wanted' } });
    expect(answer.settled).toBeUndefined();
  });
});

it('row 32: however many names nobody checked, they are one operator', async () => {
  const unchecked = { decision: 'approve', accepted: true, verifiedIdentity: false } as const;
  const two = { plan: { approval: { count: 2, signals: 'count' } }, given: [{ ...unchecked, by: 'mallory' }] };
  const { answer } = await judge({ ...signal, by: 'eve' }, two);
  expect(answer.answer).toEqual({ accepted: true, reason: 'counted; 1 more wanted' });
  expect((await judge({}, two)).answer).toMatchObject({ settled: 'approved' });
});

describe('whose word it is', () => {
  const shownFirst = { phase: 'approval', once: `ask.${planHash}.first` } as LedgerRecord;

  it('row 32: a person who gives it by a button and by the CLI is known by two names, and is one person', async () => {
    const two = { plan: { approval: { count: 2, signals: 'count' } } };
    const pressed = await judge({}, { ...two, row: { by: 'PADA', via: 'pagerduty button' }, timeline: [shownFirst] });
    expect(pressed.kept).toMatchObject([{ accepted: true, by: 'Ada@example.com' }]);
    const { answer } = await judge({}, { ...two, given: pressed.kept });
    expect(answer).toMatchObject({ answer: { accepted: true, reason: 'counted; 1 more wanted' } });
    expect(answer.settled).toBeUndefined();
  });

  it('row 36: whoever asked for it under one name does not approve it under another', async () => {
    const asked = { phase: 'webhook', data: { requestedBy: 'PADA' } } as unknown as LedgerRecord;
    const { answer } = await judge({}, { timeline: [asked] });
    expect(answer.answer).toEqual({ accepted: false, reason: 'ada@example.com asked for it: somebody else decides' });
  });

  it('a button behind a token: nobody checked who pressed, so it counts as one unverified operator', async () => {
    const shown = { phase: 'approval', once: `ask.${planHash}.first` } as LedgerRecord;
    const { answer, kept } = await judge({}, { row: { role: 'claimed', via: 'pagerduty button' }, timeline: [shown] });
    expect(answer.answer.accepted).toBe(true);
    expect(kept).toMatchObject([{ verifiedIdentity: false }]);
  });

  it('row 36: whoever asked for it, or proposed it, does not decide about it, and may still say no', async () => {
    const proposed = { phase: 'approval', data: { proposedBy: 'Ada@example.com' } } as unknown as LedgerRecord;
    const { answer } = await judge({}, { timeline: [proposed] });
    expect(answer.answer).toEqual({ accepted: false, reason: 'ada@example.com asked for it: somebody else decides' });
    expect(
      (await judge({ decision: 'reject' }, { asked: { decision: 'reject', planHash }, timeline: [proposed] })).answer.settled,
    ).toBe('rejected');
  });

  describe('row 34: a word that was refused stays refused', () => {
    it('whoever is on call by now: as it was told, so it is read again', async () => {
      const first = await judge({}, { people: [] });
      const { answer } = await judge({}, { timeline: [{ phase: 'approval', state: 'refused' }, ...first.told] });
      expect(answer.answer).toEqual(first.answer.answer);
      expect(answer.answer).toMatchObject({ accepted: false });
    });

    it('whatever else is told of the same request', async () => {
      const [refused] = (await judge({}, { people: [] })).told;
      const [counted] = (await judge()).told;
      const data = refused?.data;
      const others = [counted, { phase: 'webhook', state: 'refused', data: { requestId: data?.['requestId'] } }];
      expect((await judge({}, { timeline: [...others, refused as object] as object[] })).answer.answer).toEqual({
        accepted: false,
        reason: data?.['because'],
      });
    });

    it('and no other is refused for it, nor one through Temporal for another', async () => {
      const [line] = (await judge({}, { people: [] })).told;
      const other = { ...line, data: { ...line?.data, requestId: 'of somebody else' } };
      expect((await judge({}, { timeline: [other] })).answer).toMatchObject({ settled: 'approved' });
      const [unchecked] = (await judge({ ...signal, planHash: 'f'.repeat(64) })).told;
      expect(unchecked).toMatchObject({ phase: 'approval', state: 'refused' });
      expect((await judge(signal, { timeline: [unchecked as object] })).answer).toMatchObject({ settled: 'approved' });
    });
  });
});
