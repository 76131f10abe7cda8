import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import type { Subscription } from '../../contract/subscription.js';
import type { PagerDutyClient } from '../client.js';
import { pages } from './pages.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** Nobody has a thousand subscriptions. */
const mostPages = 10;

export const subscriptionShape = z.object({
  id: z.string().min(1),
  active: z.boolean().nullish(),
  delivery_method: z.object({
    url: z.string().nullish(),
    secret: z.string().nullish(),
    temporarily_disabled: z.boolean().nullish(),
  }),
});
export type ReadSubscription = z.infer<typeof subscriptionShape>;

export const subscriptionAnswer = z.object({ webhook_subscription: subscriptionShape });

export const subscriptionPath = (id: string): string => `/webhook_subscriptions/${encodeURIComponent(id)}`;

/** GET /webhook_subscriptions/{id} (contracts 1.3). */
export async function getSubscription(call: PagerDutyCall, id: string): Promise<ReadSubscription> {
  const request = { method: 'GET', path: subscriptionPath(id), answer: subscriptionAnswer } as const;
  return (await call.client.rest(call, request)).webhook_subscription;
}

/** GET /webhook_subscriptions: all that the token sees. Its pages are those of every other list [M]. */
export const getSubscriptions = (call: PagerDutyCall): Promise<ReadSubscription[]> =>
  pages(call, { path: '/webhook_subscriptions', query: [], items: 'webhook_subscriptions', item: subscriptionShape }, mostPages);

/**
 * Whether it sends. Three dropped webhooks in a row suspend it for 24 hours, and what happens meanwhile is never sent (contracts 1.1);
 * that somebody has switched it off is `active: false` [M].
 */
export function standing({ id, active, delivery_method: method }: ReadSubscription): Subscription {
  if (active === false)
    return { id, state: 'inactive', says: `webhook subscription ${id} is not active: somebody has switched it off` };
  if (method.temporarily_disabled !== true) return { id, state: 'active', says: `webhook subscription ${id} is active` };
  const says = `PagerDuty has suspended webhook subscription ${id} for 24 h after three refused deliveries; POST ${subscriptionPath(id)}/enable switches it on`;
  return { id, state: 'suspended', says };
}
