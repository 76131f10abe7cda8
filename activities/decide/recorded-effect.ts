import type { JsonObject } from '../../domain/json.js';
import type { GuardVerdict, Permit } from '../../domain/permit.js';
import { aimedAt, type Decision, type Plan, planIn, type PlanStep } from '../../domain/plan.js';
import type { AnyAction } from '../../integrations/contract/registry.js';
import type { ActivityDeps } from '../deps.js';
import { type Attempt, attemptOf } from '../situation/attempt.js';
import { storedDecision } from '../stored.js';
import type { UndoInput } from '../types.js';
import { no } from './admit.js';
import { attemptKey } from './keys.js';

/** What is to be put back, from the ledger alone. */
export interface Recorded {
  plan: Plan;
  step: PlanStep;
  permit: Permit;
  /** The decision that the plan stands in. */
  decision: Decision;
  action: AnyAction;
  params: JsonObject;
  says: string;
}

/** The effect that a key names, if it may be put back now. Of the caller only the key is taken, and it must be that of this very step. */
export async function recordedEffect(deps: ActivityDeps, input: UndoInput): Promise<Recorded | GuardVerdict> {
  const decision = await storedDecision(deps, input.incident);
  const whole = planIn(decision);
  const plan = whole && aimedAt(whole, input.target);
  const step = plan?.steps[input.step];
  if (!decision || !plan || plan.hash !== input.planHash || !step)
    return no('plan', 'the plan that was carried out', 'another plan');
  if (step.undo !== 'restore') return no('plan', 'undo: restore', `${step.runbook} puts nothing back`);
  const permit = await deps.ledger.permit(input.attemptKey);
  const attempt = await attemptOf(deps, input.incident, input.attemptKey);
  // What put something back has a key too, that no step has: it is not put back in turn.
  if (!permit || !attempt || permit.planHash !== plan.hash || attemptKey(deps, plan, step) !== input.attemptKey)
    return no('permit', 'an effect of this plan', 'there is none under this key');
  const early = notYet(deps, input, step, attempt);
  if (early !== undefined) return no('permit', input.why, early);
  return undoFor(deps, { decision, plan, step, permit });
}

/** Only what was seen to its end is put back: never what may still be happening, nor what helped and is wanted. */
function notYet(deps: ActivityDeps, { why }: UndoInput, step: PlanStep, attempt: Attempt): string | undefined {
  if (!attempt.consumed || attempt.status === 'not-done') return 'it was not done';
  if (step.waits && !attempt.ended) return 'it has not ended';
  if (attempt.status === 'unknown') return 'whether it was done is not known';
  if (why === 'undo') {
    if (attempt.released) return "its run has ended: what it left is people's";
    return attempt.verified === false ? undefined : 'it was not found to have failed';
  }
  if (attempt.verified !== true || attempt.verifiedAt === undefined) return 'it was not found to have helped';
  return deps.now() >= attempt.verifiedAt + (step.giveBackMs ?? Number.POSITIVE_INFINITY) ? undefined : 'it is too early';
}

function undoFor(
  deps: ActivityDeps,
  { decision, plan, step, permit }: Pick<Recorded, 'decision' | 'plan' | 'step' | 'permit'>,
): Recorded | GuardVerdict {
  const undo = deps.registry.actions.get(step.action)?.undo;
  const action = undo && undo !== 'none' ? deps.registry.actions.get(undo.action) : undefined;
  if (!undo || undo === 'none' || !action) return no('plan', 'undo: restore', `${step.action} can no longer be put back`);
  const parsed = action.params.safeParse(undo.params(permit.preState, permit.params));
  if (!parsed.success) return no('preState', 'what was recorded', 'what was recorded is not enough to put it back');
  return {
    decision,
    plan,
    step,
    permit,
    action,
    params: parsed.data as JsonObject,
    says: undo.says(permit.preState, permit.params),
  };
}
