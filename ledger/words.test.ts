import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Approval } from '../domain/approval.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';
import { admissionRequest } from './requests.fixture.js';

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;
/** The ledger's clock, epoch milliseconds. */
let now: number;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  now = Date.parse('2026-11-22T03:00:00.000Z');
  url = await postgres.ledgerUrl();
  ledger = await openLedger({ url, deadlineMs: 10_000, now: () => now });
});
afterEach(() => ledger.close());

const word: Approval = {
  incident: 'pagerduty:A',
  planHash: 'plan',
  decision: 'approve',
  by: 'ada',
  via: 'api',
  verifiedIdentity: true,
  accepted: true,
  reason: 'go on',
  at: '2026-11-22T02:59:59.123Z',
};

describe('what people said', () => {
  it('is kept as it was said, the oldest first, of this plan of this incident alone', async () => {
    const words = [
      word,
      { ...word, by: 'grace', verifiedIdentity: false },
      { ...word, by: 'eve', decision: 'reject' as const, reason: '' },
    ];
    for (const one of words) await ledger.putApproval(one);
    await ledger.putApproval({ ...word, planHash: 'other' });
    await ledger.putApproval({ ...word, incident: 'pagerduty:B' });
    expect(await ledger.approvals('pagerduty:A', 'plan')).toEqual(words);
    expect(await ledger.approvals('pagerduty:B', 'plan')).toHaveLength(1);
    expect(await ledger.approvals('pagerduty:B', 'other')).toEqual([]);
  });

  it('an accepted word stands once, whoever repeats it; refused ones are all kept', async () => {
    await ledger.putApproval(word);
    await ledger.putApproval({ ...word, reason: 'again' });
    expect(await ledger.approvals('pagerduty:A', 'plan')).toEqual([word]);
    for (const reason of ['not on call', 'still not']) await ledger.putApproval({ ...word, accepted: false, reason });
    expect(await ledger.approvals('pagerduty:A', 'plan')).toHaveLength(3);
  });

  it('any text is kept in a form that PostgreSQL can hold', async () => {
    await ledger.putApproval({ ...word, by: 'a\0da', reason: 'x\uD800' });
    expect(await ledger.approvals('pagerduty:A', 'plan')).toMatchObject([{ by: 'a\uFFFDda', reason: 'x\uFFFD' }]);
  });

  it('the row of a request is written once: a second one of the same id changes nothing', async () => {
    const row = { id: 'r1', incident: 'pagerduty:A', by: 'ada', role: 'approver', via: 'api' } as const;
    await ledger.putApprovalRequest(row);
    await ledger.putApprovalRequest({ ...row, by: 'eve' });
    await ledger.putApprovalRequest({ ...row, id: 'r2', by: 'grace' });
    expect(await ledger.approvalRequest('r1')).toEqual(row);
    expect(await ledger.approvalRequest('r2')).toMatchObject({ by: 'grace' });
    expect(await ledger.approvalRequest('r3')).toBeUndefined();
  });
});

describe('row 26: holds', () => {
  const place = (scope: string, more: { until?: string; reason?: string } = {}) =>
    ledger.placeHold({ kind: 'stop', scope, reason: 'looking', owner: 'ada', ...more });

  it('are kept as they were placed, and shown the newest first', async () => {
    const first = await place('all', { until: '2026-11-22T05:00:00+01:00', reason: 'a\0b' });
    expect(first).toEqual({
      id: expect.stringMatching(/./),
      kind: 'stop',
      scope: 'all',
      reason: 'a\uFFFDb',
      owner: 'ada',
      since: '2026-11-22T03:00:00.000Z',
      until: '2026-11-22T04:00:00.000Z',
    });
    now += 1_000;
    const second = await place('environment:staging');
    expect(second).not.toHaveProperty('until');
    now += 1_000;
    const third = await place('rule:ec2-cpu-high');
    expect(await ledger.holds()).toEqual([third, second, first]);
    expect(await ledger.holdsOn(admissionRequest().subject)).toEqual([third, first]);
  });

  it('are in force until their end, and not at it', async () => {
    await place('all', { until: '2026-11-22T03:00:01.000Z' });
    now += 999;
    expect(await ledger.holds()).toHaveLength(1);
    now += 1;
    expect(await ledger.holds()).toEqual([]);
  });

  it('a hold on one scope is lifted by one, once', async () => {
    const [{ id }, kept] = [await place('rule:x'), await place('rule:y')];
    expect(await ledger.liftHold(id, { by: 'ada', admin: true })).toBe('lifted');
    expect(await ledger.liftHold(id, { by: 'ada', admin: true })).toBe('no such hold');
    expect(await ledger.holds()).toEqual([kept]);
  });

  it('what stops everything is lifted by two people within an hour, and by no one twice', async () => {
    const { id } = await place('all');
    expect(await ledger.liftHold(id, { by: 'ada', admin: true })).toBe('one more');
    expect(await ledger.holds()).toMatchObject([{ id, liftAskedBy: 'ada' }]);
    expect(await ledger.liftHold(id, { by: 'ADA', admin: true })).toBe('one more');
    now += 3_600_000;
    expect(await ledger.liftHold(id, { by: 'grace', admin: false })).toBe('one more');
    now += 3_599_999;
    expect(await ledger.liftHold(id, { by: 'ada', admin: true })).toBe('lifted');
    expect(await ledger.liftHold(id, { by: 'ada', admin: true })).toBe('no such hold');
    expect(await ledger.holds()).toEqual([]);
  });

  it('stay known when they are over: who lifted each, and when', async () => {
    const first = await place('all');
    now += 1_000;
    const second = await place('rule:x', { until: '2026-11-22T03:00:02.000Z' });
    now += 1_000;
    const third = await place('rule:y');
    await ledger.liftHold(first.id, { by: 'ada', admin: true });
    await ledger.liftHold(first.id, { by: 'grace', admin: false });
    expect(await ledger.pastHolds()).toEqual([
      third,
      second,
      { ...first, liftAskedBy: 'ada', liftedAt: '2026-11-22T03:00:02.000Z' },
    ]);
    expect(await postgres.sql(url, 'select lifted_by from hold order by since')).toEqual([
      { lifted_by: 'ada and grace' },
      { lifted_by: null },
      { lifted_by: null },
    ]);
  });
});
