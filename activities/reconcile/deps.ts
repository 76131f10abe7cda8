import type { Delivery } from '../../domain/delivery.js';
import type { Subscription } from '../../integrations/contract/subscription.js';
import type { ActivityDeps } from '../deps.js';

export interface ReconcileDeps extends Pick<ActivityDeps, 'registry' | 'ledger' | 'rules' | 'now'> {
  /** Makes a delivery durable and writes it down; `duplicate`: it has its run, open or ended. */
  takeIn: (source: string, delivery: Delivery, foundBy: string) => Promise<'started' | 'duplicate'>;
  signs: ReconcileSigns;
}

/** What people are shown of the rounds beside their results: metrics and log. */
export interface ReconcileSigns {
  /** A source was asked, and everything that was missing there has its run, or waits for the next round. */
  succeeded: (source: string) => void;
  /** A source could not be asked, or what was missing could not be begun; it is tried again. */
  failed: (source: string, error: unknown) => void;
  subscription: (source: string, subscription: Subscription) => void;
}
