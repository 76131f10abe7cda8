import type { Pace } from '../../domain/plan.js';
import { durationUnits } from '../../domain/duration.js';

const { seconds: second, minutes: minute } = durationUnits;

/** How often a round begins, and how long a webhook may be under way before it counts as missing. Milliseconds. */
export interface ReconcilePace {
  everyMs: number;
  /** PagerDuty waits 5 s for an answer (contracts 1.1): what is twice as old is not on its first way any more. */
  settleMs: number;
}

/** By the policy's profile. The bench has its rounds when it asks for them. */
export const reconcilePaces: Readonly<Record<Pace['profile'], ReconcilePace>> = {
  standard: { everyMs: 5 * minute, settleMs: 10 * second },
  sandbox: { everyMs: 5 * second, settleMs: 3 * second },
  bench: { everyMs: 5 * minute, settleMs: second },
};
