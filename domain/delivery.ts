import type { IncidentRef } from './incident.js';

/**
 * What an event of an outside system means to us. Only the first four may begin work;
 * `note` and `other` are recorded and start nothing.
 */
export type EventKind =
  | 'triggered'
  | 'reopened'
  | 'unacknowledged'
  /** No event at all: we asked for what is open, and found an incident that nobody had told us of. */
  | 'reconcile'
  | 'acknowledged'
  | 'reassigned'
  | 'resolved'
  | 'note'
  | 'other';

const beginning: readonly EventKind[] = ['triggered', 'reopened', 'unacknowledged', 'reconcile'];
export const beginsWork = (kind: EventKind): boolean => beginning.includes(kind);

/** How much a delivery's body may be believed: a token door's payload is a hint, everything is fetched. */
export type Trust = 'signed' | 'mtls' | 'token';

/** A verified webhook body, reduced to what the run needs. Holds no alert text. */
export interface Delivery {
  /** Signed id, the same on every redelivery: the de-duplication key. */
  eventId: string;
  /** The source's own name for it, e.g. `incident.triggered`. */
  eventType: string;
  kind: EventKind;
  ref: IncidentRef;
  /** ISO 8601, UTC: when it happened, by the source's clock. */
  occurredAt: string;
  /** ISO 8601, UTC: when it arrived, by ours. */
  receivedAt: string;
  /** Who caused it, by the source's id; null when nobody is named. */
  actor: { id: string; type: string; name?: string } | null;
  trust: Trust;
  /** Which proof held, in words, e.g. `hmac, secret 2 of 2`. */
  authenticatedBy: string;
  /** SHA-256 of the raw body, hex. */
  bodyHash: string;
}
