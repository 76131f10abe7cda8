import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { Enabling, Subscription, SubscriptionDefinition } from '../../contract/subscription.js';
import type { PagerDutyClient } from '../client.js';
import { doorPath } from '../config.js';
import { getSubscription, getSubscriptions, standing, subscriptionAnswer, subscriptionPath } from '../reads/subscriptions.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** The webhook subscriptions that feed our door. */
export const pagerDutySubscriptions: SubscriptionDefinition<PagerDutyClient> = {
  read: async (call) => {
    const named = call.client.subscriptions;
    if (named.length > 0) return Promise.all(named.map((id) => read(call, id)));
    const all = await getSubscriptions(call);
    return all.filter(({ delivery_method: method }) => method.url?.endsWith(doorPath)).map(standing);
  },
  enable,
};

async function read(call: PagerDutyCall, id: string): Promise<Subscription> {
  try {
    return standing(await getSubscription(call, id));
  } catch (error) {
    if (!(error instanceof VendorError) || error.fault !== 'absent') throw error;
    return { id, state: 'inactive', says: `there is no webhook subscription ${id}; PAGERDUTY_SUBSCRIPTION_ID names it` };
  }
}

/** POST /webhook_subscriptions/{id}/enable (contracts 1.1). What somebody has switched off stays off. */
async function enable(call: PagerDutyCall, id: string): Promise<Enabling> {
  const { state, says } = standing(await getSubscription(call, id));
  if (state !== 'suspended') return { enabled: state === 'active', wrote: false, says };
  if (!call.client.reenables)
    return {
      enabled: false,
      wrote: false,
      says: `${says}, or set PAGERDUTY_REENABLE_SUBSCRIPTION=true for the worker with role tell`,
    };
  const { webhook_subscription: now } = await call.client.rest(call, {
    method: 'POST',
    path: `${subscriptionPath(id)}/enable`,
    answer: subscriptionAnswer,
  });
  const after = standing(now);
  if (after.state !== 'active')
    return { enabled: false, wrote: true, says: `asked to switch it on, PagerDuty answered: ${after.says}` };
  return {
    enabled: true,
    wrote: true,
    says: `webhook subscription ${id} was suspended and is switched on again; what happened meanwhile was never sent`,
  };
}
