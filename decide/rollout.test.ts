import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aimedAt, batchesOf, type Plan } from '../domain/plan.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, setOf, target, witness } from '../tests/support/rules.js';
import { matchAndAim, planFor } from './decide.js';
import { batchSizes } from './rollout.js';

const tagged = (more = '') =>
  rule('cpu', 'mode: { staging: auto }', `run: restart\n${more}`.trimEnd()).replace(
    'alert.labels.InstanceId',
    '{ tagged: { service: web }, max: 4 }',
  );
const book = runbook('restart', 'check: test.well');

function decided(ids: readonly string[], more = '', change: (id: string) => object = () => ({})) {
  const set = setOf(policy(), book, tagged(more));
  const seen = { set, catalogue, incident: incident(), alert: alert(), witness: witness() };
  const read = ids.map((id) => ({
    target: { ...target(), id: `arn:test:${id}`, name: id, ...change(id) },
    selector: { InstanceId: id },
  }));
  return planFor({
    ...seen,
    ...matchAndAim(seen),
    hash,
    corroborable: true,
    target: undefined,
    tagged: { found: ids.length, read },
  });
}
const planOf = (ids: readonly string[], more = ''): Plan => {
  const decision = decided(ids, more);
  if (!('plan' in decision)) throw new Error('because' in decision ? decision.because : 'no plan');
  return decision.plan;
};

describe('row 25: several targets', () => {
  it('are one plan, in one order whatever order they were read in, one more at a time than before', () => {
    const [one, other] = [planOf(['i-000c', 'i-000a', 'i-000b']), planOf(['i-000a', 'i-000b', 'i-000c'])];
    expect(one.hash).toBe(other.hash);
    expect(batchesOf(one)).toEqual([['arn:test:i-000a'], ['arn:test:i-000b', 'arn:test:i-000c']]);
    expect(one.rollout?.maxErrors).toBe(0);
    expect(planOf(['i-000a', 'i-000b']).hash).not.toBe(one.hash);
  });

  it('are each acted on with their own parameters, and only the last is asked whether the alert is over', () => {
    const plan = planOf(['i-000a', 'i-000b']);
    const [first, last] = plan.rollout?.each ?? [];
    expect(first?.steps[0]?.verify.alertCleared).toBe(false);
    expect(last?.steps[0]?.verify.alertCleared).toBe(true);
    expect(aimedAt(plan, 'arn:test:i-000b')?.target.name).toBe('i-000b');
    expect(aimedAt(plan, 'arn:test:i-9999')).toBeUndefined();
  });

  it('G1, G2: none, and more than the rule allows, refuse; nothing is left out to make them fit', () => {
    expect(decided([])).toMatchObject({ concluded: 'refuse', place: 'target' });
    expect(decided(['i-000a', 'i-000b', 'i-000c', 'i-000d', 'i-000e'])).toMatchObject({
      concluded: 'refuse',
      place: 'target.max',
    });
  });

  it('one that is not where the alert belongs keeps all of them from being touched', () => {
    const strange = decided(['i-000a', 'i-000b'], '', (id) => (id === 'i-000b' ? { account: '999999999999' } : {}));
    expect(strange).toMatchObject({ concluded: 'refuse', place: 'target' });
  });

  it('batches hold every target once and none is larger than it may be', () => {
    const asked = fc.option(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }), { nil: undefined });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), asked, (targets, sizes) => {
        const batches = batchSizes(targets, sizes);
        expect(batches.reduce((sum, size) => sum + size, 0)).toBe(targets);
        batches.forEach((size, index) =>
          expect(size).toBeLessThanOrEqual(sizes ? (sizes[index] ?? sizes.at(-1) ?? 1) : 2 ** index),
        );
      }),
    );
  });
});
