import type { Alert, Witness } from './alert.js';
import type { Approval } from './approval.js';
import type { CalendarFacts } from './calendar.js';
import type { DeployFacts } from './deploy.js';
import type { Hold } from './hold.js';
import type { Incident } from './incident.js';
import type { ApprovalTerms, GuardLimits, Mode, PlanStep } from './plan.js';
import type { GuardVerdict } from './permit.js';
import type { Surroundings } from './surroundings.js';
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
  /** The runbook's name; empty where it is not known. */
  runbook: string;
  /** The team that answers for the rule; empty where it is not known. */
  team: string;
  /** `undefined`: not verified yet, or never. */
  verified?: boolean;
  /** Epoch milliseconds. */
  verifiedAt?: number;
  /** How it ended; absent: it has not, or nobody wrote it down. */
  status?: string;
  /** Epoch milliseconds: when it ended, or where nothing tells that, when it was used; absent: it has not been. */
  overAt?: number;
  /** Epoch milliseconds: by then it was to be known whether it helped. Absent: it is never verified, for it puts something back. */
  verifyBy?: number;
  /** What the vendor calls the deployment that it began; absent: it began none, as far as is known. */
  deployment?: string;
}

/** An incident that we began lately and that had a plan, or none. */
export interface RecentIncident {
  incident: string;
  /** Epoch milliseconds. */
  at: number;
  /** `<account>/<region>/<service>` of its target; empty where it had none. */
  failureDomain: string;
}

/** A brake or a demotion that a human has lifted: what was counted before does not count again. */
export interface LiftedHold {
  kind: Hold['kind'];
  scope: string;
  /** Epoch milliseconds. */
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
  /** Who acts on another target of the same failure domain, if anybody: a run with an unfinished permit there. */
  domainHeldBy: { incident: string; since: number } | undefined;
  /** Incidents of the longest window that the brake asks for, newest first; those that joined another are not among them. */
  incidents: RecentIncident[];
  /** Brakes and demotions lifted within the longest window that any guard asks for. */
  lifted: LiftedHold[];
  holds: Hold[];
  approvals: Approval[];
}

/** What admission read outside: everything a guard may look at. Nothing here comes from the caller unread. */
export interface GuardFacts {
  /** Epoch milliseconds. */
  now: number;
  /** The same moment by the clock of whoever read the facts: their dates are compared with it. Epoch milliseconds. */
  readNow: number;
  /** Our id of this incident. */
  incidentId: string;
  incident: Incident;
  alert: Alert;
  witness: Witness;
  target: Target;
  /** How many targets the plan acts on, this one included; absent: this one alone. */
  together?: number;
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
  /** Our own parts, as patterns of ids: never a target. */
  own: readonly string[];
  /** The tag that a target must carry. */
  optInTag: { key: string; value: string };
  /** Ids that are ourselves at the source: our own acknowledgement is nobody's. */
  ourselves: string[];
  /** Epoch milliseconds: when the alert began for us. */
  alertStartedAt: number;
  /** Deployments of this incident's service and target, as far as anybody could tell. */
  deploys: DeployFacts;
  /** Freezes, maintenance windows and change calendars. */
  calendars: CalendarFacts;
  /** The group that the target belongs to, and who works on it. */
  surroundings: Surroundings;
  /** The team that answers for the rule, and the ground that the policy gives it; absent members: all of the environment. */
  team: { name: string; accounts?: readonly string[]; regions?: readonly string[]; tags?: Readonly<Record<string, string>> };
  /** Whose verified word counts now, by every name that they have (id, address), lower case. Empty: nobody's. */
  approvers: readonly string[];
  /** Who asked for this: their own word does not count. Lower case. */
  requesters: readonly string[];
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
