import type { About } from '../../activities/types.js';
import type { Delivery } from '../../domain/delivery.js';
import type { Plan } from '../../domain/plan.js';
import type { Ending, Story } from '../../domain/story.js';
import type { Inbox } from './inbox.js';
import type { Shown } from './shown.js';

/** What the phases of one run share. */
export interface Run {
  about: About;
  /** What began the run. */
  delivery: Delivery;
  inbox: Inbox;
  shown: Shown;
  story: Story;
  /** The plan that it came to, first of all; what is judged afterwards. */
  planned?: Plan;
}

/** A run with a plan: everything after `decide`. `target`: the one of several, by id, that a part of the run is about. */
export type PlannedRun = Run & { plan: Plan; target?: string };

/** What names one step to the activities. */
export const stepOf = ({ about, plan, target }: PlannedRun, step: number) => ({
  ...about,
  planHash: plan.hash,
  step,
  ...(target === undefined ? {} : { target }),
});

/** A phase goes on, or ends the run. */
export type Next<Value = undefined> = { go: true; value: Value } | { go: false; ending: Ending };

export const goOn = <Value>(value: Value): Next<Value> => ({ go: true, value });
export const end = (kind: Ending['kind'], says: string, page: boolean): { go: false; ending: Ending } => ({
  go: false,
  ending: { kind, says, page },
});

/** What came in from outside that forbids to begin anything new. Asked before every step. */
export function interrupted({ inbox, story }: Run, plan: Plan): { go: false; ending: Ending } | undefined {
  if (inbox.resolved && story.effects === 0) return end('resolved-itself', 'it was resolved before anything was done', false);
  // What an acknowledgement means is the rule's to say; a take-over says it itself.
  const human = inbox.takenOverBy ?? (plan.limits.onAcknowledge === 'standDown' ? inbox.heldBy : undefined);
  return human === undefined ? undefined : end('stood-down', `${human} has the incident: hands off`, false);
}
