import { durationUnits } from '../domain/duration.js';
import type { GuardLimits, Pace } from '../domain/plan.js';
import type { RuleSet } from '../rules/language/set.js';

const second = durationUnits.seconds;

/** How a profile shortens what takes minutes in production. It only ever caps: it never makes anything longer. */
export interface Caps {
  firingForMs: number;
  verifyForMs: number;
  verifyWithinMs: number;
  timeoutMs: number;
  /** Where many incidents are meant to happen at once; absent: as the policy says. */
  brake?: GuardLimits['brake'];
}

/** What is measured is thousands of incidents on one target. */
const unbraked = { count: 1_000_000, perMs: second };
const uncapped: Caps = { firingForMs: Infinity, verifyForMs: Infinity, verifyWithinMs: Infinity, timeoutMs: Infinity };

/** Named in the policy by `profile`. Budgets, cooldown, expiry and every refusal are the same in all of them. */
const profiles: Readonly<Record<Pace['profile'], { caps: Caps; pace: Pace }>> = {
  standard: {
    caps: uncapped,
    pace: { profile: 'standard', pollMs: 5 * second, heartbeatMs: 10 * second, adoptEveryMs: 15 * second },
  },
  sandbox: {
    caps: {
      firingForMs: second,
      verifyForMs: 3 * second,
      verifyWithinMs: 8 * second,
      timeoutMs: 60 * second,
      brake: {
        domain: { count: 10, perMs: 10 * second },
        unverified: { count: 3, perMs: 10 * second },
        all: { count: 60, perMs: 10 * second },
      },
    },
    pace: { profile: 'sandbox', pollMs: 250, heartbeatMs: 2 * second, adoptEveryMs: 200 },
  },
  bench: {
    caps: {
      firingForMs: 0,
      verifyForMs: 200,
      verifyWithinMs: 5 * second,
      timeoutMs: 10 * second,
      brake: { domain: unbraked, unverified: unbraked, all: unbraked },
    },
    pace: { profile: 'bench', pollMs: 50, heartbeatMs: second, adoptEveryMs: 50 },
  },
};

const profileOf = (set: Pick<RuleSet, 'policy'>): (typeof profiles)[Pace['profile']] => profiles[set.policy.doc.profile];

export const capsOf = (set: Pick<RuleSet, 'policy'>): Caps => profileOf(set).caps;
export const paceOf = (set: Pick<RuleSet, 'policy'>): Pace => profileOf(set).pace;
