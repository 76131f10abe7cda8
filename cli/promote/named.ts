import { dirname, join } from 'node:path';
import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import { Failure } from '../failure.js';

/** Its file, relative to the folder above the rules. */
export const fileOf = ({ at }: LoadedRule): string => at.replace(/:\d+$/, '');
export const pathOf = (set: RuleSet, rule: LoadedRule): string => join(dirname(set.dir), fileOf(rule));

/** The one rule of that name, and the environment that is meant. */
export function ruleIn(set: RuleSet, name: string, environment: string): LoadedRule {
  const rule = set.rules.find((one) => one.name === name);
  if (!rule) throw new Failure('notFound', `There is no rule ${name}; there is: ${set.rules.map((one) => one.name).join(', ')}`);
  const environments = Object.keys(set.policy.doc.environments);
  if (!environments.includes(environment))
    throw new Failure('notFound', `There is no environment ${environment}; there is: ${environments.join(', ')}`);
  return rule;
}
