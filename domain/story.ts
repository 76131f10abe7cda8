import type { OutcomeKind } from './outcome.js';
import type { EffectStatus } from './effect.js';
import type { Verification } from './verification.js';

/** What became of one step of the ladder: what the notes, the hand-over and the outcome are written from. */
export interface StepStory {
  index: number;
  runbook: string;
  /** `SSM Automation OpsSentinel-RestartInstance version 7`. */
  says: string;
  /** Its name, where the plan has several. */
  target?: string;
  attemptKey?: string;
  /** ISO 8601, UTC. */
  startedAt?: string;
  endedAt?: string;
  /** `not-done`: certainly nothing happened. */
  effect: EffectStatus | 'not-done';
  effectSays: string;
  /** It was stopped while it ran, because its runbook's `stopOn` said so: why. */
  stopped?: string;
  verification?: Verification;
  /** How it was put back, where it did not help and its runbook says so. */
  undo?: { status: EffectStatus | 'not-done'; says: string };
  /** What stays behind, for people: `6 instances, given back 2 h after the incident is closed`. */
  left?: string;
}

/** Everything about a run that is worth telling, as far as it has come. */
export interface Story {
  steps: StepStory[];
  /** Who approved or rejected, in words. */
  approvals: string[];
  /** Effects that began, whatever became of them. */
  effects: number;
  /** What the guards would have said to a rule that only observes. */
  guards?: string;
}

/** How a run is about to end. */
export interface Ending {
  kind: OutcomeKind;
  /** One sentence: why. */
  says: string;
  /** People must be handed the incident now. */
  page: boolean;
}
