import type { Enabling, Subscription } from '../../integrations/contract/subscription.js';

/** What one look at one source brought. */
export interface SourceSwept {
  source: string;
  /** Incidents that are open there, of the services that the policy names. */
  open: number;
  /** Those that nobody had told us of, begun now. At most so many that a result stays small; `begun` counts all. */
  missed: { incident: string; gapMs: number }[];
  begun: number;
  /** Missed as well, and left to the next round: this one has begun its share. */
  left: number;
  subscriptions: Subscription[];
}

export interface SwitchOnInput {
  source: string;
  /** Of the subscription. */
  id: string;
  /** Of the round that asks, e.g. when it began: the journal's line is written once for it. */
  round: string;
}

/** Role `decide`: reads, and begins what is missing. */
export interface ReconcileActivities {
  sweep: () => Promise<SourceSwept[]>;
}

/** Role `tell`: writes to a vendor's account, never to production. */
export interface SubscriptionActivities {
  switchOn: (input: SwitchOnInput) => Promise<Enabling>;
}
