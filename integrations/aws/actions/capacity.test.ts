import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setDesiredCapacity } from './autoscaling-set-desired-capacity.js';
import { setDesiredCount } from './ecs-set-desired-count.js';
import { settleCapacity, writtenCapacity } from './capacity.js';
import { group, service } from '../testkit/capacity-samples.js';

const settle = (said: object, facts: { desiredCapacity?: number; minSize?: number; maxSize?: number } = {}) => {
  const written = writtenCapacity.parse(said);
  return setDesiredCapacity.written?.settle(written, group(facts));
};

describe('what a runbook writes', () => {
  it.each([[{ add: 2, ceiling: 12 }], [{ to: 6 }], [{ to: 6, ceiling: 8, floor: 2 }], [{ to: 2, allowScaleIn: true }]])(
    'takes %j',
    (said) => {
      expect(writtenCapacity.parse(said)).toEqual(said);
    },
  );

  it.each([
    ['nothing', {}],
    ['both', { add: 1, to: 6, ceiling: 12 }],
    ['an addition without a limit', { add: 2 }],
    ['an addition of nothing', { add: 0, ceiling: 12 }],
    ['a negative addition', { add: -2, ceiling: 12 }],
    ['half an instance', { add: 1.5, ceiling: 12 }],
    ['an addition that may take away', { add: 2, ceiling: 12, allowScaleIn: true }],
    ['a flag that is not true', { to: 2, allowScaleIn: false }],
    ['text', { to: '6' }],
    ['something else', { to: 6, honorCooldown: false }],
  ])('refuses %s', (_what, said) => {
    expect(writtenCapacity.safeParse(said).success).toBe(false);
  });
});

describe('settled from what was read', () => {
  it('names the exact numbers, and says them', () => {
    const exact = { group: 'checkout-web', from: 4, desired: 6, ceiling: 12, move: 'out' as const };
    expect(settle({ add: 2, ceiling: 12 })).toEqual({ ok: true, params: exact });
    expect(setDesiredCapacity.says(exact)).toBe('Auto Scaling group checkout-web 4 -> 6 (limit 12)');
    expect(setDesiredCapacity.riskOf?.(exact)).toBe('additive');
    expect(setDesiredCapacity.warns?.(exact)).toBeUndefined();
  });

  it("keeps to the narrower of the runbook's bounds and the group's", () => {
    expect(settle({ add: 4, ceiling: 7 })).toMatchObject({ ok: true, params: { desired: 7, ceiling: 7 } });
    expect(settle({ add: 4, ceiling: 20 }, { maxSize: 5 })).toMatchObject({ ok: true, params: { desired: 5, ceiling: 5 } });
    expect(settle({ to: 1, allowScaleIn: true })).toMatchObject({ ok: true, params: { desired: 2, move: 'in' } });
    expect(settle({ to: 1, floor: 3, allowScaleIn: true })).toMatchObject({ ok: true, params: { desired: 3 } });
  });

  it.each([
    ['at the limit of the runbook', { add: 2, ceiling: 4 }, {}, 'is the limit already'],
    ['at the limit of the group', { add: 2, ceiling: 12 }, { maxSize: 4 }, 'is the limit already'],
    ['above the limit of the runbook', { add: 2, ceiling: 3 }, {}, 'is above the limit of 3 already'],
    ['there already', { to: 4 }, {}, 'are wanted already'],
    ['bounds that exclude each other', { to: 6, floor: 8, ceiling: 7 }, {}, 'the bounds leave no number'],
    ['fewer without the flag', { to: 2 }, {}, 'does not say allowScaleIn'],
  ])('refuses with a sentence: %s', (_what, said, facts, words) => {
    expect(settle(said, facts)).toEqual({ ok: false, because: expect.stringContaining(words) });
  });

  it('takes instances away only with the flag, and then it is destructive and says what is lost', () => {
    const settled = settle({ to: 2, allowScaleIn: true });
    expect(settled).toMatchObject({ ok: true, params: { from: 4, desired: 2, move: 'in' } });
    const params = setDesiredCapacity.params.parse(settled?.ok ? settled.params : {});
    expect(setDesiredCapacity.riskOf?.(params)).toBe('destructive');
    expect(setDesiredCapacity.warns?.(params)).toContain('terminates 2 instances');
  });

  it('takes a service of ECS down to nothing only where the runbook writes that floor', () => {
    const count = (said: object) => setDesiredCount.written?.settle(writtenCapacity.parse(said), service());
    expect(count({ to: 0, allowScaleIn: true })).toMatchObject({ ok: true, params: { desired: 1, move: 'in' } });
    expect(count({ to: 0, floor: 0, allowScaleIn: true })).toMatchObject({ ok: true, params: { desired: 0 } });
    expect(count({ add: 2, ceiling: 6 })).toMatchObject({
      ok: true,
      params: { cluster: 'prod', service: 'web', from: 3, desired: 5 },
    });
    expect(count({ to: 5 })).toMatchObject({ ok: true, params: { ceiling: 5 } });
  });
});

const number = fc.integer({ min: 0, max: 30 });
const written = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 30 }), ceiling: fc.integer({ min: 1, max: 30 }) }),
  fc.record(
    { to: number, ceiling: fc.integer({ min: 1, max: 30 }), floor: number, allowScaleIn: fc.constant(true as const) },
    { requiredKeys: ['to'] },
  ),
);
const sizes = fc
  .tuple(number, number, number)
  .map((three) => three.toSorted((a, b) => a - b))
  .map(([least = 0, current = 0, most = 0]) => ({ least, current, most }));

it('settling never leaves any bound, never turns the direction round, and never takes away without the flag', () => {
  fc.assert(
    fc.property(written, sizes, (said, { least, current, most }) => {
      const wanted: { add?: number; to?: number; ceiling?: number; floor?: number; allowScaleIn?: true } =
        writtenCapacity.parse(said);
      const settled = settleCapacity(wanted, { least, current, most }, 'instances');
      if (!settled.ok) {
        expect(settled.because).not.toBe('');
        return;
      }
      const { from, desired, ceiling, move } = settled.capacity;
      expect(from).toBe(current);
      expect(desired).not.toBe(current);
      expect(desired).toBeGreaterThanOrEqual(Math.max(least, wanted.floor ?? 0));
      expect(desired).toBeLessThanOrEqual(Math.min(most, wanted.ceiling ?? most, ceiling));
      const aim = wanted.add === undefined ? (wanted.to ?? current) : current + wanted.add;
      expect(Math.sign(desired - current)).toBe(Math.sign(aim - current));
      if (desired < current) expect({ flag: wanted.allowScaleIn, move }).toEqual({ flag: true, move: 'in' });
      expect(setDesiredCapacity.params.safeParse({ group: 'g', ...settled.capacity }).success).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

describe('exact parameters', () => {
  const exact = { group: 'checkout-web', from: 4, desired: 6, ceiling: 12 };
  it.each([
    ['a scale-in that calls itself none', { ...exact, desired: 2 }],
    ['a scale-out that calls itself a scale-in', { ...exact, move: 'in' }],
    ['more than the ceiling', { ...exact, desired: 13 }],
    ['no change', { ...exact, desired: 4 }],
  ])('refuse %s', (_what, params) => {
    expect(setDesiredCapacity.params.safeParse(params).success).toBe(false);
  });

  it('of the undo go back to what was there, and that is never destructive', () => {
    const done = setDesiredCapacity.params.parse(exact);
    const { undo } = setDesiredCapacity;
    if (undo === 'none') throw new Error('it has none');
    const back = setDesiredCapacity.params.parse(undo.params({}, done));
    expect(back).toEqual({ group: 'checkout-web', from: 6, desired: 4, ceiling: 12, move: 'back' });
    expect(undo.action).toBe(setDesiredCapacity.id);
    expect(undo.says({}, done)).toBe('back to 4');
    expect(setDesiredCapacity.riskOf?.(back)).toBe('additive');
  });
});
