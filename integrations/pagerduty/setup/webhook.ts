import { createHmac, randomUUID } from 'node:crypto';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { SetupDefinition, SetupWish } from '../../contract/setup.js';
import { anything } from '../../wire/http.js';
import type { PagerDutyClient } from '../client.js';
import { doorPath } from '../config.js';
import { getSubscription, getSubscriptions, standing, subscriptionAnswer, subscriptionPath } from '../reads/subscriptions.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** What a run listens to. Without `annotated` and its kin: our own notes would come back with every incident. */
export const subscribedEvents: readonly string[] = [
  'incident.triggered',
  'incident.reopened',
  'incident.unacknowledged',
  'incident.acknowledged',
  'incident.reassigned',
  'incident.delegated',
  'incident.resolved',
];

const scopeWords = ({ scope }: SetupWish): string =>
  scope.kind === 'account' ? 'the whole account' : `${scope.kind} ${scope.id}`;

/** A webhook subscription (contracts 1.3). */
export const pagerDutySetup: SetupDefinition<PagerDutyClient> = {
  summary: 'A PagerDuty webhook subscription that sends to this installation.',
  permissions: ['webhook_subscriptions.read', 'webhook_subscriptions.write'],
  path: doorPath,
  plan: (wish) => [
    `POST /webhook_subscriptions: send ${subscribedEvents.length} event types of ${scopeWords(wish)} to ${wish.url}`,
    ...subscribedEvents.map((type) => `  ${type}`),
    'keep the secret, which PagerDuty shows this once: PAGERDUTY_WEBHOOK_SECRETS of the API',
    'POST /webhook_subscriptions/{id}/ping, once our door takes that secret',
  ],
  create,
  knock,
  ping: async (call, id) => {
    await call.client.rest(call, { method: 'POST', path: `${subscriptionPath(id)}/ping`, answer: anything });
  },
  state: async (call, id) => {
    const { state, says } = standing(await getSubscription(call, id));
    return { well: state === 'active', says };
  },
  terraform: {
    folder: 'deploy/terraform/pagerduty',
    variables: ({ url, scope }) => ({
      webhook_url: url,
      webhook_filter_type: `${scope.kind}_reference`,
      ...(scope.kind === 'account' ? {} : { webhook_filter_id: scope.id }),
    }),
  },
};

async function create(call: PagerDutyCall, wish: SetupWish): Promise<{ id: string; secret: string; variable: string }> {
  const { url, scope } = wish;
  const there = wish.again ? undefined : await sendingTo(call, url);
  if (there !== undefined)
    throw new VendorError(
      'pagerduty',
      'conflict',
      `subscription ${there} sends to ${url} already, and its secret is never shown again`,
    );
  const body = {
    webhook_subscription: {
      type: 'webhook_subscription',
      delivery_method: { type: 'http_delivery_method', url, custom_headers: [] },
      description: 'OpsSentinel',
      events: subscribedEvents,
      filter: { type: `${scope.kind}_reference`, ...(scope.kind === 'account' ? {} : { id: scope.id }) },
    },
  };
  const { webhook_subscription: made } = await call.client.rest(call, {
    method: 'POST',
    path: '/webhook_subscriptions',
    body,
    answer: subscriptionAnswer,
  });
  const { secret } = made.delivery_method;
  if (!secret)
    throw new VendorError('pagerduty', 'ambiguous', `subscription ${made.id} was made, but its secret was not shown; remove it`);
  return { id: made.id, secret, variable: 'PAGERDUTY_WEBHOOK_SECRETS' };
}

const sendingTo = async (call: PagerDutyCall, url: string): Promise<string | undefined> =>
  (await getSubscriptions(call)).find(({ delivery_method: method }) => method.url === url)?.id;

/** A ping like PagerDuty's, signed with the secret: PagerDuty itself would count each refusal towards switching off. */
async function knock(call: PagerDutyCall, url: string, secret: string): Promise<{ open: boolean; says: string }> {
  const body = JSON.stringify({
    event: {
      id: `connect-${randomUUID()}`,
      event_type: 'pagey.ping',
      resource_type: 'pagey',
      occurred_at: new Date(call.now()).toISOString(),
      agent: null,
      client: null,
      data: { message: 'opssentinel connect', type: 'ping' },
    },
  });
  const signature = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  try {
    const status = await call.client.knock(call, url, body, {
      'content-type': 'application/json',
      'x-pagerduty-signature': signature,
    });
    if (status >= 200 && status < 300) return { open: true, says: `${url} takes the secret` };
    if (status === 401) return { open: false, says: `${url} answers 401: it does not know the secret yet` };
    return { open: false, says: `${url} answers ${status}` };
  } catch (error) {
    return {
      open: false,
      says: error instanceof VendorError ? `${url} does not answer (${error.message})` : `${url} does not answer`,
    };
  }
}
