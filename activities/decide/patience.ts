import { learnedWithinMs, mayLearn } from '../../domain/patience.js';
import type { Pace, Plan, PlanStep } from '../../domain/plan.js';
import { counted, duration } from '../../domain/words.js';
import type { ActivityDeps } from '../deps.js';

/** How long one verification is waited for, and whose word that is. Milliseconds; JSON, for it travels in heartbeats and records. */
export type Patience = {
  withinMs: number;
  /** What it was learned from; absent: it is the plan's own. */
  learned?: { recovered: number; p95Ms: number };
};

/** Once, when a verification begins. What cannot be read is not waited for: then it is the plan's own time. */
export async function patienceFor(
  deps: Pick<ActivityDeps, 'ledger' | 'rules'>,
  plan: Plan,
  step: PlanStep,
  pace: Pace,
): Promise<Patience> {
  const { forMs, withinMs } = step.verify;
  if (!mayLearn(step.verify, pace) || saysItself(deps.rules(), plan, step)) return { withinMs };
  const { name, logicHash } = plan.rule;
  const past = await deps.ledger.learned({ rule: name, logicHash }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'LedgerUnavailable') return undefined;
    throw error;
  });
  const known = past?.runbooks?.find(({ runbook }) => runbook === step.runbook);
  const learned = known && learnedWithinMs(known, forMs, pace.pollMs);
  return learned === undefined || known?.p95Ms === undefined
    ? { withinMs }
    : { withinMs: learned, learned: { recovered: known.recovered, p95Ms: known.p95Ms } };
}

/** A figure that somebody has written counts as it stands. So does one of a rule that cannot be looked up. */
function saysItself({ rules }: ReturnType<ActivityDeps['rules']>, plan: Plan, { index, runbook }: PlanStep): boolean {
  const rule = rules.find(({ name, logicHash }) => name === plan.rule.name && logicHash === plan.rule.logicHash);
  const own = rule?.steps[index];
  return own?.runbook !== runbook || own.verify?.within !== undefined || rule?.doc.verify?.within !== undefined;
}

/** `8 min, by its own 38 recoveries`. */
export const patienceWords = ({ withinMs, learned }: Patience): string =>
  `${duration(withinMs)}${learned === undefined ? '' : `, by its own ${counted(learned.recovered, 'recovery', 'recoveries')}`}`;
