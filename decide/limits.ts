import { parseBudget, parseDuration, parseShare } from '../domain/duration.js';
import { approvalDefaults, guardDefaults, verifyDefaults } from '../domain/guard-defaults.js';
import type { ApprovalTerms, Budget, GuardLimits, PlannedVerification } from '../domain/plan.js';
import type { LoadedRule, LoadedStep, RuleSet } from '../rules/language/set.js';
import type { Runbook } from '../rules/language/runbook.js';
import { type Caps, capsOf, paceOf } from './profiles.js';

const ms = (text: string): number => parseDuration(text) ?? 0;
const budget = (text: string): Budget => parseBudget(text) ?? { count: 0, perMs: 1 };
const share = (text: string): number => parseShare(text) ?? 1;

/** Default, then policy, then rule, then the profile's cap; each figure with who set it. */
export function guardLimits(set: RuleSet, rule: LoadedRule): GuardLimits {
  const own = rule.doc.guards ?? {};
  const company = set.policy.doc.guards ?? {};
  const setBy: Record<string, string> = {};
  const pick = (key: string, ofRule: string | undefined, ofPolicy: string | undefined, usual: string): string => {
    setBy[key] =
      ofRule !== undefined
        ? rule.at
        : ofPolicy !== undefined
          ? (set.policy.setAt[policyKeys[key] ?? ''] ?? set.policy.at)
          : 'default';
    return ofRule ?? ofPolicy ?? usual;
  };
  const firingForMs = ms(pick('firingFor', own.firingFor, company.firingFor?.default, guardDefaults.firingFor));
  const capped = capsOf(set).firingForMs;
  if (firingForMs > capped) setBy.firingFor = `profile ${paceOf(set).profile}`;
  return {
    firingForMs: Math.min(firingForMs, capped),
    cooldownMs: ms(pick('cooldown', own.cooldown, company.cooldown?.default, guardDefaults.cooldown)),
    budget: {
      rule: budget(pick('budget.rule', own.budget, company.budget?.default, guardDefaults.budget)),
      service: budget(pick('budget.service', undefined, company.budget?.service, guardDefaults.serviceBudget)),
      all: budget(pick('budget.all', undefined, company.budget?.all, guardDefaults.allBudget)),
      ...teamBudget(set, rule),
    },
    sameFix: budget(pick('sameFix', own.sameFix, company.sameFix?.default, guardDefaults.sameFix)),
    healthyShare: share(pick('healthy', own.healthy, company.healthy?.default, guardDefaults.healthy)),
    brake: capsOf(set).brake ?? {
      domain: budget(pick('brake', undefined, company.brake?.domain, guardDefaults.brakeDomain)),
      unverified: budget(company.brake?.unverified ?? guardDefaults.brakeUnverified),
      all: budget(company.brake?.all ?? guardDefaults.brakeAll),
    },
    freshMs: ms(guardDefaults.fresh),
    onAcknowledge: pick('onAcknowledge', own.onAcknowledge, undefined, 'standDown') as GuardLimits['onAcknowledge'],
    startByMs: ms(pick('startBy', own.startBy, undefined, guardDefaults.startBy)),
    deploysMs: ms(pick('deploys', own.deploys?.after, company.deploys?.after, guardDefaults.deploys)),
    deploysFrom: company.deploys?.from ?? [],
    setBy,
  };
}

/** What the policy gives the rule's team beside the budgets of all. */
function teamBudget({ policy }: RuleSet, { doc }: LoadedRule): { team?: Budget } {
  const own = policy.doc.teams[doc.owner]?.budget;
  return own === undefined ? {} : { team: budget(own) };
}

const policyKeys: Readonly<Record<string, string>> = {
  firingFor: 'guards.firingFor.default',
  cooldown: 'guards.cooldown.default',
  deploys: 'guards.deploys.after',
  sameFix: 'guards.sameFix.default',
  healthy: 'guards.healthy.default',
  brake: 'guards.brake.domain',
  'budget.rule': 'guards.budget.default',
  'budget.service': 'guards.budget.service',
  'budget.all': 'guards.budget.all',
};

/** Two people where something may be lost; never fewer than the rule asks for. */
export function approvalTerms(set: RuleSet, rule: LoadedRule, destructive: boolean): ApprovalTerms {
  const asked = rule.doc.approval;
  return {
    from: 'on-call',
    count: Math.max(asked?.count ?? approvalDefaults.count, destructive ? approvalDefaults.destructiveCount : 1),
    expiresInMs: ms(asked?.expiresIn ?? approvalDefaults.expiresIn),
    signals: set.policy.doc.approval?.signals ?? 'count',
  };
}

/**
 * The alert cleared and the runbook's check. A `verify` that names a check takes the alert's place (the alert may have no metric
 * that could clear), unless it says `alert: cleared` as well; the runbook's own check is never left out.
 */
export function verification(set: RuleSet, step: LoadedStep, runbook: Runbook): PlannedVerification {
  const { verify } = step;
  const caps = capsOf(set);
  const named = verify?.check === undefined ? [] : [{ check: verify.check, params: verify.with ?? {} }];
  const own = runbook.check === undefined || runbook.check === verify?.check ? [] : [{ check: runbook.check, params: {} }];
  return {
    alertCleared: verify?.alert === 'cleared' || verify?.check === undefined,
    checks: [...own, ...named],
    forMs: Math.min(ms(verify?.for ?? verifyDefaults.for), caps.verifyForMs),
    withinMs: Math.min(ms(verify?.within ?? verifyDefaults.within), caps.verifyWithinMs),
  };
}

export const effectTimeout = (runbook: Runbook, caps: Caps): number =>
  Math.min(ms(runbook.timeout ?? verifyDefaults.timeout), caps.timeoutMs);
