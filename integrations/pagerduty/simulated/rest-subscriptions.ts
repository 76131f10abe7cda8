import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireResponse } from '../../contract/simulator.js';
import { invalid, json, notFound, paged, type Ask, type RestDeps, type Route } from './route.js';
import type { SimSubscription } from './subscriptions.js';

/** Webhook subscriptions: contracts 1.3 (create, ping) and 1.1 (disabled, enable). */
export function subscriptionRoutes({ world, subscriptions }: RestDeps): Route[] {
  const found =
    (then: (subscription: SimSubscription) => WireResponse): Route['answer'] =>
    ({ ids }) => {
      const subscription = subscriptions.find(ids[0] ?? '');
      return subscription ? then(subscription) : notFound();
    };
  const whole = (one: SimSubscription): WireResponse => json(200, { webhook_subscription: shown(one, world) });
  return [
    {
      // contracts 1.9: GET /webhook_subscriptions
      method: 'GET',
      template: '/webhook_subscriptions',
      answer: ({ query }) => {
        const { page, ...place } = paged(subscriptions.all(), query);
        return json(200, { webhook_subscriptions: page.map((one) => shown(one, world)), ...place });
      },
    },
    {
      // contracts 1.9: POST /webhook_subscriptions
      method: 'POST',
      template: '/webhook_subscriptions',
      answer: (ask) => create({ world, subscriptions }, ask),
    },
    {
      // contracts 1.9: GET /webhook_subscriptions/{id}
      method: 'GET',
      template: '/webhook_subscriptions/{id}',
      answer: found(whole),
    },
    {
      // contracts 1.9: POST /webhook_subscriptions/{id}/enable
      method: 'POST',
      template: '/webhook_subscriptions/{id}/enable',
      answer: found((one) => {
        one.sender.enable();
        const operation = 'POST /webhook_subscriptions/{id}/enable';
        world.effect({ vendor: 'pagerduty', operation, target: one.id, key: '', outcome: 'enabled' });
        return whole(one);
      }),
    },
    {
      // contracts 1.9: POST /webhook_subscriptions/{id}/ping
      method: 'POST',
      template: '/webhook_subscriptions/{id}/ping',
      answer: found((one) => {
        subscriptions.ping(one);
        return { status: 202 };
      }),
    },
  ];
}

const wish = z.object({
  webhook_subscription: z.object({
    type: z.literal('webhook_subscription'),
    delivery_method: z.object({
      type: z.literal('http_delivery_method'),
      // PagerDuty takes https alone; the sandbox has none.
      url: z.url({ protocol: /^https?$/ }),
      custom_headers: z.array(z.object({ name: z.string().min(1), value: z.string() })).default([]),
    }),
    description: z.string().default(''),
    events: z.array(z.string()).min(1),
    filter: z.object({
      type: z.enum(['account_reference', 'service_reference', 'team_reference']),
      id: z.string().nullish(),
    }),
  }),
});

function create({ world, subscriptions }: Pick<RestDeps, 'world' | 'subscriptions'>, { body }: Ask): WireResponse {
  const parsed = wish.safeParse(body);
  if (!parsed.success) return invalid(...parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  const { delivery_method: method, description, events, filter } = parsed.data.webhook_subscription;
  if (filter.type !== 'account_reference' && !filter.id) return invalid('Filter id cannot be empty');
  const made = subscriptions.create({
    url: method.url,
    customHeaders: method.custom_headers,
    description,
    events,
    filter: { type: filter.type, id: filter.id ?? null },
  });
  world.effect({
    vendor: 'pagerduty',
    operation: 'POST /webhook_subscriptions',
    target: made.id,
    key: '',
    outcome: `sends to ${made.url}`,
  });
  const whole = shown(made, world);
  // contracts 1.2: the secret is in this answer and in no other.
  const delivery = { ...(whole['delivery_method'] as JsonObject), secret: made.secret };
  return json(201, { webhook_subscription: { ...whole, delivery_method: delivery } });
}

function shown(
  { id, url, description, events, filter, customHeaders, active, sender }: SimSubscription,
  world: SandboxWorld,
): JsonObject {
  const { disabledUntil } = sender.subscription();
  return {
    id,
    type: 'webhook_subscription',
    active,
    description,
    delivery_method: {
      type: 'http_delivery_method',
      url,
      custom_headers: customHeaders.map(({ name }) => ({ name, value: '<redacted>' })),
      temporarily_disabled: disabledUntil !== undefined && world.now() < disabledUntil,
    },
    events: [...events],
    filter,
  };
}
