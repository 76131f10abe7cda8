import { batchesOf, planIn } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';
import { permitsOf } from '../situation/attempt.js';
import { storedDecision } from '../stored.js';
import type { About } from '../types.js';
import { judgedByLedger } from './acted.js';
import { writeLabel } from './label.js';

/**
 * The label of a run that has acted on all of its targets and has been seen to help: right, by the ledger alone. It does not wait until
 * the incident is closed: what was verified was read at the alert and at the target, and closing it afterwards is paperwork that changes
 * no word of it. `false`: whatever else it was, or who has to be asked or told, is left to a run of its own.
 */
export async function labelledAtOnce(deps: ActivityDeps, { incident }: About): Promise<boolean> {
  const plan = planIn(await storedDecision(deps, incident));
  if (!plan) return false;
  const permits = await permitsOf(deps, incident);
  const helped = new Set(permits.filter(({ verified }) => verified === true).map(({ target_id: id }) => id));
  // Whoever reaches Temporal can ask in the middle of a rollout: the targets to come may still prove it wrong.
  if (
    !batchesOf(plan)
      .flat()
      .every((id) => helped.has(id))
  )
    return false;
  const judged = await judgedByLedger(deps, incident, plan);
  if (judged?.label !== 'right') return false;
  const { ask, demoted } = await writeLabel(deps, incident, plan, judged);
  return ask === undefined && demoted === undefined;
}
