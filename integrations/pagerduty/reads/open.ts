import type { Delivery } from '../../../domain/delivery.js';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';
import { generationOf } from '../shapes/proven.js';
import { asked, openedSince } from './listed.js';

/** Incidents of these services that are open, whoever has them, and began since. Newest first: only those can still be acted on. */
export async function open(call: CallWith<PagerDutyClient>, since: string, services: readonly string[]): Promise<Delivery[]> {
  const found = await openedSince(call, since, ['triggered', 'acknowledged'], services);
  return found
    .map((one) =>
      asked(one, call.now(), {
        eventId: `reconcile:${one.id}:${generationOf(one.reopened_at)}`,
        eventType: 'reconcile',
        kind: 'reconcile',
      }),
    )
    .sort((a, b) => b.occurredAt.localeCompare(a.occurredAt));
}
