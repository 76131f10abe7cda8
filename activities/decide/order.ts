import { longestVerifyMs } from '../../domain/patience.js';
import { batchesOf, type Plan } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';
import { attemptIn, attemptOf, permitsOf } from '../situation/attempt.js';
import type { StepInput } from '../types.js';
import { attemptKey } from './keys.js';

/**
 * A later step only after the one below it was done, has ended and was seen not to help, or had all the time to: by the ledger, not by
 * the caller's word. Of what may still be helping nobody knows that more is needed.
 */
export async function beforeItsTurn(deps: ActivityDeps, input: StepInput, plan: Plan): Promise<string | undefined> {
  const below = plan.steps[input.step - 1];
  if (!below) return undefined;
  const attempt = await attemptOf(deps, input.incident, attemptKey(deps, plan, below));
  if (!attempt?.consumed) return `step ${input.step} has not been tried`;
  if (below.waits && !attempt.ended) return `step ${input.step} has not ended`;
  if (attempt.status === 'not-done') return `step ${input.step} was not done`;
  if (attempt.status === 'unknown') return `whether step ${input.step} was done is not known`;
  if (attempt.verified !== undefined) return attempt.verified ? `step ${input.step} has helped` : undefined;
  // Of a time that cannot be read nothing has passed.
  const until = Number(attempt.overAt) + longestVerifyMs(below.verify, plan.pace);
  return deps.now() >= until ? undefined : `whether step ${input.step} has helped is not known yet`;
}

/**
 * One of a later batch only after all of the batches before it are seen to have helped, or so many have not as the rule bears: by the
 * ledger, not by the caller's word.
 */
export async function beforeItsBatch(deps: ActivityDeps, input: StepInput, plan: Plan): Promise<string | undefined> {
  const { rollout } = plan;
  if (!rollout) return undefined;
  const batches = batchesOf(plan);
  const mine = batches.findIndex((batch) => batch.includes(input.target ?? plan.target.id));
  const before = rollout.each.slice(0, batches.slice(0, mine).flat().length);
  const rows = await permitsOf(deps, input.incident);
  let errors = 0;
  for (const one of before) {
    const attempt = attemptIn(rows, attemptKey(deps, { ...plan, ...one }, onlyStep));
    const { name } = one.target;
    if (!attempt?.consumed) return `${name} of an earlier batch has not been acted on`;
    if (attempt.status === 'unknown') return `whether it was done on ${name} is not known`;
    if (attempt.verified === undefined) return `whether it helped on ${name} is not known yet`;
    if (!attempt.verified) errors += 1;
  }
  return errors > rollout.maxErrors
    ? `${errors} of the batches before did not help; the rule bears ${rollout.maxErrors}`
    : undefined;
}

/** Of each of several targets: a ladder climbs on one. */
const onlyStep = { index: 0 };

/** Whether this incident's rollout has begun, by the ledger. */
export async function hasBegun(deps: ActivityDeps, { incident, target }: StepInput): Promise<boolean> {
  if (target === undefined) return false;
  return (await permitsOf(deps, incident)).some((row) => row.consumed_at != null && row.target_id !== target);
}
