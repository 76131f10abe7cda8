import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Delivery } from '../../../domain/delivery.js';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';
import { generationOf, time } from '../shapes/proven.js';
import { pages } from './pages.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** Requests of one poll: a thousand incidents since the last one are a storm, and the next poll goes on. */
const mostPages = 10;
/** Open incidents that are looked through for reopenings, newest first. */
const mostReopenedPages = 3;
/** PagerDuty takes no range of more than six months [M]. Milliseconds. */
const longestRange = 180 * 24 * 60 * 60 * 1000;

const listed = z.object({ id: z.string().min(1), created_at: time, reopened_at: time.nullish() });
type Listed = z.infer<typeof listed>;

/**
 * Incidents that were opened, or opened again, since then and that nobody has. Two lists: `since` goes by the creation alone, so
 * reopened ones are found among all that are open. Only ids and times are taken; the run reads everything else itself.
 * GET /incidents of contracts 1.9; its filters `since`, `date_range`, `statuses[]` and `sort_by` are [M].
 */
export async function poll(call: PagerDutyCall, since: string): Promise<Delivery[]> {
  const from = new Date(Math.max(Date.parse(since), call.now() - longestRange)).toISOString();
  const query = [['statuses[]', 'triggered']] as const;
  const created = await pages(
    call,
    { path: '/incidents', query: [...query, ['since', from], ['sort_by', 'created_at:asc']], items: 'incidents', item: listed },
    mostPages,
  );
  const open = await pages(
    call,
    {
      path: '/incidents',
      query: [...query, ['date_range', 'all'], ['sort_by', 'created_at:desc']],
      items: 'incidents',
      item: listed,
    },
    mostReopenedPages,
  );
  const reopened = open.filter((one) => one.reopened_at && Date.parse(one.reopened_at) >= Date.parse(from));
  const all = [...created, ...reopened].map((one) => toDelivery(one, call.now()));
  return [...new Map(all.map((one) => [one.eventId, one])).values()].sort((a, b) => a.occurredAt.localeCompare(b.occurredAt));
}

function toDelivery({ id, created_at: created, reopened_at: reopened }: Listed, now: number): Delivery {
  const occurredAt = new Date(reopened ?? created).toISOString();
  const eventId = `poll:${id}:${occurredAt}`;
  return {
    eventId,
    eventType: reopened ? 'poll incident.reopened' : 'poll incident.triggered',
    kind: reopened ? 'reopened' : 'triggered',
    ref: { source: 'pagerduty', externalId: id, generation: generationOf(reopened) },
    occurredAt,
    receivedAt: new Date(now).toISOString(),
    actor: null,
    trust: 'token',
    authenticatedBy: 'read by our own REST token',
    bodyHash: createHash('sha256').update(eventId).digest('hex'),
  };
}
