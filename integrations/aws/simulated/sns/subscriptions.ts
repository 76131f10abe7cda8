import { randomBytes } from 'node:crypto';
import type { SandboxWorld, WireResponse } from '../../../contract/simulator.js';
import { element, queryResult } from '../wire.js';
import { namespace, snsError } from './answers.js';
import { subscriptionId } from './message.js';

export interface Subscriptions {
  /** The token that the subscriber is sent. */
  begin: (topic: string) => string;
  /** ConfirmSubscription. Repeated, it answers the same. */
  confirm: (form: URLSearchParams) => WireResponse;
  reset: () => void;
}

/** Subscriptions that wait to be confirmed, or were, by topic. */
export function createSubscriptions(sandbox: SandboxWorld, confirmed: () => void): Subscriptions {
  const tokens = new Map<string, { token: string; confirmed: boolean }>();
  return {
    begin: (topic) => {
      const token = randomBytes(128).toString('hex');
      tokens.set(topic, { token, confirmed: false });
      return token;
    },
    // Contracts 2.1: confirmed by whoever was sent the token.
    confirm: (form) => {
      const topic = form.get('TopicArn') ?? '';
      const known = tokens.get(topic);
      if (!known || known.token !== form.get('Token'))
        return snsError(400, 'InvalidParameter', `Invalid parameter: Token ${form.get('Token')}`);
      if (!known.confirmed)
        sandbox.effect({ vendor: 'aws', operation: 'sns:ConfirmSubscription', target: topic, key: '', outcome: 'confirmed' });
      known.confirmed = true;
      confirmed();
      return queryResult(namespace, 'ConfirmSubscription', element('SubscriptionArn', `${topic}:${subscriptionId}`));
    },
    reset: () => tokens.clear(),
  };
}
