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
  /** Id of one of the plan's targets; absent where it has one. */
  target?: string;
}

/** Which effect is to be put back, and why: it did not help, or it is not needed any more. */
export interface UndoInput extends StepInput {
  /** Of the effect. */
  attemptKey: string;
  why: 'undo' | 'giveBack';
}

export interface UndoAdmission {
  admission: Admission;
  /** What puts it back: the activity's name, and what else there is of it. */
  action: string;
  waits: boolean;
  stops: boolean;
  /** `back to 4`, or why not. */
  says: string;
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
  /** As in `StepInput`. */
  target?: string;
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
  /** It puts back: the timeline shows it so. */
  undoes?: boolean;
}

/** What to wait for stands in the permit's row, not here. */
export interface WaitInput {
  incident: string;
  attemptKey: string;
  undoes?: boolean;
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
  /** Whoever asks takes the answer's `labelled` for it, and begins no run for the label then. */
  labels?: boolean;
}

export interface Reported {
  says: string;
  /** The label is written, and nobody is to be asked or told for it. */
  labelled?: boolean;
}

export interface GaveBackInput extends About {
  says: string;
  done: boolean;
  /** Id of the target that it was about. */
  target?: string;
}

/** `open`: the incident is not closed yet, so nothing can be said. */
export type Labelled =
  | { open: true }
  | {
      open: false;
      says: string;
      /** Nobody can tell but a person: what to ask, once. */
      ask?: string;
      /** The rule has to ask from now on: why. */
      demoted?: string;
    };

export interface LabelledInput extends About {
  ask?: string;
  demoted?: string;
}

export interface DecideActivities {
  decide: (input: DecideInput) => Promise<Decided>;
  /** "Would you admit?", before anybody is woken. Only what refuses counts; missing approval does not. */
  preview: (input: StepInput) => Promise<GuardVerdict[]>;
  admit: (input: StepInput) => Promise<Admission>;
  /** What every guard would have said to a rule that only observes. Written down; nobody is asked, nothing is permitted. */
  shadow: (input: StepInput) => Promise<{ says: string }>;
  /** A permit to put one effect back. */
  admitUndo: (input: UndoInput) => Promise<UndoAdmission>;
  /** Whether the incident is closed at its source now. */
  closed: (input: About) => Promise<boolean>;
  /** Once it is closed: whether what its rule concluded was right, by what can be seen. Written down once. */
  label: (input: About) => Promise<Labelled>;
  judgeApproval: (input: JudgeInput) => Promise<Judged>;
  /** Polls, with heartbeats, until well for long enough or too late. */
  verify: (input: VerifyInput) => Promise<Verification>;
}

export interface TellActivities {
  /** Tells the people on call that their word is wanted. */
  ask: (input: AskInput) => Promise<void>;
  /** Note, resolve or escalation, and the outcome's row; the label as well, where the ledger alone can give it. */
  report: (input: ReportInput) => Promise<Reported>;
  /** What a run lent for a while has been given back, or could not be. */
  gaveBack: (input: GaveBackInput) => Promise<void>;
  /** Asks a person, once, what could not be seen; tells that a rule has to ask from now on. */
  labelled: (input: LabelledInput) => Promise<void>;
}

/** Made once per action: `<id>`, `<id>.adopt`, and where the action has them `<id>.wait` and `<id>.stop`. */
export type StartEffect = (input: EffectInput) => Promise<EffectStart>;
/** Asks the vendor to stop what has begun. Says how that went; throws nothing that cannot be repeated. */
export type StopEffect = (input: WaitInput) => Promise<{ says: string }>;
export type WaitEffect = (input: WaitInput) => Promise<EffectEnd>;
/** Reads back three times; where absence is proven and the class allows it, `rearmed` says that the same key may start again. */
export type AdoptEffect = (input: EffectInput) => Promise<Adoption & { rearmed: boolean }>;
