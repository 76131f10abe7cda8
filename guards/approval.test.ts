import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuardFacts } from '../domain/admission.js';
import type { Approval } from '../domain/approval.js';
import { approvalBy, askAll, calmFacts, calmState, minute, now } from './facts.fixture.js';

const inApprove = (changes: Partial<GuardFacts> = {}): GuardFacts => calmFacts({ mode: 'approve', ...changes });
const decided = (approvals: Approval[], facts = inApprove()) => askAll(facts, calmState({ approvals })).decisive;
const two = { approval: { from: 'on-call', count: 2, expiresInMs: 15 * minute, signals: 'count' } } as const;
const destructive = { step: { ...calmFacts().step, risk: 'destructive' } } as const;

describe('approval', () => {
  it('row 31: mode approve wants a word; auto does not', () => {
    expect(decided([])).toMatchObject({
      guard: 'approval',
      verdict: 'ask',
      limit: '1 approval',
      found: '0 of 1 given for this plan',
    });
    expect(askAll(inApprove(), calmState({ approvals: [approvalBy('ada')] })).of('approval')).toMatchObject({
      verdict: 'allow',
      found: 'approved by ada',
    });
    expect(decided([], calmFacts())).toBeUndefined();
  });

  it.each<[string, Partial<Approval>]>([
    ['for another plan', { planHash: '5b1e07c3' }],
    ['of another incident', { incident: 'pagerduty:OTHER' }],
    ['that was not accepted', { accepted: false }],
    ['of ourselves', { by: 'pagent1' }],
    ['that has expired', { at: new Date(now - 15 * minute).toISOString() }],
    ['without a date', { at: '' }],
  ])('row 34, row 36: a word %s does not count', (_what, changes) => {
    expect(decided([approvalBy('ada', changes)])).toMatchObject({ guard: 'approval', verdict: 'ask' });
  });

  it('holds for the later steps of the ladder that it approved', () => {
    const old = approvalBy('ada', { at: new Date(now - 40 * minute).toISOString() });
    expect(decided([old], inApprove({ laterStep: true }))).toBeUndefined();
  });

  it('row 32: two are two people', () => {
    expect(decided([approvalBy('ada'), approvalBy(' Ada')], inApprove(two))).toMatchObject({
      found: '1 of 2 given for this plan',
    });
    expect(decided([approvalBy('ada'), approvalBy('grace')], inApprove(two))).toBeUndefined();
  });

  it('unchecked names are one operator together, none where the policy refuses them, and never for a destructive step', () => {
    const [a, b] = [
      approvalBy('ada', { verifiedIdentity: false, via: 'temporal' }),
      approvalBy('grace', { verifiedIdentity: false, via: 'temporal' }),
    ];
    expect(decided([a])).toBeUndefined();
    expect(decided([a, b], inApprove(two))).toMatchObject({ found: '1 of 2 given for this plan' });
    expect(decided([a], inApprove({ approval: { ...two.approval, count: 1, signals: 'refuse' } }))).toMatchObject({
      guard: 'approval',
    });
    expect(decided([a], inApprove(destructive))).toMatchObject({ guard: 'risk' });
  });

  it('a destructive step wants people in every mode', () => {
    expect(decided([], calmFacts(destructive))).toMatchObject({ guard: 'risk', verdict: 'ask' });
    expect(decided([approvalBy('ada')], calmFacts(destructive))).toBeUndefined();
  });

  it('one accepted no is final, whoever said yes and whatever the mode', () => {
    const no = approvalBy('grace', { decision: 'reject', reason: 'we are debugging it', verifiedIdentity: false });
    for (const facts of [inApprove(), calmFacts()]) {
      expect(decided([approvalBy('ada'), no], facts)).toMatchObject({
        guard: 'approval',
        verdict: 'refuse',
        found: 'rejected by grace: we are debugging it',
      });
    }
  });

  it('observe does nothing, whoever approves', () => {
    expect(decided([approvalBy('ada')], calmFacts({ mode: 'observe' }))).toMatchObject({ guard: 'approval', verdict: 'refuse' });
  });

  it('a count of nought is still one', () => {
    expect(decided([], inApprove({ approval: { ...two.approval, count: 0 } }))).toMatchObject({ verdict: 'ask' });
  });

  it('never allows with fewer verified people than a destructive step wants', () => {
    const one = fc.record({
      by: fc.constantFrom('ada', 'grace', 'Ada', 'PAGENT1'),
      verifiedIdentity: fc.boolean(),
      accepted: fc.boolean(),
      planHash: fc.constantFrom('5b1e07c2', 'other'),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.integer({ min: 1, max: 3 }), (words, count) => {
        const approvals = words.map(({ by, ...rest }) => approvalBy(by, rest));
        const people = new Set(
          approvals
            .filter((a) => a.verifiedIdentity && a.accepted && a.planHash === '5b1e07c2' && a.by !== 'PAGENT1')
            .map(({ by }) => by.toLowerCase()),
        );
        const facts = inApprove({ ...destructive, approval: { ...two.approval, count } });
        expect(decided(approvals, facts) === undefined).toBe(people.size >= count);
      }),
    );
  });
});
