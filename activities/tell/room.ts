import { type Decision, planIn } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';

/** Where people talk about it: as the rule says, else where the policy has the rule's team. For whoever follows the ledger's lines. */
export function roomOf({ rules }: Pick<ActivityDeps, 'rules'>, decision: Decision | undefined): { slack?: string } {
  const plan = planIn(decision);
  const slack = plan && (plan.report.slack ?? rules().policy.doc.teams[plan.team]?.slack);
  return slack === undefined ? {} : { slack };
}
