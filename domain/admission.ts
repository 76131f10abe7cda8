import type { Alert, Witness } from './alert.js';
import type { Approval } from './approval.js';
import type { DeployFacts } from './deploy.js';
import type { Hold } from './hold.js';
import type { Incident } from './incident.js';
import type { ApprovalTerms, GuardLimits, Mode, PlanStep } from './plan.js';
import type { GuardVerdict } from './permit.js';
import type { Target } from './target.js';

/** An effect that was permitted before, as the guards see it. */
export interface PastEffect {
  incident: string;
  rule: string;
  service: string;
  action: string;
  targetId: string;
  /** Epoch milliseconds of consumption. */
  at: number;
}

/** What admission reads from rows, under its locks. */
export interface AdmissionState {
  /** Epoch milliseconds by the ledger's clock, which is one for all workers; where it is given, guards judge by it. */
  now?: number;
  /** Consumed permits of the longest window that any guard asks for, newest first. */
  effects: PastEffect[];
  /** Who has this target now, if anybody: a run with an unfinished permit. */
  targetHeldBy: { incident: string; since: number } | undefined;
  holds: Hold[];
  approvals: Approval[];
}

/** What admission read outside: everything a guard may look at. Nothing here comes from the caller unread. */
export interface GuardFacts {
  /** Epoch milliseconds. */
  now: number;
  /** Our id of this incident. */
  incidentId: string;
  incident: Incident;
  alert: Alert;
  witness: Witness;
  target: Target;
  step: PlanStep;
  rule: string;
  environment: string;
  mode: Mode;
  planHash: string;
  approval: ApprovalTerms;
  /** Lines of `require`, the runbook's and the rule's, evaluated over the target just read. */
  required: { text: string; holds: boolean; found: string }[];
  /** Tags and ARNs that nothing may ever touch. */
  protected: { tag?: Record<string, string>; arn?: string }[];
  /** The tag that a target must carry. */
  optInTag: { key: string; value: string };
  /** Ids that are ourselves at the source: our own acknowledgement is nobody's. */
  ourselves: string[];
  /** Epoch milliseconds: when the alert began for us. */
  alertStartedAt: number;
  /** Deployments of this incident's service and target, as far as anybody could tell. */
  deploys: DeployFacts;
  /** `false` where this effect is the first of its ladder. */
  laterStep: boolean;
}

/** When a guard is asked: before anybody is woken, in admission, and before what was done is put back. */
export type Asked = 'preview' | 'admission' | 'undo';

/** One guard: a pure function, its default and its sentence. */
export interface Guard {
  id: string;
  /** What it prevents, in one sentence; shown in the reference, in `explain` and in refusals. */
  sentence: string;
  asked: readonly Asked[];
  judge: (facts: GuardFacts, state: AdmissionState, limits: GuardLimits) => Omit<GuardVerdict, 'guard' | 'setBy'>;
}
