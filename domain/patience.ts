import { parseDuration } from './duration.js';
import { verifyDefaults } from './guard-defaults.js';
import type { Pace, PlannedVerification } from './plan.js';
import { duration } from './words.js';

/**
 * How long a verification is waited for where nobody has said it: by what the same runbook took before. It stands beside the plan, not
 * in it: a plan must come out the same at admission as when it was approved, and this moves with every run. Pure; milliseconds.
 */

/** From so many recoveries on they tell how long to wait: the 95th of 100 is not known from fewer. */
export const learnsFrom = 20;

/** Shorter judges a slow recovery as none, longer holds people back. */
export const learnedBounds = { leastMs: 5 * 60_000, mostMs: 30 * 60_000 } as const;

/** What a plan says where the rule says nothing. */
export const usualWithinMs = parseDuration(verifyDefaults.within) ?? 0;

/** How long one runbook took, from the end of its effect until it was verified, its period of staying well included. */
export interface Recoveries {
  recovered: number;
  /** Absent: there is none, or so many were given up before their full time that it cannot be told. */
  p95Ms?: number;
}

type Terms = Pick<PlannedVerification, 'forMs' | 'withinMs'>;

/** Whether anything learned can count, by the plan alone. A rule that writes the usual figure itself looks the same here: only the rule tells. */
export const mayLearn = ({ withinMs }: Pick<Terms, 'withinMs'>, { profile }: Pick<Pace, 'profile'>): boolean =>
  profile === 'standard' && withinMs === usualWithinMs;

/** The longest that its verification may take, whatever is learned: nobody who waits for it gives up earlier. */
export const longestVerifyMs = (terms: Pick<Terms, 'withinMs'>, pace: Pick<Pace, 'profile'>): number =>
  mayLearn(terms, pace) ? Math.max(terms.withinMs, learnedBounds.mostMs) : terms.withinMs;

/** What follows the usual figure wherever it is said before a verification begins; empty where nothing learned can count. */
export const orLearned = (terms: Pick<Terms, 'withinMs'>, pace: Pick<Pace, 'profile'>): string =>
  mayLearn(terms, pace)
    ? `, or what was learned (${learnedBounds.leastMs / 60_000} to ${duration(learnedBounds.mostMs)}) where the rule says nothing`
    : '';

/** The 95th of 100 recoveries in whole minutes, rounded up, 5 to 30, and always long enough to verify at all. `undefined`: not known. */
export function learnedWithinMs({ recovered, p95Ms }: Recoveries, forMs: number, pollMs: number): number | undefined {
  const least = forMs + pollMs;
  if (p95Ms === undefined || recovered < learnsFrom || least > learnedBounds.mostMs) return undefined;
  const minutes = Math.ceil(Math.max(p95Ms, learnedBounds.leastMs, least) / 60_000) * 60_000;
  return Math.min(learnedBounds.mostMs, minutes);
}

/** Fewer say nothing of how often there is nothing to do. */
const untouchedFrom = 10;

/** Where a third or more of those that nobody of ours touched cleared by themselves: what waiting would have spared. For people; nothing acts on it. */
export function selfClearWords({ untouched, clearedItself }: { untouched: number; clearedItself: number }): string | undefined {
  if (untouched < untouchedFrom || clearedItself * 3 < untouched) return undefined;
  return `${clearedItself} of ${untouched} that nobody of ours touched cleared by themselves: a longer firingFor would have spared those ${clearedItself}`;
}

/** Times of a rule's recoveries, from the beginning of the effect until it was verified. Milliseconds. */
interface Times {
  recovered: number;
  recoveryMs?: { p50: number; p90: number } | undefined;
}

/** `usually 4 min 10 s to 6 min 55 s, p50 to p90, n 38`; `undefined`: nothing has recovered. */
export const usualWords = ({ recovered, recoveryMs }: Times): string | undefined =>
  recoveryMs && `usually ${duration(recoveryMs.p50)} to ${duration(recoveryMs.p90)}, p50 to p90, n ${recovered}`;

/** Both, as a note says it; `undefined`: nothing is known. */
export function pastWords(learned: Times & { untouched: number; clearedItself: number }): string | undefined {
  const known = [usualWords(learned), selfClearWords(learned)].filter((one) => one !== undefined);
  return known.length === 0 ? undefined : known.join('; ');
}
