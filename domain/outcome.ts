/** How an incident ended. Nothing ends without one. */
export type OutcomeKind =
  | 'remediated'
  | 'escalated'
  | 'ignored'
  | 'observed'
  | 'resolved-itself'
  | 'stood-down'
  | 'joined';

export interface Outcome {
  kind: OutcomeKind;
  /** One sentence, plain. */
  says: string;
  /** ISO 8601, UTC. */
  at: string;
  effects: number;
}
