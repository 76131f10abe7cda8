import { z } from 'zod';
import type { Received } from '../../contract/source.js';
import { asObject, bareDelivery, eventIdOf, identifier, type Proven, time } from './proven.js';

const plain = z.object({ id: identifier, reopened_at: time.nullish() });

/** `{incident: {id}, service: {name}, trigger_details}`: an incident, with one of the others beside it. */
export const isPlain = (body: Record<string, unknown>): boolean =>
  asObject(body['incident']) !== undefined && ('trigger_details' in body || 'service' in body);

/** The incident's id is all that is taken of it: service and details are read by REST, and the text of `trigger_details` goes nowhere. */
export function readPlain(body: Record<string, unknown>, proven: Proven): Received {
  const parsed = plain.safeParse(body['incident']);
  if (!parsed.success) return { kind: 'quarantined', because: 'proven, but incident.id is missing or of another form' };
  const { id: incident, reopened_at: reopenedAt } = parsed.data;
  const eventId = eventIdOf('plain', incident, proven.request);
  const about = { eventId, eventType: 'plain', actor: null, incident, reopenedAt: reopenedAt ?? undefined };
  return { kind: 'delivery', delivery: bareDelivery(about, proven) };
}
