import type { ApprovalAnswer, ApprovalRequest } from '../domain/approval.js';
import type { Delivery, Trust } from '../domain/delivery.js';
import type { Adoption, EffectEnd, EffectStart } from '../domain/effect.js';
import type { IncidentRef } from '../domain/incident.js';
import type { Admission, GuardVerdict } from '../domain/permit.js';
import type { Decision, PlannedVerification } from '../domain/plan.js';
import type { Ending, Story } from '../domain/story.js';
import type { Verification } from '../domain/verification.js';

/** What every activity is told about the run that calls it. */
export interface About {
  /** Our id: `pagerduty:Q0HX2R9`. */
  incident: string;
  ref: IncidentRef;
  trust: Trust;
}

export interface DecideInput extends About {
  delivery: Delivery;
}

export type Decided =
  | { kind: 'decided'; decision: Decision }
  /** Nothing to decide: it is not open any more, or another run has the same alert. */
  | { kind: 'over'; outcome: 'ignored' | 'resolved-itself' | 'joined'; says: string; joinedTo?: string };

/** One step of the ladder of one pinned plan. Everything else is derived again from it, never taken from the caller. */
export interface StepInput extends About {
  planHash: string;
  step: number;
}

export interface JudgeInput extends About {
  planHash: string;
  /** How the request came: `update` or `signal`. */
  via: 'update' | 'signal';
  request: ApprovalRequest;
}

export interface Judged {
  answer: ApprovalAnswer;
  /** Enough people have approved; or one has rejected. */
  settled?: 'approved' | 'rejected';
  /** For people: `approved by ada@example (api)`. */
  says: string;
}

export interface VerifyInput extends About {
  planHash: string;
  step: number;
  attemptKey: string;
  verify: PlannedVerification;
}

/** All that an effect activity is told. Its parameters come from the permit's row, not from here. */
export interface EffectInput {
  incident: string;
  attemptKey: string;
  planHash: string;
  paramsHash: string;
  ruleHash: string;
  runbookHash: string;
}

/** What to wait for stands in the permit's row, not here. */
export interface WaitInput {
  incident: string;
  attemptKey: string;
}

export interface AskInput extends About {
  planHash: string;
  because: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  reminder: boolean;
}

export interface ReportInput extends About {
  ending: Ending;
  story: Story;
}

export interface DecideActivities {
  decide: (input: DecideInput) => Promise<Decided>;
  /** "Would you admit?", before anybody is woken. Only what refuses counts; missing approval does not. */
  preview: (input: StepInput) => Promise<GuardVerdict[]>;
  admit: (input: StepInput) => Promise<Admission>;
  judgeApproval: (input: JudgeInput) => Promise<Judged>;
  /** Polls, with heartbeats, until well for long enough or too late. */
  verify: (input: VerifyInput) => Promise<Verification>;
}

export interface TellActivities {
  /** Tells the people on call that their word is wanted. */
  ask: (input: AskInput) => Promise<void>;
  /** Note, resolve or escalation, and the outcome's row. */
  report: (input: ReportInput) => Promise<{ says: string }>;
}

/** Made once per action: `<id>`, `<id>.adopt` and, where the action waits, `<id>.wait`. */
export type StartEffect = (input: EffectInput) => Promise<EffectStart>;
export type WaitEffect = (input: WaitInput) => Promise<EffectEnd>;
/** Reads back three times; where absence is proven and the class allows it, `rearmed` says that the same key may start again. */
export type AdoptEffect = (input: EffectInput) => Promise<Adoption & { rearmed: boolean }>;
