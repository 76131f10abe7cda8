import { describe, expect, it } from '@jest/globals';
import type { GuardFacts } from '../domain/admission.js';
import type { Approval } from '../domain/approval.js';
import { countedApprovals, rejection } from './approvals.js';
import { approvalBy, calmFacts, calmState, minute, now } from './facts.fixture.js';

const counted = (approvals: Approval[], facts: Partial<GuardFacts> = {}) =>
  countedApprovals(calmFacts(facts), calmState({ approvals }));
const ago = (ms: number) => ({ at: new Date(now - ms).toISOString() });

describe('whose word counts', () => {
  it('the newest first, and of one person the newest alone', () => {
    const [older, newer, other] = [
      approvalBy('ada', ago(3_000)),
      approvalBy(' ADA ', ago(1_000)),
      approvalBy('grace', ago(2_000)),
    ];
    expect(counted([older, newer, other])).toEqual([newer, other]);
    expect(counted([other, newer, older])).toEqual([newer, other]);
  });

  it('names are the same whatever their case: of a name, of ourselves, of whoever asked', () => {
    expect(counted([approvalBy('PAgent1')])).toEqual([]);
    expect(counted([approvalBy('Ada')], { requesters: ['ada'] })).toEqual([]);
    expect(counted([approvalBy('Ada')], { approvers: ['grace', 'ada'], requesters: ['grace'] })).toHaveLength(1);
  });

  it('row 36: any of our own names is ourselves, verified or not', () => {
    const ourselves = ['PAGENT1', 'opssentinel@example.com'];
    const approvers = [...ourselves, 'ada'].map((name) => name.toLowerCase());
    for (const by of ourselves) {
      expect(counted([approvalBy(by)], { ourselves, approvers })).toEqual([]);
      expect(counted([approvalBy(by, { verifiedIdentity: false })], { ourselves, approvers })).toEqual([]);
    }
    expect(counted([approvalBy('ada')], { ourselves, approvers })).toHaveLength(1);
  });

  it('whoever may not approve any more does not count, though they could when they did', () => {
    expect(counted([approvalBy('ada')], { approvers: ['grace'] })).toEqual([]);
    expect(counted([approvalBy('ada')], { approvers: [] })).toEqual([]);
  });

  it('one unchecked name beside a checked one is a second person, two unchecked ones are not', () => {
    const unchecked = (by: string) => approvalBy(by, { verifiedIdentity: false });
    expect(counted([approvalBy('ada'), unchecked('grace')])).toHaveLength(2);
    expect(counted([unchecked('ada'), unchecked('grace')])).toHaveLength(1);
    expect(
      counted([approvalBy('an unverified operator'), unchecked('x')], { approvers: ['an unverified operator'] }),
    ).toHaveLength(2);
  });

  it('a word holds until the moment at which it has expired', () => {
    expect(counted([approvalBy('ada', ago(15 * minute - 1))])).toHaveLength(1);
    expect(counted([approvalBy('ada', ago(15 * minute))])).toEqual([]);
  });
});

describe('a no', () => {
  const no = (changes: Partial<Approval> = {}) => approvalBy('eve', { decision: 'reject', ...changes });
  const rejected = (one: Approval) => rejection(calmFacts(), calmState({ approvals: [approvalBy('ada'), one] }));

  it('of anybody is final, on this plan of this incident alone', () => {
    expect(rejected(no({ verifiedIdentity: false }))).toMatchObject({ by: 'eve' });
    for (const other of [{ planHash: 'other' }, { incident: 'pagerduty:OTHER' }, { accepted: false }])
      expect(rejected(no(other))).toBeUndefined();
  });
});
