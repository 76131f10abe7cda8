import type { OutcomeKind } from '../../domain/outcome.js';
import type { Plan } from '../../domain/plan.js';
import type { Run, Stage } from './stage.js';

/** A phase goes on (`undefined`), or ends the run. */
export type End = OutcomeKind | undefined;

export interface Planned {
  stage: Stage;
  run: Run;
  plan: Plan;
}

/** What came in from outside that forbids to begin anything new. */
export function interrupted({ run: { inbox, effects }, plan }: Planned): End {
  if (inbox.resolved && effects === 0) return 'resolved-itself';
  const human = inbox.takenOverBy ?? (plan.limits.onAcknowledge === 'standDown' ? inbox.heldBy : undefined);
  return human === undefined ? undefined : 'stood-down';
}
