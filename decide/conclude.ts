import type { Alert, Witness } from '../domain/alert.js';
import type { Incident } from '../domain/incident.js';
import type { Condition, Decision, Plan, RuleVerdict } from '../domain/plan.js';

export interface Seen {
  incident: Incident;
  alert: Alert;
  witness: Witness;
  verdicts: RuleVerdict[];
  rulesHash: string;
}

const concludedBy = { auto: 'act', approve: 'ask', observe: 'observe' } as const;

export const concludePlan = (seen: Seen, plan: Plan): Decision => ({ ...seen, concluded: concludedBy[plan.mode], plan });

/**
 * Somebody must look, and nobody acts. A rule that only observes here calls nobody: what it would have been refused for is written
 * down, and that is all.
 */
export function concludeRefusal(
  seen: Seen,
  refusal: { because: string; place: string; rule?: string },
  observes: boolean,
): Decision {
  if (observes)
    return {
      ...seen,
      concluded: 'nothing',
      because: `${refusal.rule} only observes here, and could not have acted: ${refusal.because}`,
      place: refusal.place,
    };
  return { ...seen, concluded: 'refuse', ...refusal };
}

/** The same verdicts, with what was found out about the target added to the rule that won. */
export const withConditions = (verdicts: readonly RuleVerdict[], rule: string, more: readonly Condition[]): RuleVerdict[] =>
  verdicts.map((verdict) => (verdict.rule === rule ? { ...verdict, conditions: [...verdict.conditions, ...more] } : verdict));
