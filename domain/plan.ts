import type { Alert, Witness } from './alert.js';
import type { Incident, IncidentRef } from './incident.js';
import type { Hash, JsonObject } from './json.js';
import type { RulesRevision } from './rules-revision.js';
import type { Target } from './target.js';

export type Mode = 'observe' | 'approve' | 'auto';
export type Risk = 'additive' | 'disruptive' | 'destructive';
/** What a repeat of the call does, and so what may be done when its answer was lost. */
export type Idempotency = 'token' | 'named' | 'absolute' | 'marker' | 'at-most-once';

export const riskOrder: readonly Risk[] = ['additive', 'disruptive', 'destructive'];
export const modeOrder: readonly Mode[] = ['observe', 'approve', 'auto'];

export const highestRisk = (one: Risk, other: Risk): Risk => (riskOrder.indexOf(one) > riskOrder.indexOf(other) ? one : other);

/** A named read that says whether things are well. */
export interface PlannedCheck {
  check: string;
  params: JsonObject;
}

export interface PlannedVerification {
  /** Wait until the alert's own source says that it is over. */
  alertCleared: boolean;
  checks: PlannedCheck[];
  /** How long all of it must hold without a break. */
  forMs: number;
  /** By when, counted from the end of the effect. */
  withinMs: number;
}

/** One step of the ladder: one runbook on one target. */
export interface PlanStep {
  index: number;
  runbook: string;
  runbookHash: string;
  /** Activity type of the effect: the workflow calls it by this string. */
  action: string;
  /** Whether `<action>.wait` exists. */
  waits: boolean;
  params: JsonObject;
  risk: Risk;
  idempotency: Idempotency;
  /** How long the effect may run before the wait gives up. */
  timeoutMs: number;
  verify: PlannedVerification;
  undo: 'none' | 'restore';
  /** So long after the incident has been closed, what was added is given back, if it is still ours. Milliseconds. */
  giveBackMs?: number;
  /** Whether `<action>.stop` exists: what has begun can be stopped when the run is cancelled. */
  stops?: boolean;
  /** While the effect runs: as soon as this reads not well, it is stopped. */
  stopOn?: PlannedCheck;
  /** What it loses or leaves behind, for whoever approves. */
  warns?: string | undefined;
  /** What it will do, for people: `SSM Automation OpsSentinel-RestartInstance version 7`. */
  says: string;
}

/** The figures that the guards judge by, after policy, rule and profile have been joined. Milliseconds. */
export interface GuardLimits {
  firingForMs: number;
  cooldownMs: number;
  budget: { rule: Budget; service: Budget; all: Budget; team?: Budget };
  /** So many effects of one runbook on one target that did not help: then the rule asks. */
  sameFix: Budget;
  /** The share of a group that stays well while one of it is acted on: 0 to 1. */
  healthyShare: number;
  /** What is too much at once: incidents of one failure domain, effects of one action that did not help, incidents in all. */
  brake: { domain: Budget; unverified: Budget; all: Budget };
  /** What a decision rests on may be so old at its effect. */
  freshMs: number;
  onAcknowledge: 'standDown' | 'ask';
  startByMs: number;
  /** How long after a deployment its service is left alone. */
  deploysMs: number;
  /** Sources of deployments that must be readable, as the policy names them; empty: none is named. */
  deploysFrom: string[];
  /** Where each figure came from, e.g. `default`, `rule`, `opssentinel.yaml:22`. */
  setBy: Record<string, string>;
}

export interface Budget {
  count: number;
  perMs: number;
}

export interface ApprovalTerms {
  /** `on-call`: whom the source has on call for this incident now. */
  from: 'on-call';
  count: number;
  expiresInMs: number;
  /** What a bare Temporal signal is worth here. */
  signals: 'count' | 'refuse';
}

/** How fast this profile polls, beats and waits; frozen into the plan so that history records it. */
export interface Pace {
  profile: 'standard' | 'sandbox' | 'bench';
  pollMs: number;
  heartbeatMs: number;
  /** Pause between two of the three read-backs of `adopt`. */
  adoptEveryMs: number;
}

/** Several targets, a few at a time: the next batch begins when the one before is seen to have helped. */
export interface Rollout {
  each: { target: Target; selector: Record<string, string>; steps: PlanStep[] }[];
  /** How many at once, batch by batch; together as many as there are targets. */
  batches: number[];
  /** With more that did not help it ends. */
  maxErrors: number;
}

/** The plan as it is for one of its targets, by id; without one, or where there is only one, the plan itself. `undefined`: it has no such target. */
export function aimedAt(plan: Plan, target: string | undefined): Plan | undefined {
  if (target === undefined || target === plan.target.id) return plan;
  const one = plan.rollout?.each.find((each) => each.target.id === target);
  return one && { ...plan, ...one };
}

/** The targets of each batch, by id. One target is one batch. */
export function batchesOf({ target, rollout }: Plan): string[][] {
  if (!rollout) return [[target.id]];
  let next = 0;
  return rollout.batches.map((size) => rollout.each.slice(next, (next += size)).map((each) => each.target.id));
}

/** What is going to be done, on what, by whose word. A value: computed once, pinned by its hash, shown to people. */
export interface Plan {
  ref: IncidentRef;
  rule: { name: string; logicHash: string; fileHash: string; at: string };
  /** Who answers for the rule. */
  team: string;
  /** Hash of the whole loaded set: rules, runbooks and policy. */
  rulesHash: string;
  environment: string;
  mode: Mode;
  /** Why the mode is less than the rule asks for, if it is. */
  modeBecause?: string;
  target: Target;
  /** By which the target was found, and is found again. */
  selector: Record<string, string>;
  steps: PlanStep[];
  /** Where there are several targets: all of them, in the order in which they are acted on. `target` and `steps` are then the first one's. */
  rollout?: Rollout;
  limits: GuardLimits;
  approval: ApprovalTerms;
  report: {
    /** The incident, where it lives. */
    resolve: 'never' | 'whenVerified';
    /** The ServiceNow ticket that goes with it; absent: never. */
    servicenow?: 'whenVerified';
    /** The channel that is told; absent: that of the rule's team, if the policy names one. */
    slack?: string;
    /** What Grafana is not told; absent: whatever the installation has it told. */
    grafana?: { annotate?: false; silence?: false };
  };
  pace: Pace;
  /** SHA-256 over all of the above but the target's moving facts and places in files. Hex. People see the first eight characters. */
  hash: string;
}

/**
 * The part of a plan that approvals pin: everything but what moves by itself between two reads, and where in which file a word stands:
 * a comment above a rule must not undo what a human has approved. `canonical` leaves out members that are `undefined`.
 */
export function planHash(plan: Omit<Plan, 'hash'>, canonical: (value: unknown) => string, hash: Hash): string {
  const { target, rule, limits, rollout, ...rest } = plan;
  const { at: _at, ...content } = rule;
  const { setBy: _setBy, ...figures } = limits;
  const several = rollout && { ...rollout, each: rollout.each.map((each) => ({ ...each, target: still(each.target) })) };
  return hash(canonical({ ...rest, rule: content, limits: figures, target: still(target), rollout: several }));
}

/** A target without what moves by itself between two reads. */
const still = ({ facts: _facts, readAt: _readAt, tags: _tags, ...pinned }: Target): Omit<Target, 'facts' | 'readAt' | 'tags'> =>
  pinned;

export const shortHash = (hash: string): string => hash.slice(0, 8);

/** One line of a rule, and what it came to. */
export interface Condition {
  /** Dotted place in the rule: `when.0`, `unless.1`, `target`, `ladder.0.with.path`. */
  place: string;
  text: string;
  /** `error`: could not be evaluated. */
  result: 'yes' | 'no' | 'error';
  /** The values it read, or what was missing. */
  found: string;
  /** Whether this result lets the rule through. */
  holds: boolean;
}

/** Why a rule matched or did not. */
export interface RuleVerdict {
  rule: string;
  at: string;
  matched: boolean;
  conditions: Condition[];
  /** First place that failed, when it did not match. */
  failedAt?: string;
}

/** What the rules concluded, with everything they concluded it from. The whole result of the activity `decide`. */
export type Decision = {
  incident: Incident;
  alert: Alert;
  witness: Witness;
  verdicts: RuleVerdict[];
  rulesHash: string;
  /** At which commit those rules were, and who signed. */
  revision?: RulesRevision;
} & (
  | { concluded: 'act' | 'ask' | 'observe'; plan: Plan }
  /** `place`: of what a rule that only observes would have been refused for. */
  | { concluded: 'nothing'; because: string; place?: string }
  /** Somebody must look: two rules match, a target cannot be resolved, a parameter is refused. Nobody acts. */
  | { concluded: 'refuse'; because: string; place: string; rule?: string }
);

/** The plan of a decision, where it has one. */
export const planIn = (decision: Decision | undefined): Plan | undefined =>
  decision && 'plan' in decision ? decision.plan : undefined;
