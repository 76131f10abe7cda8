import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import type { Played } from './play.js';

/** What the cases of a rule never showed. */
export interface Gap {
  rule: string;
  /** Where the rule begins: `rules/x.yaml:2`. */
  at: string;
  says: string;
}

/** Every condition seen true and seen false, every guard that a rule sets seen to keep it from acting, every step come to. */
export const gapsOf = (set: RuleSet, played: readonly Played[]): Gap[] =>
  set.rules.flatMap((rule) =>
    gapsIn(
      rule,
      set,
      played.filter((one) => one.case.rule === rule.name),
    ).map((says) => ({ rule: rule.name, at: rule.at, says })),
  );

function gapsIn(rule: LoadedRule, set: RuleSet, played: readonly Played[]): string[] {
  if (played.length === 0) return [`has no case; write ${rule.name}.cases.yaml beside it`];
  return [...conditionGaps(rule, set, played), ...guardGaps(rule, played), ...stepGaps(rule, played)];
}

function conditionGaps(rule: LoadedRule, set: RuleSet, played: readonly Played[]): string[] {
  const seen = played.flatMap(({ touched }) => touched.conditions);
  return linesOf(rule, set).flatMap(({ place, text }) => {
    const results = new Set(seen.filter((one) => one.place === place && one.text === text).map(({ result }) => result));
    const never = (['yes', 'no'] as const).filter((result) => !results.has(result));
    if (never.length === 0) return [];
    return [`${place}  ${text}  was never ${never.map((result) => (result === 'yes' ? 'true' : 'false')).join(' and never ')}`];
  });
}

/** The rule's own lines, and those that its runbooks require. */
function linesOf(rule: LoadedRule, set: RuleSet): { place: string; text: string }[] {
  const books = [...new Set(rule.steps.map(({ runbook }) => runbook))].flatMap((name) => set.runbooks.get(name)?.require ?? []);
  const lines = [
    ...rule.when,
    ...rule.unless,
    ...rule.require,
    ...books.map(({ place, condition }) => ({ place: `runbook.${place}`, condition })),
  ].map(({ place, condition: { text } }) => ({ place, text }));
  return lines.filter((line, index) => lines.findIndex((one) => one.place === line.place && one.text === line.text) === index);
}

function guardGaps({ doc }: LoadedRule, played: readonly Played[]): string[] {
  const refused = new Set(played.flatMap(({ touched }) => [...touched.guards]));
  return Object.entries(doc.guards ?? {})
    .filter(([guard, value]) => guard !== 'because' && value !== undefined && !refused.has(guard))
    .map(([guard]) => `guards.${guard}  never kept it from acting`);
}

function stepGaps({ steps }: LoadedRule, played: readonly Played[]): string[] {
  const reached = new Set(played.flatMap(({ touched }) => [...touched.steps]));
  return steps.flatMap(({ runbook }, index) => (reached.has(index) ? [] : [`step ${index + 1}  ${runbook}  was never come to`]));
}
