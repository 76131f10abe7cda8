import { z } from 'zod';
import type { Delivery, EventKind } from '../../domain/delivery.js';
import type { RawRequest, Received } from '../contract/source.js';
import type { PagerDutyDoor } from './config.js';
import { eventKinds, serviceEvents } from './event-kinds.js';
import { provenBy } from './signature.js';

/** PagerDuty drops what is over 256 KiB by itself, so what is over this is certainly not from it. Bytes. */
const largestBody = 300 * 1024;
/** PagerDuty retries for 48 h; an hour more for its clock and ours. Milliseconds. */
const tooOldMs = 49 * 60 * 60 * 1000;

const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT/)
  .refine((text) => Number.isFinite(Date.parse(text)));

/** Only what is used: members that we do not know, `__proto__` among them, are dropped. */
const envelope = z.object({
  event: z.object({
    id: z.string().regex(/^[\x21-\x7e]{1,200}$/),
    event_type: z.string().regex(/^[\x21-\x7e]{1,100}$/),
    occurred_at: time,
    agent: z.object({ id: identifier, type: z.string().max(100).optional(), summary: z.string().optional() }).nullish(),
    data: z.unknown(),
  }),
});

/** `data` of type `incident` is the incident; of every other type it names it. */
const subject = z.object({
  id: identifier.optional(),
  type: z.string(),
  reopened_at: time.nullish(),
  incident: z.object({ id: identifier }).nullish(),
});

type Event = z.infer<typeof envelope>['event'];

/**
 * Proves and reduces a webhook v3. Pure but for hashing; never throws.
 * Refuses only what is certainly not from PagerDuty: three refusals in a row make it switch the subscription off for 24 h.
 */
export function receive(request: RawRequest, door: PagerDutyDoor): Received {
  const { headers, body } = request;
  if (body.length > largestBody)
    return { kind: 'refused', status: 413, because: 'The body is over 300 KiB, which PagerDuty never sends.' };
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity')
    return { kind: 'refused', status: 415, because: 'The body has a Content-Encoding; the signature is over plain bytes.' };
  const secret = provenBy(headers['x-pagerduty-signature'], body, door.secrets);
  if (secret === undefined)
    return {
      kind: 'refused',
      status: 401,
      because: 'No valid X-PagerDuty-Signature. Compare PAGERDUTY_WEBHOOK_SECRETS with the secret of the webhook subscription.',
    };
  const event = readEvent(body);
  if (typeof event === 'string') return { kind: 'quarantined', because: event };
  return sort(event, request, door, `hmac, secret ${secret + 1} of ${door.secrets.length}`);
}

/** The event, or why it cannot be understood. Bytes are decoded strictly: a wrong byte must not become another text. */
function readEvent(body: Buffer): Event | string {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return 'signed, but not JSON';
  }
  const parsed = envelope.safeParse(read);
  if (parsed.success) return parsed.data.event;
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the body').slice(0, 3);
  return `signed, but not a webhook v3 event: ${places.join(', ')} missing or of another form`;
}

function sort(event: Event, { receivedAt, bodyHash }: RawRequest, door: PagerDutyDoor, authenticatedBy: string): Received {
  const { id: eventId, event_type: eventType } = event;
  if (eventType === 'pagey.ping') return { kind: 'ping', eventId };
  const known = Object.hasOwn(eventKinds, eventType) ? eventKinds[eventType] : undefined;
  if (known === undefined) {
    const because = serviceEvents.includes(eventType) ? 'concerns a service, not an incident' : 'an event type that is not known';
    return { kind: 'recorded', eventId, eventType, because };
  }
  const found = subject.safeParse(event.data);
  const incident = found.success ? (found.data.type === 'incident' ? found.data.id : found.data.incident?.id) : undefined;
  if (!found.success || incident === undefined)
    return { kind: 'quarantined', because: `signed, but ${eventType} names no incident in event.data` };
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType, incident, because });
  if (event.agent && door.ourselves.includes(event.agent.id)) return recorded('made by ourselves; starts nothing');
  if (Date.parse(receivedAt) - Date.parse(event.occurred_at) > tooOldMs)
    return recorded('too old to act: it happened more than 49 h ago');
  const ref = { source: 'pagerduty', externalId: incident, generation: generationOf(found.data.reopened_at) };
  return { kind: 'delivery', delivery: toDelivery(event, known, ref, { receivedAt, bodyHash, authenticatedBy }) };
}

function toDelivery(
  { id, event_type, occurred_at, agent }: Event,
  kind: EventKind,
  ref: Delivery['ref'],
  proof: Pick<Delivery, 'receivedAt' | 'bodyHash' | 'authenticatedBy'>,
): Delivery {
  const actor = agent
    ? { id: agent.id, type: agent.type ?? 'unknown', ...(agent.summary ? { name: agent.summary.slice(0, 200) } : {}) }
    : null;
  return {
    eventId: id,
    eventType: event_type,
    kind,
    ref,
    occurredAt: new Date(occurred_at).toISOString(),
    actor,
    trust: 'signed',
    ...proof,
  };
}

/** Which life of the incident: its reopening in epoch seconds, the same from webhook and REST. */
export const generationOf = (reopenedAt: string | null | undefined): string =>
  reopenedAt ? String(Math.floor(Date.parse(reopenedAt) / 1000)) : '0';
