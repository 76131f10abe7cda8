import type { Delivery } from '../../../domain/delivery.js';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';
import { asked, beganAt, openedSince } from './listed.js';

/** Incidents that were opened, or opened again, since then and that nobody has. Oldest first. */
export async function poll(call: CallWith<PagerDutyClient>, since: string): Promise<Delivery[]> {
  const found = await openedSince(call, since, ['triggered']);
  return found
    .map((one) =>
      asked(one, call.now(), {
        eventId: `poll:${one.id}:${beganAt(one)}`,
        eventType: one.reopened_at ? 'poll incident.reopened' : 'poll incident.triggered',
        kind: one.reopened_at ? 'reopened' : 'triggered',
      }),
    )
    .sort((a, b) => a.occurredAt.localeCompare(b.occurredAt));
}
