import type { Json } from '../../domain/json.js';
import type { OutcomeKind } from '../../domain/outcome.js';
import type { CaseVerb, CaseWorld, ChangedAlert, ChangedIncident } from './cases.js';

/** What one delivery must come to. */
export interface Expected {
  verb: CaseVerb;
  /** Runbooks in the order in which they run; or one dotted place or guard. Empty for `duplicate`. */
  of: string[];
  /** Name or canonical id. */
  target?: string | undefined;
  /** Inputs of the first of these runbooks; those that are not named may be anything. */
  with?: Record<string, string | number | boolean> | undefined;
  outcome?: OutcomeKind | undefined;
}

/** One case, with everything that its document says for all of them. */
export interface LoadedCase {
  rule: string;
  name: string;
  /** `rules/x.cases.yaml:15`, relative to the folder above the rules. */
  at: string;
  /** A recorded delivery: what a source has read, or one alerting tool's own body. */
  recording: { file: string; json: Json };
  alert: ChangedAlert;
  /** `null`: taken away. */
  labels: Record<string, string | null>;
  incident: ChangedIncident;
  world: CaseWorld;
  /** Milliseconds after the first; never falling. */
  deliveries: { atMs: number; expected: Expected }[];
}
