import { z } from 'zod';
import type { Received } from '../../contract/source.js';
import { pressed } from './button.js';
import { actorOf, agentShape, bareDelivery, eventIdOf, identifier, type Proven, time, tooOld } from './proven.js';

/** A message of the V2 envelope, as far as it is used (contracts 1.4; developer documentation, "V2 overview"). */
const message = z.object({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,190}$/)
    .optional(),
  event: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  created_on: time.nullish(),
  webhook: z.object({ name: z.string().max(200).nullish() }).nullish(),
  log_entries: z.array(z.object({ type: z.string().nullish(), agent: agentShape.nullish() })).nullish(),
  incident: z.object({ id: identifier, reopened_at: time.nullish() }),
});
type Message = z.infer<typeof message>;

/** PagerDuty sends one; the envelope allows more. */
const mostMessages = 100;

/** The V2 envelope of custom incident actions: what a person presses in the app or on the phone. It may hold several messages. */
export function readCustomAction(body: Record<string, unknown>, proven: Proven): Received {
  const words = proven.trust === 'signed' ? 'signed' : 'proven';
  const parsed = z.array(message).min(1).max(mostMessages).safeParse(body['messages']);
  if (!parsed.success) return { kind: 'quarantined', because: `${words}, but its messages are not those of a custom action` };
  return oneOf(parsed.data.map((one, index) => sort(one, index, proven)));
}

function sort(one: Message, index: number, proven: Proven): Received {
  const { event: eventType, incident, created_on: createdOn } = one;
  const eventId = one.id ? `action:${one.id}` : `${eventIdOf('action', incident.id, proven.request)}:${index}`;
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType, incident: incident.id, because });
  if (eventType !== 'incident.custom') return recorded('no custom action; the other events come by webhooks v3');
  if (createdOn && tooOld(proven.request, createdOn)) return recorded('too old to act: it was pressed more than 49 h ago');
  const agent = presser(one);
  const delivery = bareDelivery(
    {
      eventId,
      eventType,
      actor: actorOf(agent),
      incident: incident.id,
      ...(incident.reopened_at ? { reopenedAt: incident.reopened_at } : {}),
      ...(createdOn ? { occurredAt: createdOn } : {}),
    },
    proven,
  );
  return pressed({ label: one.webhook?.name ?? undefined, agent, at: createdOn ?? undefined, delivery }, proven);
}

/** The agent of the custom log entry is who pressed; other entries may tell of anybody. */
const presser = ({ log_entries: entries }: Message) =>
  (entries ?? []).find(({ type }) => type?.startsWith('custom_log_entry') === true)?.agent;

/** What one request may say together. Words of people are never guessed at: several in one request, or one among others, are kept. */
function oneOf(all: Received[]): Received {
  const distinct = [...new Map(all.map((one) => [meaningOf(one), one])).values()];
  const telling = distinct.filter(({ kind }) => kind !== 'recorded');
  const [only] = telling;
  if (only && telling.length === 1) return only;
  const deliveries = telling.flatMap((one) => (one.kind === 'delivery' ? [one.delivery] : []));
  if (deliveries.length === telling.length && deliveries.length > 0) return { kind: 'deliveries', deliveries };
  if (telling.length > 0)
    return {
      kind: 'quarantined',
      because: 'several messages with a decision among them: nothing was decided; press the button again',
    };
  return distinct[0] ?? { kind: 'quarantined', because: 'a custom action without a message' };
}

/** The same press told twice is one. */
const meaningOf = (one: Received): string =>
  one.kind === 'approval' ? `${one.ref.externalId} ${one.decision} ${one.by.id}` : JSON.stringify(one);
