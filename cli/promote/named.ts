import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import { Failure } from '../failure.js';

/** The one rule of that name, and the environment that is meant. */
export function ruleIn(set: RuleSet, name: string, environment: string): LoadedRule {
  const rule = set.rules.find((one) => one.name === name);
  if (!rule) throw new Failure('notFound', `There is no rule ${name}; there is: ${set.rules.map((one) => one.name).join(', ')}`);
  const environments = Object.keys(set.policy.doc.environments);
  if (!environments.includes(environment))
    throw new Failure('notFound', `There is no environment ${environment}; there is: ${environments.join(', ')}`);
  return rule;
}
