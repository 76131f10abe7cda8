import { matchAndAim } from '../../decide/decide.js';
import { approvalTerms } from '../../decide/limits.js';
import type { Catalogue } from '../../domain/catalogue.js';
import { approvalDefaults } from '../../domain/guard-defaults.js';
import { aimedAt, batchesOf, type Decision, type Plan, planIn } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import { duration, listed } from '../../domain/words.js';
import type { RuleSet } from '../../rules/language/set.js';
import { type CaseFacts, decideAgain } from '../explain-case.js';
import { sha256 } from '../installation.js';
import { type Assumed, assumedPlan } from './assumed.js';
import { type PreviewStep, shownSteps } from './step.js';

/** What would be done, and that nothing was. */
export interface Preview {
  done: 'nothing';
  concluded: Decision['concluded'] | 'unknown';
  /** In words: what would happen now. */
  says: string;
  rule?: { name: string; at: string; team: string };
  environment?: string;
  mode?: string;
  modeBecause?: string;
  /** Whole; absent where the target was not read: it is part of the hash. */
  planHash?: string;
  /** In the order in which they would be acted on; `read`: as it was read when it was decided. */
  targets: { name: string; type: string; account: string; region: string; read: boolean }[];
  /** Where there are several: how many at once. */
  batches?: number[];
  /** What must hold when the target is read; empty where it was read. */
  requires: string[];
  steps: PreviewStep[];
  approval?: { count: number; who: string; expiresIn: string; says: string };
  resolves?: boolean;
}

/** From a decision that was made on what was read: nothing is read again. */
export function previewOf(decision: Decision, catalogue: Catalogue, approvers: (team: string) => string | undefined): Preview {
  const plan = planIn(decision);
  if (!plan) return without(decision);
  const targets = batchesOf(plan)
    .flat()
    .flatMap((id) => aimedAt(plan, id)?.target ?? []);
  return {
    ...ofPlan(plan, approvers(plan.team)),
    concluded: decision.concluded,
    says: concludedWords(decision.concluded, plan),
    planHash: plan.hash,
    targets: targets.map((target) => shownTarget(target, true)),
    ...(plan.rollout ? { batches: plan.rollout.batches } : {}),
    requires: [],
    steps: shownSteps(plan, catalogue),
  };
}

/** From a recording, under these rules. What its target is like nobody knows here: that is said, and what depends on it is left open. */
export function previewUnder(facts: CaseFacts, set: RuleSet, catalogue: Catalogue): Preview {
  const approvers = approversIn(set);
  if (facts.target) return previewOf(decideAgain(facts, set, catalogue, sha256), catalogue, approvers);
  const { incident, alert, witness } = facts;
  const { chosen } = matchAndAim({ set, catalogue, incident, alert, witness });
  if (!chosen) return without(decideAgain(facts, set, catalogue, sha256));
  const assumed = assumedPlan({ facts, chosen, set, catalogue });
  const { rule, environment } = chosen;
  const named = chosen.tagged
    ? Object.entries(chosen.tagged.tags).map((tag) => tag.join('='))
    : [Object.values(chosen.selector).join(' / ')];
  const mode = assumed.plan?.mode ?? rule.doc.mode?.[environment] ?? 'observe';
  return {
    ...(assumed.plan ? ofPlan(assumed.plan, approvers(rule.doc.owner)) : ofRule(assumed, approvers(rule.doc.owner), set)),
    mode,
    environment,
    concluded: 'unknown',
    says: `${modeWords(mode)}, if the target is what the rule and its runbooks require`,
    targets: [
      {
        name: chosen.tagged ? `every one that carries ${listed(named)}, ${chosen.tagged.max} at most` : (named[0] ?? ''),
        type: chosen.targetType,
        account: chosen.account,
        region: chosen.region,
        read: false,
      },
    ],
    requires: assumed.requires,
    steps: assumed.plan ? shownSteps(assumed.plan, catalogue) : assumed.steps,
  };
}

export const approversIn =
  (set: Pick<RuleSet, 'policy'> | undefined) =>
  (team: string): string | undefined =>
    set?.policy.doc.teams[team]?.approvers?.join(', ');

const without = (decision: Decision): Preview => ({
  done: 'nothing',
  concluded: decision.concluded,
  says: `nothing would be done: ${'because' in decision ? decision.because : 'there is no plan'}`,
  targets: [],
  requires: [],
  steps: [],
});

function ofPlan(
  plan: Plan,
  named: string | undefined,
): Pick<Preview, 'done' | 'rule' | 'environment' | 'mode' | 'modeBecause' | 'approval' | 'resolves'> {
  return {
    done: 'nothing',
    rule: { name: plan.rule.name, at: plan.rule.at, team: plan.team },
    environment: plan.environment,
    mode: plan.mode,
    ...(plan.modeBecause === undefined ? {} : { modeBecause: plan.modeBecause }),
    approval: approvalWords(plan.approval, plan.mode, named),
    resolves: plan.report.resolve === 'whenVerified',
  };
}

function ofRule(
  { rule }: Assumed,
  named: string | undefined,
  set: RuleSet,
): Pick<Preview, 'done' | 'rule' | 'approval' | 'resolves'> {
  return {
    done: 'nothing',
    rule: { name: rule.name, at: rule.at, team: rule.doc.owner },
    approval: approvalWords(approvalTerms(set, rule, false), 'approve', named),
    resolves: rule.doc.report?.pagerduty?.resolve === 'whenVerified',
  };
}

function approvalWords(
  { count, expiresInMs }: Pick<Plan['approval'], 'count' | 'expiresInMs'>,
  mode: string,
  named: string | undefined,
): NonNullable<Preview['approval']> {
  const who = named ?? 'whoever is on call for the incident when it is asked';
  const needed = mode === 'approve' ? 'needed' : mode === 'auto' ? 'only where a guard asks for it' : 'none: it only observes';
  const people = count === approvalDefaults.count ? 'one person' : `${count} different people`;
  return {
    count,
    who,
    expiresIn: duration(expiresInMs),
    says: `${needed}; ${people} of: ${who}; waits ${duration(expiresInMs)}, then pages and never runs`,
  };
}

function concludedWords(concluded: Decision['concluded'], plan: Plan): string {
  const because = plan.modeBecause === undefined ? '' : ` (${plan.modeBecause})`;
  return `${modeWords(concluded === 'act' ? 'auto' : concluded === 'ask' ? 'approve' : 'observe')}${because}`;
}

const modeWords = (mode: string): string =>
  mode === 'auto'
    ? 'it would act by itself, once every guard allows it'
    : mode === 'approve'
      ? 'it would ask people, and act only when they say yes and every guard allows it'
      : 'it would only observe: nothing would be done';

const shownTarget = ({ name, type, account, region }: Target, read: boolean) => ({ name, type, account, region, read });
