import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Delivery } from '../../../domain/delivery.js';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';
import { generationOf, time } from '../shapes/proven.js';
import { pages } from './pages.js';

type Status = 'triggered' | 'acknowledged';

/** Requests for one list of what is new: a thousand incidents since then are a storm, and the next time goes on. */
const mostPages = 10;
/** Open incidents that are looked through for reopenings, newest first. */
const mostReopenedPages = 3;
/** PagerDuty takes no range of more than six months [M]. Milliseconds. */
const longestRange = 180 * 24 * 60 * 60 * 1000;
/** Services named in one request: more would make its address too long for whatever is on the way. */
const mostServices = 50;

const listed = z.object({ id: z.string().min(1), created_at: time, reopened_at: time.nullish() });
/** Only ids and times are taken of a list; the run reads everything else itself. */
export type Listed = z.infer<typeof listed>;

/**
 * Incidents in one of these states that were opened, or opened again, since then (ISO 8601, UTC). Two lists: `since` goes by the creation
 * alone, so reopened ones are found among all that are open. `services`: ids; absent: all.
 * GET /incidents of contracts 1.9; its filters `since`, `date_range`, `statuses[]`, `service_ids[]` and `sort_by` are [M].
 */
export async function openedSince(
  call: CallWith<PagerDutyClient>,
  since: string,
  statuses: readonly Status[],
  services?: readonly string[],
): Promise<Listed[]> {
  const from = new Date(Math.max(Date.parse(since), call.now() - longestRange)).toISOString();
  const found = new Map<string, Listed>();
  for (const some of inParts(services)) {
    const query = [
      ...statuses.map((status) => ['statuses[]', status] as const),
      ...some.map((id) => ['service_ids[]', id] as const),
    ];
    const list = { path: '/incidents', items: 'incidents', item: listed };
    const created = await pages(call, { ...list, query: [...query, ['since', from], ['sort_by', 'created_at:asc']] }, mostPages);
    const open = await pages(
      call,
      { ...list, query: [...query, ['date_range', 'all'], ['sort_by', 'created_at:desc']] },
      mostReopenedPages,
    );
    const reopened = open.filter((one) => one.reopened_at && Date.parse(one.reopened_at) >= Date.parse(from));
    for (const one of [...created, ...reopened]) found.set(one.id, one);
  }
  return [...found.values()];
}

/** When its present life began: ISO 8601, UTC. */
export const beganAt = ({ created_at: created, reopened_at: reopened }: Listed): string =>
  new Date(reopened ?? created).toISOString();

/** Nobody sent it: it was read by our own token. */
export const asked = (one: Listed, now: number, as: Pick<Delivery, 'eventId' | 'eventType' | 'kind'>): Delivery => ({
  ...as,
  ref: { source: 'pagerduty', externalId: one.id, generation: generationOf(one.reopened_at) },
  occurredAt: beganAt(one),
  receivedAt: new Date(now).toISOString(),
  actor: null,
  trust: 'token',
  authenticatedBy: 'read by our own REST token',
  bodyHash: createHash('sha256').update(as.eventId).digest('hex'),
});

/** One part without a filter where no services are named. */
function inParts(services: readonly string[] | undefined): (readonly string[])[] {
  if (services === undefined) return [[]];
  return Array.from({ length: Math.ceil(services.length / mostServices) }, (_, part) =>
    services.slice(part * mostServices, (part + 1) * mostServices),
  );
}
