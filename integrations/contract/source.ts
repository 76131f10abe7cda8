import type { z } from 'zod';
import type { Alert } from '../../domain/alert.js';
import type { Delivery, Trust } from '../../domain/delivery.js';
import type { Incident, IncidentRef, Person } from '../../domain/incident.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { CallWith } from './call.js';

/** A webhook as it arrived: the bytes, never a parsed body. */
export interface RawRequest {
  /** Lower-case names; repeated headers joined by a comma. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** ISO 8601, UTC. */
  receivedAt: string;
  /** SHA-256 of `body`, hex. */
  bodyHash: string;
}

/** What a source makes of a webhook. Only `refused` may become a 4xx. */
export type Received =
  /** Certainly not from the vendor. */
  | { kind: 'refused'; status: 401 | 413 | 415; because: string }
  /** Proven to come from the vendor, but not to be understood: kept, counted, answered with 2xx. */
  | { kind: 'quarantined'; because: string }
  | { kind: 'ping'; eventId: string }
  /** Understood and of no interest: recorded, answered with 2xx. */
  | { kind: 'recorded'; eventId: string; eventType: string; incident?: string; because: string }
  | { kind: 'delivery'; delivery: Delivery };

/** What a source's reads brought, before it is put into our words. Plain JSON, so that fixtures are files. */
export interface SourceReading {
  incident: JsonObject;
  alerts: JsonObject[];
}

/** Knows one alerting tool's own body, wherever it travels: finds the facts, or says that it is not its. Pure. */
export type BodyReader = (details: Json) => BodyFacts | undefined;

export type BodyFacts = Partial<
  Pick<
    Alert,
    | 'source'
    | 'name'
    | 'namespace'
    | 'metric'
    | 'threshold'
    | 'labels'
    | 'severity'
    | 'startedAt'
    | 'account'
    | 'region'
    | 'origin'
  >
> & { correlationKey?: string };

/** Where incidents come from. */
export interface SourceDefinition<Client, Door extends z.ZodType> {
  id: string;
  /** Route on the API, e.g. `/pagerduty/autonomous/action`. */
  path: string;
  /** Environment (names as in the reference) to what the door needs: secrets and own identity. Never the client's token. */
  door: Door;
  /** Proves and reduces a webhook. Pure but for hashing; never throws. */
  receive: (request: RawRequest, door: z.infer<Door>) => Received;
  /** GETs the incident and its alerts. */
  read: (call: CallWith<Client>, ref: IncidentRef) => Promise<SourceReading>;
  /** Pure. Throws Error with a plain sentence when the reading cannot be understood. */
  normalise: (
    reading: SourceReading,
    ref: IncidentRef,
    trust: Trust,
    bodies: readonly BodyReader[],
  ) => { incident: Incident; alert: Alert };
  /** Whom the source has on call for this incident now. */
  onCall: (call: CallWith<Client>, incident: Incident) => Promise<Person[]>;
}
