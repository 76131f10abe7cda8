import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ago, budgetWords, ceilSecond, clock, counted, duration, isoSeconds, listed, shortDuration } from './words.js';

describe('words for people', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [14, '14 ms'],
    [999.6, '999 ms'],
    [1000, '1 s'],
    [1940, '1.9 s'],
    [9960, '10 s'],
    [60_000, '60 s'],
    [62_000, '62 s'],
    [101_000, '1 min 41 s'],
    [300_000, '5 min'],
    [1_800_000, '30 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [259_200_000, '3 d'],
    [Number.NaN, '0 s'],
  ])('a length of %s ms is "%s"', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it.each([
    [31_900, '31 s ago'],
    [11 * 60_000 + 59_000, '11 min ago'],
    [6 * 3_600_000 + 1, '6 h ago'],
    [72 * 3_600_000, '3 d ago'],
    [-1, '0 s ago'],
  ])('%s ms back is "%s"', (ms, words) => {
    expect(ago(ms)).toBe(words);
  });

  it('writes budgets as rules do', () => {
    expect(budgetWords({ count: 5, perMs: 3_600_000 })).toBe('5/1h');
    expect([45_000, 1_800_000, 86_400_000, 2_592_000_000, 1500].map(shortDuration)).toEqual([
      '45s',
      '30m',
      '24h',
      '30d',
      '1500ms',
    ]);
  });

  it('says a time in UTC, and the day when it is another one', () => {
    expect(clock('2026-11-22T03:32:10.999Z')).toBe('03:32:10Z');
    expect(clock(Date.parse('2026-11-23T00:01:00Z'), '2026-11-22T23:59:00Z')).toBe('2026-11-23 00:01:00Z');
    expect(clock('2026-11-22T05:32:10+02:00', '2026-11-22T03:00:00Z')).toBe('03:32:10Z');
    expect(isoSeconds('no date')).toBe('unknown time');
  });

  it('counts and lists', () => {
    expect([counted(0, 'effect'), counted(1, 'effect'), counted(2, 'delivery', 'deliveries')]).toEqual([
      '0 effects',
      '1 effect',
      '2 deliveries',
    ]);
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });

  it('never promises a second too early', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => ceilSecond(ms) >= ms && ceilSecond(ms) - ms < 1000));
  });

  it('says every length without NaN, sign or unit above its range', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e11, noNaN: true }), (ms) => {
        expect(duration(ms)).toMatch(/^\d+(\.\d)? (ms|s)$|^\d+ (min|h|d)( \d+ (s|min|h))?$/);
      }),
    );
  });
});
