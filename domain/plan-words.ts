import type { Plan } from './plan.js';
import { counted, listed } from './words.js';

/** What a plan acts on, for people: `i-0aa11`; of several every one, for whoever approves allows all of them: `3 targets (a, b and c; 1, then 2 at once)`. */
export function targetWords({ target, rollout }: Pick<Plan, 'target' | 'rollout'>): string {
  if (!rollout) return target.name;
  const names = listed(rollout.each.map((each) => each.target.name));
  return `${counted(rollout.each.length, 'target')} (${names}; ${rollout.batches.join(', then ')} at once)`;
}
