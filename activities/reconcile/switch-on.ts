import { paceOf } from '../../decide/profiles.js';
import { isFinal } from '../../integrations/contract/errors.js';
import type { Enabling } from '../../integrations/contract/subscription.js';
import { nowhere } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { ReconcileDeps } from './deps.js';
import type { SwitchOnInput } from './types.js';

export type SwitchOnDeps = Omit<ReconcileDeps, 'takeIn'>;

/** Has a suspended subscription send again, where that is allowed, and writes down what became of it. May be repeated. */
export async function switchOn(deps: SwitchOnDeps, { source: id, id: subscription, round }: SwitchOnInput): Promise<Enabling> {
  const source = deps.registry.sources.get(id);
  if (!source?.subscriptions) throw new TypeError(`No integration offers a source "${id}" with subscriptions`);
  const call = source.with(callFor('', nowhere, paceOf(deps.rules()), deps.now));
  const enabling = await source.subscriptions.enable(call, subscription).catch((error: unknown): Enabling => {
    if (!isVendorFailure(error) || !isFinal(error.fault)) throw error;
    return { enabled: false, wrote: false, says: `could not be switched on: ${error.message}` };
  });
  const { enabled, wrote, says } = enabling;
  if (enabled) deps.signs.subscription(id, { id: subscription, state: 'active', says });
  if (wrote) {
    const eventId = `subscription:${subscription}:enabled:${round}`;
    await deps.ledger.journal({ source: id, eventId, eventType: 'subscription', result: 'recorded', says });
  }
  return enabling;
}
