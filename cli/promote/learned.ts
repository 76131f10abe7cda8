import type { RuleRecord } from '../../api/shapes-labels.js';
import { learnsFrom, selfClearWords } from '../../domain/patience.js';
import { percent, shareOf } from '../../domain/precision.js';
import { duration } from '../../domain/words.js';

type Learned = RuleRecord['learned'];

/**
 * What is learned never gets into a plan: a plan's hash must come out the same at admission as when it was approved, and a figure that
 * moves with every run would undo what a person has approved. Verification goes by it beside the plan; everything else is told alone.
 */
export function learnedLines({ recovered, recoveryMs, runbooks = [], untouched, clearedItself }: Learned): string[] {
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
  const spared = selfClearWords({ untouched, clearedItself });
  return [
    ...times,
    ...runbooks.map((one) => `verified once it had ended  ${runbookWords(one)}`),
    ...itself,
    ...(spared === undefined ? [] : [`waiting longer              ${spared}`]),
  ];
}

function runbookWords({ runbook, recovered, p95Ms }: NonNullable<Learned['runbooks']>[number]): string {
  const known = p95Ms === undefined ? '' : ` p95 ${duration(p95Ms)}`;
  const counts =
    recovered < learnsFrom
      ? `verification goes by it from ${learnsFrom} on`
      : p95Ms === undefined
        ? 'too many were given up early to tell how long it takes'
        : 'verification goes by it where the rule says nothing';
  return `${runbook}${known} (n ${recovered}); ${counts}`;
}

/** What people could set elsewhere; empty while too little is known. */
export function suggestions({ recovered, recoveryMs }: Learned): string[] {
  if (recoveryMs === undefined || recovered < learnsFrom) return [];
  return [
    `page people after ${duration(recoveryMs.p90)} at the source, so that 9 of 10 recoveries wake nobody: opssentinel rules escalation`,
  ];
}
