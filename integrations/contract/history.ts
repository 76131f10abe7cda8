import type { JsonObject } from '../../domain/json.js';
import type { CallWith } from './call.js';

/** Who did something to an incident: a person, the source itself (its alert ended, its clock ran out), or nobody that it names. */
export interface Doer {
  kind: 'person' | 'source' | 'unknown';
  /** The source's own id. Names and addresses are left out. */
  id?: string;
}

/** What was done to an incident, without a word of what anybody wrote. */
export interface Deed {
  /** ISO 8601, UTC. */
  at: string;
  did: 'acknowledged' | 'unacknowledged' | 'reassigned' | 'escalated' | 'noted' | 'resolved' | 'merged' | 'reopened';
  by: Doer;
}

/** One incident of the past, as its source tells it, cut down to what rules can read and what people did. Plain JSON: it is a line of a file. */
export interface RecordedIncident {
  source: string;
  externalId: string;
  generation: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** What the source's `normalise` reads. */
  incident: JsonObject;
  alerts: JsonObject[];
  /** Oldest first. */
  deeds: Deed[];
  /** When something of its service was changed, in the day before it and the hour after: deployments that the source knows of. ISO 8601, UTC; oldest first. */
  changes?: string[];
}

/** Which incidents. Times are ISO 8601, UTC; `until` is not part of it. */
export interface HistorySpan {
  since: string;
  until: string;
  /** Incidents that need no second reading. */
  has?: (externalId: string) => boolean;
  /** How far it is, in words. */
  progress?: (says: string) => void;
}

/** How the past of a source is read. Only ever reads. */
export interface SourceHistory<Client> {
  /** The variable whose reading token is enough. */
  token: string;
  /** Settings that only writing needs, as they are where nothing is ever written: the client connects without them. */
  readOnly: Readonly<Record<string, string>>;
  /** Incidents that began in the span, oldest first; as many requests as the vendor allows, refusals for too many waited out. Throws VendorError. */
  read: (call: CallWith<Client>, span: HistorySpan) => AsyncIterable<RecordedIncident>;
}
