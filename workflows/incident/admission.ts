import type { Admission, Permit } from '../../domain/permit.js';
import { admit } from './activities.js';
import { approved, judgeWaiting } from './approval.js';
import { mostAsks, refusal, waitFor } from './held.js';
import { end, goOn, interrupted, type Next, type PlannedRun } from './run.js';
import { show } from './shown.js';

/** A permit for one step, or the end of the run. Waits where the guard says that waiting helps. */
export async function permitFor(run: PlannedRun, step: number): Promise<Next<Permit>> {
  let asked = false;
  for (let turn = 0; turn < mostAsks; turn++) {
    const stop = await lastWord(run);
    if (stop) return stop;
    show(run.shown, { phase: 'guards', says: `asking every guard about step ${step + 1}`, planHash: run.plan.hash });
    const admission: Admission = await admit({ ...run.about, planHash: run.plan.hash, step });
    // Whatever came in while the guards were asked came before the effect.
    if (admission.admitted) return (await lastWord(run)) ?? goOn(admission.permit);
    const refused = admission.refusedBy;
    if (refused.verdict === 'ask' && !asked) {
      asked = true;
      const word = await approved(run, step, `${refused.guard}: ${refused.found}`);
      if (!word.go) return word;
      continue;
    }
    if (!(await waitFor(run, refused))) return refusal(run, refused);
  }
  return end('escalated', 'the guards did not allow it in time', true);
}

/** A human's no, an acknowledgement, a take-over or a resolve that came in since. */
async function lastWord(run: PlannedRun): Promise<ReturnType<typeof end> | undefined> {
  const word = await judgeWaiting(run);
  return word && !word.go ? word : interrupted(run, run.plan);
}
