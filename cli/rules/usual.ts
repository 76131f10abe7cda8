import { approvalDefaults, guardDefaults, guardLimitDefaults, verifyDefaults } from '../../domain/guard-defaults.js';
import type { Policy } from '../../rules/language/policy.js';
import type { RuleSet } from '../../rules/language/set.js';

/** What holds where a rule says nothing: the policy's figure, or the product's. `undefined`: nothing does. */
export function usualInRule(place: string, { policy }: Pick<RuleSet, 'policy'>): string | number | boolean | undefined {
  const company: Policy['guards'] = policy.doc.guards;
  if (/^mode\.[^.]+$/.test(place)) return 'observe';
  const usual: Readonly<Record<string, string | number | boolean>> = {
    'guards.firingFor': company?.firingFor?.default ?? guardDefaults.firingFor,
    'guards.cooldown': company?.cooldown?.default ?? guardDefaults.cooldown,
    'guards.budget': company?.budget?.default ?? guardDefaults.budget,
    'guards.sameFix': company?.sameFix?.default ?? guardDefaults.sameFix,
    'guards.healthy': company?.healthy?.default ?? guardDefaults.healthy,
    'guards.deploys.after': company?.deploys?.after ?? guardDefaults.deploys,
    'guards.startBy': guardDefaults.startBy,
    'guards.onAcknowledge': 'standDown',
    'approval.count': approvalDefaults.count,
    'approval.expiresIn': approvalDefaults.expiresIn,
    'verify.for': verifyDefaults.for,
    'verify.within': verifyDefaults.within,
    'rollout.maxErrors': 0,
    'report.pagerduty.resolve': 'never',
    'report.servicenow.resolve': 'never',
    'report.grafana.annotate': true,
    'report.grafana.silence': true,
  };
  return usual[place.replace(/^ladder\.\d+\.(?=verify\.)/, '')];
}

const ofPolicy: Readonly<Record<string, string>> = {
  'guards.firingFor.default': guardDefaults.firingFor,
  'guards.firingFor.limit': guardLimitDefaults.firingFor,
  'guards.cooldown.default': guardDefaults.cooldown,
  'guards.cooldown.limit': guardLimitDefaults.cooldown,
  'guards.budget.default': guardDefaults.budget,
  'guards.budget.limit': guardLimitDefaults.budget,
  'guards.budget.service': guardDefaults.serviceBudget,
  'guards.budget.all': guardDefaults.allBudget,
  'guards.sameFix.default': guardDefaults.sameFix,
  'guards.healthy.default': guardDefaults.healthy,
  'guards.brake.domain': guardDefaults.brakeDomain,
  'guards.brake.unverified': guardDefaults.brakeUnverified,
  'guards.brake.all': guardDefaults.brakeAll,
  'guards.deploys.after': guardDefaults.deploys,
  'approval.signals': 'count',
};

/** The same for a policy. */
export const usualInPolicy = (place: string): string | undefined => ofPolicy[place];

/** And for a runbook. */
export const usualInRunbook = (place: string): string | undefined => (place === 'timeout' ? verifyDefaults.timeout : undefined);
