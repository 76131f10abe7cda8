import type { Condition } from '../domain/plan.js';
import { targetFacts } from '../domain/readable.js';
import type { Target } from '../domain/target.js';
import type { RuleSet } from '../rules/language/set.js';
import { judge } from './match.js';

/** The runbook's and the rule's lines of `require`, over a target just read. Asked when planning, and again just before the effect. */
export function requireConditions(set: RuleSet, rule: string, runbook: string, target: Target): Condition[] {
  const facts = targetFacts(target);
  const ruleLines = set.rules.find(({ name }) => name === rule)?.require ?? [];
  const runbookLines = set.runbooks.get(runbook)?.require ?? [];
  return [
    ...runbookLines.map((line) => judge({ ...line, place: `runbook.${line.place}` }, facts)),
    ...ruleLines.map((line) => judge(line, facts)),
  ];
}

/** The same for the guard at admission. */
export const requireLines = (
  set: RuleSet,
  rule: string,
  runbook: string,
  target: Target,
): { text: string; holds: boolean; found: string }[] =>
  requireConditions(set, rule, runbook, target).map(({ text, holds, found }) => ({ text, holds, found }));
