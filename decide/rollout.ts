import { canonicalJson, type Hash } from '../domain/json.js';
import { type Plan, planHash, type Rollout } from '../domain/plan.js';
import type { Rule } from '../rules/language/rule.js';
import type { Planned } from './plan.js';

/**
 * One plan of the plans of several targets, in the order of their ids. The alert is asked only once all are done: as long as others
 * are ill it cannot be well, so until then each one's own check decides.
 */
export function joinPlans(plans: readonly Planned[], asked: NonNullable<Rule['rollout']>, hash: Hash): Planned {
  const refused = plans.find((plan) => !plan.ok);
  if (refused) return refused;
  const sorted = plans
    .flatMap((planned) => (planned.ok ? [planned.plan] : []))
    .sort((a, b) => (a.target.id < b.target.id ? -1 : 1));
  const [first] = sorted;
  if (!first) return { ok: false, because: 'there is no target', place: 'target' };
  if (sorted.length === 1) return { ok: true, plan: first };
  const each = sorted.map(({ target, selector, steps }, index): Rollout['each'][number] => ({
    target,
    selector,
    steps: index === sorted.length - 1 ? steps : steps.map(byItsCheckAlone),
  }));
  const { hash: _one, ...shared } = first;
  const plan: Omit<Plan, 'hash'> = {
    ...shared,
    steps: each[0]?.steps ?? shared.steps,
    rollout: { each, batches: batchSizes(sorted.length, asked.batches), maxErrors: asked.maxErrors ?? 0 },
  };
  return { ok: true, plan: { ...plan, hash: planHash(plan, canonicalJson, hash) } };
}

const byItsCheckAlone = (step: Plan['steps'][number]): Plan['steps'][number] => ({
  ...step,
  verify: { ...step.verify, alertCleared: false },
});

/** 1, 2, 4 and so on, or as the rule says; its last one is repeated. Together exactly as many as there are targets. */
export function batchSizes(targets: number, asked: readonly number[] | undefined): number[] {
  const sizes: number[] = [];
  for (let left = targets, index = 0; left > 0; index++) {
    const wanted = asked ? (asked[index] ?? asked.at(-1) ?? 1) : 2 ** index;
    const size = Math.min(Math.max(1, wanted), left);
    sizes.push(size);
    left -= size;
  }
  return sizes;
}
