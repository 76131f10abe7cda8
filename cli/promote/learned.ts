import type { RuleRecord } from '../../api/shapes-labels.js';
import { duration, shortDuration } from '../../domain/words.js';
import { percent, shareOf } from '../../domain/precision.js';
import { learnsFrom, within } from './limits.js';

type Learned = RuleRecord['learned'];

/**
 * What is learned is told and suggested, never put into a plan by itself: a plan's hash must come out the same at admission as when it
 * was approved, and a figure that moves with every run would undo what a person has approved.
 */
export function learnedLines({ recovered, recoveryMs, untouched, clearedItself }: Learned): string[] {
  const times =
    recoveryMs === undefined
      ? []
      : [
          `recovered after             p50 ${duration(recoveryMs.p50)}, p90 ${duration(recoveryMs.p90)}, p95 ${duration(recoveryMs.p95)} (n ${recovered})`,
        ];
  const alone = shareOf(clearedItself, untouched);
  const itself =
    untouched === 0
      ? []
      : [`cleared by itself           ${clearedItself} of ${untouched} that nobody of ours touched (${percent(alone.share)})`];
  return [...times, ...itself];
}

/** What the rule could say instead of the usual; empty while too little is known. */
export function suggestions(learned: Learned): string[] {
  const wait = suggestedWithin(learned);
  if (wait === undefined || learned.recoveryMs === undefined) return [];
  return [
    `verify: { within: ${shortDuration(wait)} }     95 of 100 recoveries were seen by then; ${duration(within.least)} to ${duration(within.most)}`,
    `page people after ${duration(learned.recoveryMs.p90)} at the source, so that 9 of 10 recoveries wake nobody`,
  ];
}

/** Whole minutes, rounded up, in milliseconds. */
export function suggestedWithin({ recovered, recoveryMs }: Learned): number | undefined {
  if (recoveryMs === undefined || recovered < learnsFrom) return undefined;
  const minutes = Math.ceil(recoveryMs.p95 / 60_000) * 60_000;
  return Math.min(within.most, Math.max(within.least, minutes));
}
