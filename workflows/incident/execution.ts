import { ActivityFailure, ApplicationFailure, CancellationScope, sleep, TimeoutFailure } from '@temporalio/workflow';
import type { EffectInput, WaitInput } from '../../activities/types.js';
import type { EffectEnd } from '../../domain/effect.js';
import type { JsonObject } from '../../domain/json.js';
import type { Permit } from '../../domain/permit.js';
import type { PlanStep } from '../../domain/plan.js';
import { type EffectActivities, effectActivities } from './activities.js';
import { interrupted, type PlannedRun } from './run.js';
import { show } from './shown.js';

type Started = { ref: JsonObject; says: string } | { not: 'done' | 'known'; says: string; ranOut?: boolean };

/** `ranOut`: nothing happened because the permit was not used in time; the same step may be asked for again. */
export type Executed = EffectEnd | { status: 'not-done'; says: string; ranOut?: boolean };

/** How often the same key may be started again after its absence was proven. */
const mostRearms = 2;

/** How an effect is run beside the usual way. */
export interface Manner {
  /** Rejects when the run is cancelled: what can be stopped is stopped then, and seen to its end. */
  cancelled?: Promise<never>;
  /** It puts back what another did. */
  undoes?: boolean;
}

/** Runs one permitted effect to its end. At most one effect for the permit's key, whatever dies in between. */
export async function execute(run: PlannedRun, step: PlanStep, permit: Permit, manner: Manner = {}): Promise<Executed> {
  const activities = effectActivities(step, run.plan.pace);
  const input: EffectInput = {
    incident: run.about.incident,
    attemptKey: permit.attemptKey,
    planHash: permit.planHash,
    paramsHash: permit.paramsHash,
    ruleHash: permit.ruleHash,
    runbookHash: permit.runbookHash,
    ...(manner.undoes ? { undoes: true } : {}),
  };
  show(run.shown, { phase: 'executing', says: step.says, planHash: run.plan.hash });
  const started = await startOnce(activities, input, run);
  if ('not' in started)
    return started.not === 'done'
      ? { status: 'not-done', says: started.says, ranOut: started.ranOut }
      : { status: 'unknown', says: started.says };
  if (!step.waits) return { status: 'succeeded', says: started.says };
  show(run.shown, { phase: 'executing', says: `waits for ${started.says}`, planHash: run.plan.hash });
  const about: WaitInput = { incident: input.incident, attemptKey: input.attemptKey, ...(manner.undoes ? { undoes: true } : {}) };
  if (step.stops) stopWhen(manner.cancelled, activities, about);
  return waitToTheEnd(activities, about);
}

async function startOnce(activities: EffectActivities, input: EffectInput, run: PlannedRun): Promise<Started> {
  for (let rearms = 0; ; rearms++) {
    const doubt = await tryStart(activities, input);
    if ('ref' in doubt) {
      run.story.effects++;
      return doubt;
    }
    if (doubt.not === 'done') return doubt;
    // It may have happened: the answer was lost, or somebody used the permit before us. Read back, never repeat blindly.
    const adopted = await readBack(activities, input);
    if (adopted.found) {
      run.story.effects++;
      return { ref: adopted.ref, says: 'an effect found by its key; nothing was started again' };
    }
    if (!adopted.rearmed || rearms >= mostRearms) return { not: 'known', says: doubt.says };
    await sleep('500ms');
    const stop = interrupted(run, run.plan);
    if (stop) return { not: 'done', says: `the start was lost and is proven absent; not started again: ${stop.ending.says}` };
  }
}

async function tryStart(activities: EffectActivities, input: EffectInput): Promise<Started> {
  try {
    const start = await activities.start(input);
    if (start.started) return start;
    if (start.retryable) return { not: 'known', says: start.because };
    return { not: 'done', says: start.because, ranOut: start.ranOut };
  } catch (error) {
    // The server hands nothing out any more after this one, so nothing can have begun.
    if (untaken(error)) return { not: 'done', says: 'no worker took it in time' };
    return { not: 'known', says: `the answer to the start was lost (${reason(error)})` };
  }
}

const untaken = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START';

async function readBack(
  activities: EffectActivities,
  input: EffectInput,
): Promise<{ found: true; ref: JsonObject } | { found: false; rearmed: boolean }> {
  try {
    const adoption = await activities.adopt(input);
    return adoption.found ? adoption : { found: false, rearmed: adoption.rearmed };
  } catch {
    return { found: false, rearmed: false };
  }
}

/** In the background: the wait tells how it ended, stopped or not. */
function stopWhen(cancelled: Promise<never> | undefined, activities: EffectActivities, about: WaitInput): void {
  void cancelled?.catch(() => CancellationScope.nonCancellable(() => activities.stop(about)).catch(() => undefined));
}

async function waitToTheEnd(activities: EffectActivities, about: WaitInput): Promise<EffectEnd> {
  try {
    return await activities.wait(about);
  } catch (error) {
    return { status: 'unknown', says: `it began, and how it ended could not be read (${reason(error)})` };
  }
}

/** The innermost plain sentence of a failed activity. */
export function reason(error: unknown): string {
  if (error instanceof ActivityFailure && error.cause) return reason(error.cause);
  if (error instanceof ApplicationFailure) return error.message;
  return error instanceof Error ? error.message : 'no reason given';
}
