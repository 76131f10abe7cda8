import type { CallWith } from './call.js';

/** One registration at a vendor by which its webhooks are sent to our door. */
export interface Subscription {
  id: string;
  /**
   * `suspended`: by the vendor itself, after deliveries that failed. `inactive`: by somebody's will. `unknown`: it could not be read.
   * Whatever is not `active` sends nothing.
   */
  state: 'active' | 'suspended' | 'inactive' | 'unknown';
  /** A sentence for people, without a full stop. */
  says: string;
}

/** What a source knows of the subscriptions that feed our door, and how one that it suspended sends again. */
export interface SubscriptionDefinition<Client> {
  /** Those that send to our door; empty: none does. */
  read: (call: CallWith<Client>) => Promise<Subscription[]>;
  /** Has a suspended one send again, where this installation allows it: a write to the vendor's account. Doing it twice is as doing it once. */
  enable: (call: CallWith<Client>, id: string) => Promise<Enabling>;
}

export interface Enabling {
  enabled: boolean;
  /** Whether anything was asked of the vendor's account; `false`: it was on already, or this may not be done. */
  wrote: boolean;
  /** A sentence for people, without a full stop: what was done, or why nothing was. */
  says: string;
}
