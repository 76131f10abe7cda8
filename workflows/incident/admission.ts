import { condition } from '@temporalio/workflow';
import type { Admission, GuardVerdict, Permit } from '../../domain/permit.js';
import { admit } from './activities.js';
import { approved } from './approval.js';
import { end, goOn, interrupted, type Next, type PlannedRun } from './run.js';
import { show } from './shown.js';

/** Asks admission again at most so often; then people are paged. */
const mostAsks = 40;
/** Never asks again sooner than this. */
const shortestWaitMs = 250;

/** A permit for one step, or the end of the run. Waits where the guard says that waiting helps. */
export async function permitFor(run: PlannedRun, step: number): Promise<Next<Permit>> {
  let asked = false;
  for (let turn = 0; turn < mostAsks; turn++) {
    const stop = interrupted(run, run.plan);
    if (stop) return stop;
    show(run.shown, { phase: 'guards', says: `asking every guard about step ${step + 1}`, planHash: run.plan.hash });
    const admission: Admission = await admit({ ...run.about, planHash: run.plan.hash, step });
    if (admission.admitted) return goOn(admission.permit);
    const refused = admission.refusedBy;
    if (refused.verdict === 'ask' && !asked) {
      asked = true;
      const word = await approved(run, step, `${refused.guard}: ${refused.found}`);
      if (!word.go) return word;
      continue;
    }
    const waited = await waitFor(run, refused);
    if (!waited) return refusal(run, refused);
  }
  return end('escalated', 'the guards did not allow it in time', true);
}

/** Waits until the guard says it is free, or something comes in. False: waiting does not help. */
async function waitFor(run: PlannedRun, refused: GuardVerdict): Promise<boolean> {
  if (!refused.wait || !refused.freeAt) return false;
  const ms = Math.max(shortestWaitMs, Date.parse(refused.freeAt) - Date.now());
  show(run.shown, { phase: 'guards', says: `held by ${refused.guard}: ${refused.found}`, until: refused.freeAt });
  await condition(() => interrupted(run, run.plan) !== undefined, ms, { summary: `held by ${refused.guard}` });
  return true;
}

function refusal(run: PlannedRun, refused: GuardVerdict): ReturnType<typeof end> {
  const says = `refused by ${refused.guard}: ${refused.found}${refused.freeAt ? `, free ${refused.freeAt}` : ''}`;
  if (refused.guard === 'incident' && run.story.effects === 0) return end('resolved-itself', says, false);
  if (refused.guard === 'onAcknowledge') return end('stood-down', says, false);
  return end('escalated', says, true);
}
