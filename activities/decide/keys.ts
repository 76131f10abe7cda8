import { canonicalJson, type JsonObject } from '../../domain/json.js';
import type { Plan, PlanStep } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';

/** Holds no Temporal run id and no attempt number: whoever asks again for the same thing gets the same key. */
export function attemptKey(deps: Pick<ActivityDeps, 'hash'>, plan: Plan, step: Pick<PlanStep, 'index'>): string {
  const { source, externalId, generation } = plan.ref;
  return deps.hash(canonicalJson([source, externalId, generation, plan.rule.logicHash, step.index, plan.target.id, 1]));
}

/** Binds action and parameters together; the effect activity computes it again from the permit's row. */
export const paramsHash = (deps: Pick<ActivityDeps, 'hash'>, action: string, params: JsonObject): string =>
  deps.hash(canonicalJson([action, params]));
