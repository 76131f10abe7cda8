import { describe, expect, it } from '@jest/globals';
import { type Rounds, roundFindings } from './reconciliation.js';

const now = Date.parse('2026-11-22T03:12:41Z');
const schedule = { paused: false, everyMs: 300_000, createdAt: new Date(now - 3_600_000) };
const at = new Date(now - 120_000);
const active = { id: 'PWHS001', state: 'active' as const, says: 'webhook subscription PWHS001 is active' };
type Source = Extract<NonNullable<Rounds['last']>, { result: unknown }>['result']['sources'][number];
const source = (change: Partial<Source> = {}): Source => ({
  source: 'pagerduty',
  open: 3,
  missed: [],
  begun: 0,
  left: 0,
  subscriptions: [active],
  ...change,
});
const after = (change: Partial<Source>): Rounds => ({
  schedule,
  last: { at, result: { sources: [source(change)], switchedOn: [], triedAt: {} } },
});

describe('doctor: reconciliation', () => {
  it('says when it looked last, what it found, and that the subscription is on', () => {
    expect(roundFindings(after({}), now)).toEqual([
      {
        check: 'reconciliation pagerduty',
        state: 'ok',
        says: 'last round 2 min ago (2026-11-22T03:10:41Z): 3 incidents open, none was missed',
      },
      { check: 'subscription PWHS001', state: 'ok', says: 'webhook subscription PWHS001 is active' },
    ]);
  });

  it('row N9: names what was missed, and how late it was found', () => {
    const missed = [
      { incident: 'pagerduty:Q1', gapMs: 240_000 },
      { incident: 'pagerduty:Q2', gapMs: 61_000 },
    ];
    const [finding] = roundFindings(after({ missed, begun: 2, left: 4 }), now);
    expect(finding).toMatchObject({ state: 'warn' });
    expect(finding?.says).toContain(
      '3 incidents open, of which 2 had reached us by no webhook (pagerduty:Q1, pagerduty:Q2); the oldest was found 4 min after it was opened; 4 more',
    );
  });

  it.each([
    ['suspended', 'fail'],
    ['inactive', 'fail'],
    ['unknown', 'warn'],
  ] as const)('a subscription that is %s is a %s, with what to do', (state, finding) => {
    const found = roundFindings(after({ subscriptions: [{ ...active, state, says: 'it is off' }] }), now);
    expect(found.at(-1)).toMatchObject({ check: 'subscription PWHS001', state: finding, fix: expect.any(String) });
  });

  it.each<[string, Rounds, string, RegExp]>([
    ['no Schedule', {}, 'warn', /no Schedule/],
    [
      'a round that failed',
      { schedule, last: { at, failed: 'pagerduty: GET /incidents answered 503' } },
      'fail',
      /failed: pagerduty/,
    ],
    [
      'rounds that have stopped',
      { ...after({}), last: { ...after({}).last, at: new Date(now - 1_000_000) } as never },
      'fail',
      /although/,
    ],
    ['a Schedule that never had a round', { schedule }, 'fail', /no round has ended/],
    ['a Schedule that is new', { schedule: { ...schedule, createdAt: at } }, 'skip', /no round has ended/],
    ['nobody to ask', { schedule, last: { at, result: { sources: [], switchedOn: [], triedAt: {} } } }, 'skip', /no source/],
    ['a paused one', { ...after({}), schedule: { ...schedule, paused: true, note: 'by ada' } }, 'warn', /paused: by ada/],
  ])('%s', (_case, rounds, state, says) => {
    expect(roundFindings(rounds, now)[0]).toMatchObject({ state, says: expect.stringMatching(says) });
  });
});
