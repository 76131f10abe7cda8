import type { Alert } from '../domain/alert.js';
import type { Incident } from '../domain/incident.js';
import type { JsonObject } from '../domain/json.js';
import type { Condition, RuleVerdict } from '../domain/plan.js';
import { ruleFacts } from '../domain/readable.js';
import type { LoadedLine, LoadedRule, RuleSet } from '../rules/language/set.js';

export interface Matched {
  /** One per rule, by name. */
  verdicts: RuleVerdict[];
  winner?: LoadedRule;
  /** The rules that match and of which none may decide: nobody acts, a human is told which. */
  conflict: LoadedRule[];
}

/**
 * Asks every rule. The winner is the only rule that matches, or the one whose own `overrides` names ALL others that match:
 * overriding a rule that overrides a third is not enough, because whoever wrote it may not know the third.
 * Neither numbers nor file order decide.
 */
export function match(set: RuleSet, alert: Alert, incident: Incident): Matched {
  const facts = ruleFacts(alert, incident);
  const judged = [...set.rules]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((rule) => ({ rule, verdict: verdictOf(rule, facts) }));
  const matching = judged.filter(({ verdict }) => verdict.matched).map(({ rule }) => rule);
  const deciding = matching.filter((rule) =>
    matching.every((other) => other === rule || (rule.doc.overrides ?? []).includes(other.name)),
  );
  const verdicts = judged.map(({ verdict }) => verdict);
  const [winner] = deciding;
  return winner && deciding.length === 1 ? { verdicts, winner, conflict: [] } : { verdicts, conflict: matching };
}

function verdictOf(rule: LoadedRule, facts: JsonObject): RuleVerdict {
  const conditions = [...rule.when.map((line) => judge(line, facts)), ...rule.unless.map((line) => judgeUnless(line, facts))];
  const failed = conditions.find(({ holds }) => !holds);
  return {
    rule: rule.name,
    at: rule.at,
    matched: failed === undefined,
    conditions,
    ...(failed ? { failedAt: failed.place } : {}),
  };
}

/** A line that must hold: only a yes lets the rule through. */
export function judge({ place, condition }: LoadedLine, facts: JsonObject): Condition {
  const { result, found } = condition.evaluate(facts);
  return { place, text: condition.text, result, found, holds: result === 'yes' };
}

/** A line that must not hold: one that cannot be evaluated counts as holding. */
function judgeUnless(line: LoadedLine, facts: JsonObject): Condition {
  const judged = judge(line, facts);
  return { ...judged, holds: judged.result === 'no' };
}
