import type { Pace } from '../../domain/plan.js';

/** Where a call goes, and as whom. */
export interface Place {
  account: string;
  region: string;
  /** Name of the role that the policy gives for this account: the reading one, or the acting one. Absent where the policy knows no such account. */
  role?: string;
}

/** What every call to a vendor is given. Everything that moves (clock, cancellation, heartbeat) comes from outside. */
export interface Call {
  place: Place;
  /** Our id of the incident: goes into marks, tags and session names. */
  incident: string;
  pace: Pace;
  /** Epoch milliseconds, in the one call that begins an effect: nothing may be written later, however long a session or a socket took. */
  startBy?: number;
  /** Fires when the activity is cancelled or the worker stops. Pass it to every request. */
  signal: AbortSignal;
  /** Says that we are alive. Cheap; call it on every poll. */
  heartbeat: () => void;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Sleeps, and rejects when `signal` fires. */
  sleep: (ms: number) => Promise<void>;
}

/** A call with the vendor's connected client beside it. */
export type CallWith<Client> = Call & { client: Client };
