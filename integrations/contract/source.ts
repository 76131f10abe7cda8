import type { z } from 'zod';
import type { Alert } from '../../domain/alert.js';
import type { Delivery, Trust } from '../../domain/delivery.js';
import type { Deploy } from '../../domain/deploy.js';
import type { Incident, IncidentRef, Person } from '../../domain/incident.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { CallWith, Place } from './call.js';
import type { SourceHistory } from './history.js';
import type { SubscriptionDefinition } from './subscription.js';

/** A proof of who sent it that the API has checked itself, whatever the body: a token of this door, or a client certificate. */
export interface Proof {
  trust: Exclude<Trust, 'signed'>;
  /** In words: `token grafana-prod`, `client certificate webhooks.pagerduty.com`. */
  by: string;
}

/** A webhook as it arrived: the bytes, never a parsed body. */
export interface RawRequest {
  /** Lower-case names; repeated headers joined by a comma. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** ISO 8601, UTC. */
  receivedAt: string;
  /** SHA-256 of `body`, hex. */
  bodyHash: string;
  /** What the API has proven of the sender; empty: nothing. */
  proofs: readonly Proof[];
  /** Fires when the answer would come too late. Pass it to every request that proving needs. */
  signal: AbortSignal;
}

/** What a door makes of a webhook. Only `refused` may become a 4xx. */
export type Received =
  /** Certainly not from the vendor. */
  | { kind: 'refused'; status: 401 | 413 | 415; because: string }
  /** Whether it comes from the vendor cannot be told now (its signing key cannot be read): the sender shall send it again. */
  | { kind: 'later'; because: string }
  /** Proven to come from the vendor, but not to be understood: kept, counted, answered with 2xx. */
  | { kind: 'quarantined'; because: string }
  | { kind: 'ping'; eventId: string }
  /** Understood and of no interest: recorded, answered with 2xx. */
  | { kind: 'recorded'; eventId: string; eventType: string; incident?: string; because: string }
  | { kind: 'delivery'; delivery: Delivery }
  /** One request that tells of several alerts. Answered with 2xx when all of them are durable. */
  | { kind: 'deliveries'; deliveries: Delivery[] }
  /** A person's word on a plan, given inside the vendor's own app. */
  | {
      kind: 'approval';
      eventId: string;
      ref: IncidentRef;
      decision: 'approve' | 'reject';
      by: { id: string; name?: string };
      trust: Trust;
      /** Hash of the plan that whoever pressed was shown, where what was pressed carries it. Absent: the one that waits now is meant. */
      planHash?: string;
    }
  /** A deployment began or ended. */
  | { kind: 'deploy'; eventId: string; deploy: Deploy };

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

/** One way in: a route of the API, and how what comes there is proven and reduced. A source may have several. */
export interface DoorDefinition<Door extends z.ZodType> {
  /** e.g. `sns`; unique over all doors: tokens and certificates are given per door. */
  id: string;
  /** Route on the API, e.g. `/webhooks/sns`. */
  path: string;
  summary: string;
  /** How a sender proves itself here, the strongest first; `token` and `mtls` are checked by the API and arrive as `proofs`. */
  proofs: readonly ('signature' | 'token' | 'mtls')[];
  /** The variable without which no signature can be proven here; wherever `signature` is among the proofs. */
  signedBy?: string;
  /** The sender takes a body for a message, or shows it: what is taken is answered with 200 and nothing else. */
  bareAnswer?: true;
  /**
   * Environment (names as in the reference) to what the door needs: secrets and own identity. Never the client's token.
   * `undefined`: nothing of it is configured; with `token` or `mtls` among its proofs the door may still be open.
   */
  door: Door;
  /** Proves and reduces a webhook; never throws. Network only to prove (a signing certificate), under `request.signal`. */
  receive: (request: RawRequest, door: z.infer<Door>) => Received | Promise<Received>;
}

/** Where incidents come from. */
export interface SourceDefinition<Client> {
  id: string;
  summary: string;
  /** The vendor's names of the rights that its reads need. */
  permissions: readonly string[];
  // oxlint-disable-next-line typescript/no-explicit-any
  doors: readonly DoorDefinition<any>[];
  /**
   * Where its reads go, where that depends on the incident: then the call's place is this one, with the reading role that the policy
   * names there. Pure. `undefined`, or absent: nowhere in particular.
   */
  place?: (ref: IncidentRef) => Omit<Place, 'role'> | undefined;
  /** GETs the incident and its alerts. */
  read: (call: CallWith<Client>, ref: IncidentRef) => Promise<SourceReading>;
  /** Pure. Throws Error with a plain sentence when the reading cannot be understood. */
  normalise: (
    reading: SourceReading,
    ref: IncidentRef,
    trust: Trust,
    bodies: readonly BodyReader[],
  ) => { incident: Incident; alert: Alert };
  /** Whom the source has on call for this incident now. Absent where it keeps no rota: then the rule's team is asked of one that does. */
  onCall?: (call: CallWith<Client>, incident: Incident) => Promise<Person[]>;
  /** Who is on call for a team, by the id that the policy gives it. */
  teamOnCall?: (call: CallWith<Client>, team: string) => Promise<Person[]>;
  /** What happened since (ISO 8601, UTC), for whoever cannot be reached by webhooks. Oldest first; `trust` is `token`. */
  poll?: (call: CallWith<Client>, since: string) => Promise<Delivery[]>;
  /**
   * Incidents of these services (by the source's ids) that are open now, whoever has them, and began or began again since (ISO 8601, UTC).
   * Each is a delivery of kind `reconcile` with one event id per life, however often it is asked. Newest first; `trust` is `token`.
   */
  open?: (call: CallWith<Client>, since: string, services: readonly string[]) => Promise<Delivery[]>;
  /** What sends its webhooks to our door. Absent where nothing of it can be switched off. */
  subscriptions?: SubscriptionDefinition<Client>;
  /** Deployments of this incident's service that the vendor knows of, begun or ended since (ISO 8601, UTC). */
  deploys?: (call: CallWith<Client>, incident: Incident, since: string) => Promise<Deploy[]>;
  /** What happened long ago, for playing it again under other rules. Absent where the source does not keep it. */
  history?: SourceHistory<Client>;
}

/** Gives a door its types; adds nothing at run time. */
export const defineDoor = <Door extends z.ZodType>(definition: DoorDefinition<Door>): DoorDefinition<Door> => definition;
