import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Delivery, Trust } from '../../../domain/delivery.js';
import type { RawRequest } from '../../contract/source.js';
import type { PagerDutyDoor } from '../config.js';

/** A request whose sender is proven, and how. */
export interface Proven {
  request: RawRequest;
  door: PagerDutyDoor;
  trust: Trust;
  /** In words: `hmac, secret 2 of 2`. */
  authenticatedBy: string;
}

/** PagerDuty retries for 48 h; an hour more for its clock and ours. Milliseconds. */
const tooOldMs = 49 * 60 * 60 * 1000;

/** Ids of incidents, users and services. Anchored: paths of the REST API are made from them. */
export const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT/)
  .refine((text) => Number.isFinite(Date.parse(text)));

/** Somebody or something that PagerDuty names. */
export const agentShape = z.object({
  id: identifier,
  type: z.string().max(100).optional(),
  summary: z.string().optional(),
});
export type Agent = z.infer<typeof agentShape>;

/** The JSON, or undefined. Bytes are decoded strictly: a wrong byte must not become another text. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

export const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

export const tooOld = ({ receivedAt }: RawRequest, occurredAt: string): boolean =>
  Date.parse(receivedAt) - Date.parse(occurredAt) > tooOldMs;

export const isOurselves = (agent: Agent | null | undefined, { ourselves }: PagerDutyDoor): boolean =>
  agent !== null && agent !== undefined && ourselves.includes(agent.id);

export const actorOf = (agent: Agent | null | undefined): Delivery['actor'] =>
  agent ? { id: agent.id, type: agent.type ?? 'unknown', ...(agent.summary ? { name: agent.summary.slice(0, 200) } : {}) } : null;

/** The same for the same body about the same incident, where the sender gives no id. */
export const eventIdOf = (kind: string, incident: string, { bodyHash }: RawRequest): string =>
  `${kind}:${incident}:${createHash('sha256').update(bodyHash).digest('hex').slice(0, 32)}`;

/** A delivery of a body that says which incident it is about, and nothing else that is believed. */
export function bareDelivery(
  about: Pick<Delivery, 'eventId' | 'eventType' | 'actor'> & {
    incident: string;
    reopenedAt?: string | undefined;
    occurredAt?: string;
  },
  { request, trust, authenticatedBy }: Proven,
): Delivery {
  const { eventId, eventType, actor, incident, reopenedAt, occurredAt } = about;
  return {
    eventId,
    eventType,
    kind: 'triggered',
    ref: { source: 'pagerduty', externalId: incident, generation: generationOf(reopenedAt) },
    occurredAt: occurredAt === undefined ? request.receivedAt : new Date(occurredAt).toISOString(),
    receivedAt: request.receivedAt,
    actor,
    trust,
    authenticatedBy,
    bodyHash: request.bodyHash,
  };
}

/** Which life of the incident: its reopening in epoch seconds, the same from webhook and REST. */
export const generationOf = (reopenedAt: string | null | undefined): string =>
  reopenedAt ? String(Math.floor(Date.parse(reopenedAt) / 1000)) : '0';
