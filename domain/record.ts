import type { JsonObject } from './json.js';

export const phases = [
  'webhook',
  'alert',
  'match',
  'plan',
  'guards',
  'approval',
  'execute',
  'verify',
  'undo',
  'report',
  'outcome',
] as const;
export type Phase = (typeof phases)[number];

export type RecordState = 'ok' | 'info' | 'waiting' | 'refused' | 'failed' | 'unknown';

/** One line of an incident's timeline, as it is written: what the ledger keeps, the API shows and the demo prints. */
export interface NewRecord {
  /** Our id of the incident: `pagerduty:Q0HX2R9`. */
  incident: string;
  phase: Phase;
  state: RecordState;
  /** One line for people, plain words. */
  says: string;
  /** Same key, same line: a repeated activity writes nothing new. */
  once?: string;
  data?: JsonObject;
}

/** The line as the ledger keeps it: numbered, dated and chained. */
export interface LedgerRecord extends NewRecord {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  prev: string;
  hash: string;
}
