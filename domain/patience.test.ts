import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  learnedBounds,
  learnedWithinMs,
  learnsFrom,
  longestVerifyMs,
  mayLearn,
  pastWords,
  selfClearWords,
  usualWithinMs,
} from './patience.js';

const minute = 60_000;
const poll = 5_000;

describe('M26: how long a verification is waited for, by what was learned', () => {
  it('the 95th of 100 in whole minutes, rounded up, between 5 and 30', () => {
    const after = (p95: number, forMs = minute) => learnedWithinMs({ recovered: 38, p95Ms: p95 * minute }, forMs, poll);
    expect([2, 7.2, 8, 29.1, 44].map((p95) => after(p95))).toEqual([5, 8, 8, 30, 30].map((minutes) => minutes * minute));
    // Five minutes would never do for what has to be well for five.
    expect(after(2, 5 * minute)).toBe(6 * minute);
  });

  it('nothing before 20 recoveries, without a figure, and where it could never be in time', () => {
    expect(learnedWithinMs({ recovered: learnsFrom - 1, p95Ms: 8 * minute }, minute, poll)).toBeUndefined();
    expect(learnedWithinMs({ recovered: learnsFrom, p95Ms: 8 * minute }, minute, poll)).toBe(8 * minute);
    expect(learnedWithinMs({ recovered: 400 }, minute, poll)).toBeUndefined();
    expect(learnedWithinMs({ recovered: 400, p95Ms: 8 * minute }, 30 * minute, poll)).toBeUndefined();
  });

  it('whatever was learned: within 5 and 30 min, long enough to be well for its time and seen so, and never cut off by who waits', () => {
    const some = fc.record({
      recovered: fc.nat(500),
      p95Ms: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(some, fc.nat(40 * minute), fc.integer({ min: 50, max: 60_000 }), (past, forMs, pollMs) => {
        const { p95Ms, recovered } = past;
        const within = learnedWithinMs(p95Ms === undefined ? { recovered } : { recovered, p95Ms }, forMs, pollMs);
        if (within === undefined) return;
        expect(within).toBeGreaterThanOrEqual(learnedBounds.leastMs);
        expect(within).toBeLessThanOrEqual(learnedBounds.mostMs);
        expect(within).toBeGreaterThanOrEqual(forMs + pollMs);
        expect(within).toBeLessThanOrEqual(longestVerifyMs({ withinMs: usualWithinMs }, { profile: 'standard' }));
      }),
    );
  });

  it('counts for the usual figure of production alone', () => {
    const terms = { withinMs: usualWithinMs };
    expect(mayLearn(terms, { profile: 'standard' })).toBe(true);
    expect([mayLearn(terms, { profile: 'sandbox' }), mayLearn({ withinMs: minute }, { profile: 'standard' })]).toEqual([
      false,
      false,
    ]);
    expect(longestVerifyMs({ withinMs: 7 * minute }, { profile: 'standard' })).toBe(7 * minute);
  });
});

describe('M26: what clears by itself is told, with its figure', () => {
  it.each([
    [9, 9, undefined],
    [10, 3, undefined],
    [10, 4, '4 of 10 that nobody of ours touched cleared by themselves: a longer firingFor would have spared those 4'],
    [30, 10, '10 of 30 that nobody of ours touched cleared by themselves: a longer firingFor would have spared those 10'],
  ])('of %d untouched, %d cleared', (untouched, clearedItself, says) => {
    expect(selfClearWords({ untouched, clearedItself })).toBe(says);
  });
});

describe('M26: a rule’s past in one line', () => {
  const times = { recovered: 38, recoveryMs: { p50: 250_000, p90: 415_000 }, untouched: 0, clearedItself: 0 };
  it.each([
    [times, 'usually 4 min 10 s to 6 min 55 s, p50 to p90, n 38'],
    [{ recovered: 0, untouched: 30, clearedItself: 12 }, '12 of 30 that nobody of ours touched cleared by themselves'],
    [{ recovered: 0, untouched: 0, clearedItself: 0 }, undefined],
  ])('%j', (learned, says) => {
    const words = pastWords(learned);
    if (says === undefined) expect(words).toBeUndefined();
    else expect(words).toContain(says);
  });
});
