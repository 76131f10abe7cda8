import { continueAsNew, patched, sleep } from '@temporalio/workflow';
import type { About } from '../../activities/types.js';
import type { Delivery } from '../../domain/delivery.js';
import type { Plan, PlanStep } from '../../domain/plan.js';
import { closed, gaveBack } from '../incident/activities.js';
import { emptyInbox } from '../incident/inbox.js';
import type { PlannedRun } from '../incident/run.js';
import { shownAtStart } from '../incident/shown.js';
import { tryToPutBack, type Undone } from '../incident/undo.js';

/** What was added for one incident, and is given back after it. */
export interface GiveBackInput {
  about: About;
  plan: Plan;
  /** The one of several targets, by id. */
  target?: string;
  step: PlanStep;
  attemptKey: string;
  afterMs: number;
}

const minute = 60_000;
/** Looks again after so long, longer each time. */
const pauses = { first: minute, longest: 15 * minute };
/** Looks so often in one run, so that a history stays short. */
const looks = 200;

/**
 * Waits until the incident has been closed for so long without a break, then puts back what was added, if it is still as we left it.
 * Runs beside the incident's own run, which has ended.
 */
export async function giveBack(input: GiveBackInput): Promise<{ says: string }> {
  const pace = Math.min(input.afterMs, pauses.first);
  for (let look = 0, pause = pace; look < looks; look++) {
    if (await closed(input.about)) {
      await sleep(input.afterMs, { summary: 'closed for long enough?' });
      if (await closed(input.about)) return giveItBack(input);
    }
    await sleep(pause, { summary: 'closed yet?' });
    pause = Math.min(pause * 2, Math.max(pace, pauses.longest));
  }
  return continueAsNew<typeof giveBack>(input);
}

async function giveItBack(input: GiveBackInput): Promise<{ says: string }> {
  const { about, plan, target = plan.target.id } = input;
  const undone = await onceItIsFree(input);
  const says = undone.status === 'succeeded' ? `given back: ${undone.says}` : `not given back: ${undone.says}`;
  await gaveBack({ ...about, says, done: undone.status === 'succeeded', target });
  return { says };
}

/** Asks so often again while another run has the target: with the pauses between, three hours. Then people read that it was left. */
const asks = 16;

/** Another run on the target goes before: what was lent can wait. Whatever else refuses, refuses for good. */
async function onceItIsFree({ about, plan, target, step, attemptKey, afterMs }: GiveBackInput): Promise<Undone> {
  const run = { ...aside(about, plan), ...(target === undefined ? {} : { target }) };
  const pace = Math.min(afterMs, pauses.first);
  const longest = pace * (pauses.longest / pauses.first);
  for (let ask = 1, pause = pace; ; ask++) {
    const { undone, refusedBy } = await tryToPutBack(run, step, attemptKey, 'giveBack');
    const waits = refusedBy?.wait === true && refusedBy.freeAt !== undefined;
    if (!waits || !patched('give-back-waits')) return undone;
    if (ask === asks) return { ...undone, says: `${undone.says}; asked ${asks} times, and left as it is` };
    // The guard's own time, never sooner than our pause nor later than the longest: a date that is wrong must not hold it for ever.
    const until = Math.max(Date.parse(refusedBy.freeAt ?? '') - Date.now() || 0, pause);
    await sleep(Math.min(until, longest), { summary: `held by ${refusedBy.guard}` });
    pause = Math.min(pause * 2, longest);
  }
}

/** It was begun by no event. */
const begunByNobody = ({ ref, trust }: About): Delivery => ({
  eventId: 'giveback',
  eventType: 'giveback',
  kind: 'other',
  ref,
  occurredAt: '',
  receivedAt: '',
  actor: null,
  trust,
  authenticatedBy: '',
  bodyHash: '',
});

/** A run beside the incident's: nobody sends it anything. */
const aside = (about: About, plan: Plan): PlannedRun => ({
  about,
  delivery: begunByNobody(about),
  plan,
  inbox: emptyInbox(0),
  shown: shownAtStart(),
  story: { steps: [], approvals: [], effects: 0 },
});
