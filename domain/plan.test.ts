import { describe, expect, it } from '@jest/globals';
import { aimedAt, batchesOf, highestRisk, type Plan, type Risk, riskOrder } from './plan.js';

const one = (id: string) => ({ target: { id }, selector: { instance: id }, steps: [{ says: `restart ${id}` }] });
const rolled = (ids: string[], batches: number[]): Plan =>
  ({ team: 'web', ...one(ids[0] ?? ''), rollout: { each: ids.map(one), batches, maxErrors: 0 } }) as unknown as Plan;
const single = { team: 'web', ...one('a') } as unknown as Plan;

describe('row 25: a plan for several targets', () => {
  const plan = rolled(['a', 'b', 'c', 'd'], [1, 3]);

  it('is aimed at each by its own selector and steps, the rest as it is for all', () => {
    expect(aimedAt(plan, 'c')).toEqual({ ...plan, ...one('c') });
    expect(aimedAt(plan, undefined)).toBe(plan);
    expect(aimedAt(plan, 'a')).toBe(plan);
    expect(aimedAt(plan, 'x')).toBeUndefined();
  });

  it('acts batch by batch, in their order', () => {
    expect(batchesOf(plan)).toEqual([['a'], ['b', 'c', 'd']]);
    expect(batchesOf(rolled(['a', 'b', 'c', 'd', 'e'], [2, 2, 1]))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });
});

describe('a plan for one target', () => {
  it('is aimed at that one and no other', () => {
    expect(aimedAt(single, undefined)).toBe(single);
    expect(aimedAt(single, 'a')).toBe(single);
    expect(aimedAt(single, 'b')).toBeUndefined();
  });

  it('is one batch', () => {
    expect(batchesOf(single)).toEqual([['a']]);
  });
});

it('of two risks the higher one counts, whichever stands first', () => {
  const ascending: Risk[] = ['additive', 'disruptive', 'destructive'];
  expect(riskOrder).toEqual(ascending);
  for (const [low, lower] of ascending.entries())
    for (const higher of ascending.slice(low)) {
      expect(highestRisk(lower, higher)).toBe(higher);
      expect(highestRisk(higher, lower)).toBe(higher);
    }
});
