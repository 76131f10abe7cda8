import { parseBudget, parseDuration, parseShare } from '../../domain/duration.js';
import { approvalDefaults, guardDefaults, guardLimitDefaults as limits } from '../../domain/guard-defaults.js';
import type { Policy } from './policy.js';
import type { Problem } from './problem.js';
import type { Rule } from './rule.js';
import type { Path } from './yaml.js';

type Says = (path: Path, text: string) => Problem;
interface Budget {
  count: number;
  perMs: number;
}

/** A rule may always tighten a guard; loosen it only with `because`, and never beyond the policy's limit. */
export function checkRuleGuards(doc: Rule, policy: Policy, says: Says): Problem[] {
  const guards = doc.guards ?? {};
  const problems: Problem[] = [];
  const explain = (key: string, looser: boolean, beyond: boolean, usual: string, limit: string): void => {
    const value = String(guards[key as 'cooldown']);
    if (beyond)
      problems.push(
        says(['guards', key], `guards.${key} ${value} is looser than the policy allows (${limit}); write ${limit} or stricter`),
      );
    else if (looser && !guards.because)
      problems.push(
        says(['guards', key], `guards.${key} ${value} is looser than usual (${usual}); say why in guards.because, or remove it`),
      );
  };
  for (const key of ['firingFor', 'cooldown'] as const) {
    const value = guards[key];
    if (value === undefined) continue;
    const usual = policy.guards?.[key]?.default ?? guardDefaults[key];
    const limit = policy.guards?.[key]?.limit ?? limits[key];
    explain(key, ms(value) < ms(usual), ms(value) < ms(limit), usual, limit);
  }
  if (guards.budget !== undefined) {
    const usual = policy.guards?.budget?.default ?? guardDefaults.budget;
    const limit = policy.guards?.budget?.limit ?? limits.budget;
    explain('budget', !within(guards.budget, usual), !within(guards.budget, limit), usual, limit);
  }
  return [...problems, ...onlyTightened(doc, policy, says)];
}

/** Figures that no reason makes looser. */
function onlyTightened(doc: Rule, policy: Policy, says: Says): Problem[] {
  const guards = doc.guards ?? {};
  const problems: Problem[] = [];
  if (guards.startBy !== undefined && ms(guards.startBy) > ms(guardDefaults.startBy))
    problems.push(
      says(
        ['guards', 'startBy'],
        `guards.startBy ${guards.startBy} is later than ${guardDefaults.startBy} after the alert, when people are paged; it can only be shortened`,
      ),
    );
  const usualAfter = policy.guards?.deploys?.after ?? guardDefaults.deploys;
  if (guards.deploys !== undefined && ms(guards.deploys.after) < ms(usualAfter))
    problems.push(
      says(
        ['guards', 'deploys', 'after'],
        `guards.deploys.after ${guards.deploys.after} is shorter than usual (${usualAfter}); it can only be made longer`,
      ),
    );
  const usualFix = policy.guards?.sameFix?.default ?? guardDefaults.sameFix;
  if (guards.sameFix !== undefined && !within(guards.sameFix, usualFix))
    problems.push(
      says(['guards', 'sameFix'], `guards.sameFix ${guards.sameFix} is looser than usual (${usualFix}); it can only be lowered`),
    );
  const usualShare = policy.guards?.healthy?.default ?? guardDefaults.healthy;
  if (guards.healthy !== undefined && (parseShare(guards.healthy) ?? 0) < (parseShare(usualShare) ?? 0))
    problems.push(
      says(['guards', 'healthy'], `guards.healthy ${guards.healthy} is less than usual (${usualShare}); it can only be raised`),
    );
  if (doc.approval?.expiresIn !== undefined && ms(doc.approval.expiresIn) > ms(approvalDefaults.expiresIn))
    problems.push(
      says(
        ['approval', 'expiresIn'],
        `approval.expiresIn ${doc.approval.expiresIn} is longer than ${approvalDefaults.expiresIn}; it can only be shortened`,
      ),
    );
  return problems;
}

const ms = (text: string): number => parseDuration(text) ?? 0;

/** Not more at once, and not more in the long run. */
function within(text: string, bound: string): boolean {
  const [a, b]: Budget[] = [text, bound].map((budget) => parseBudget(budget) ?? { count: 0, perMs: 1 }) as [Budget, Budget];
  return !!a && !!b && a.count <= b.count && a.count / a.perMs <= b.count / b.perMs;
}
