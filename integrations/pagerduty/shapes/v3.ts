import { z } from 'zod';
import type { Delivery, EventKind } from '../../../domain/delivery.js';
import type { Received } from '../../contract/source.js';
import { eventKinds, serviceEvents } from '../event-kinds.js';
import { pressed } from './button.js';
import { actorOf, agentShape, asObject, generationOf, identifier, isOurselves, type Proven, time, tooOld } from './proven.js';

/** Only what is used: members that we do not know, `__proto__` among them, are dropped. */
const envelope = z.object({
  event: z.object({
    id: z.string().regex(/^[\x21-\x7e]{1,200}$/),
    event_type: z.string().regex(/^[\x21-\x7e]{1,100}$/),
    occurred_at: time,
    agent: agentShape.nullish(),
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

/** Not in PagerDuty's list of event types, and in public use: unverified (contracts 1.4). A button, if it comes. */
const customAction = 'incident.custom_action';

/** One event of webhooks v3 (contracts 1.3). */
export function readV3(read: unknown, proven: Proven): Received {
  const words = proven.trust === 'signed' ? 'signed' : 'proven';
  const parsed = envelope.safeParse(read);
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the body').slice(0, 3);
    const because = `${words}, but not a webhook v3 event: ${places.join(', ')} missing or of another form`;
    return { kind: 'quarantined', because };
  }
  return sort(parsed.data.event, proven, words);
}

function sort(event: Event, proven: Proven, words: string): Received {
  const { id: eventId, event_type: eventType } = event;
  if (eventType === 'pagey.ping') return { kind: 'ping', eventId };
  const known =
    eventType === customAction ? 'triggered' : Object.hasOwn(eventKinds, eventType) ? eventKinds[eventType] : undefined;
  if (known === undefined) {
    const because = serviceEvents.includes(eventType) ? 'concerns a service, not an incident' : 'an event type that is not known';
    return { kind: 'recorded', eventId, eventType, because };
  }
  const found = subject.safeParse(event.data);
  const incident = found.success ? (found.data.type === 'incident' ? found.data.id : found.data.incident?.id) : undefined;
  if (!found.success || incident === undefined)
    return { kind: 'quarantined', because: `${words}, but ${eventType} names no incident in event.data` };
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType, incident, because });
  if (isOurselves(event.agent, proven.door)) return recorded('made by ourselves; starts nothing');
  if (tooOld(proven.request, event.occurred_at)) return recorded('too old to act: it happened more than 49 h ago');
  const delivery = toDelivery(event, known, incident, found.data.reopened_at, proven);
  if (eventType !== customAction) return { kind: 'delivery', delivery };
  return pressed({ label: labelIn(event.data), agent: event.agent, at: event.occurred_at, delivery }, proven);
}

/** Where the label would be is not documented: places that name the action, and nothing of the incident. */
function labelIn(data: unknown): string | undefined {
  for (const place of ['webhook', 'custom_action', 'action']) {
    const name = asObject(asObject(data)?.[place])?.['name'];
    if (typeof name === 'string') return name;
  }
  return undefined;
}

const toDelivery = (
  event: Event,
  kind: EventKind,
  incident: string,
  reopenedAt: string | null | undefined,
  { request, trust, authenticatedBy }: Proven,
): Delivery => ({
  eventId: event.id,
  eventType: event.event_type,
  kind,
  ref: { source: 'pagerduty', externalId: incident, generation: generationOf(reopenedAt) },
  occurredAt: new Date(event.occurred_at).toISOString(),
  actor: actorOf(event.agent),
  trust,
  receivedAt: request.receivedAt,
  bodyHash: request.bodyHash,
  authenticatedBy,
});
