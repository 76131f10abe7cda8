import { describe, expect, it } from '@jest/globals';
import { judgeReadings } from './bounds.js';

const of = (...values: number[]) => values.map((value, index) => ({ series: `s${index}`, value }));

describe('judgeReadings', () => {
  it('is well only when every series keeps every bound', () => {
    expect(judgeReadings(of(10, 20), { below: 90 }).ok).toBe(true);
    expect(judgeReadings(of(10, 95), { below: 90 })).toEqual({ ok: false, says: '1 of 2 series, e.g. s1 95, wanted below 90' });
    expect(judgeReadings(of(5), { above: 1, below: 10 }).ok).toBe(true);
    expect(judgeReadings(of(1), { above: 1 }).ok).toBe(false);
    expect(judgeReadings(of(90), { below: 90 }).ok).toBe(false);
  });

  it('is not well without data, and not with what is no number', () => {
    expect(judgeReadings([], { below: 90 })).toEqual({ ok: false, says: 'no data; wanted below 90' });
    expect(judgeReadings(of(Number.NaN), { below: 90 }).ok).toBe(false);
    expect(judgeReadings(of(Number.NaN), {}).ok).toBe(false);
    expect(judgeReadings(of(Number.NEGATIVE_INFINITY), { above: 0 }).ok).toBe(false);
  });
});
