import type { Admission, Permit } from '../../domain/permit.js';
import { patched } from '@temporalio/workflow';
import { admit, decide } from './activities.js';
import { approved, judgeWaiting } from './approval.js';
import { mostAsks, refusal, waitFor } from './held.js';
import { end, goOn, interrupted, type Next, type PlannedRun, stepOf } from './run.js';
import { show } from './shown.js';

/** A permit for one step, or the end of the run. Waits where the guard says that waiting helps. */
export async function permitFor(run: PlannedRun, step: number): Promise<Next<Permit>> {
  let asked = false;
  let decidedAgain = 0;
  for (let turn = 0; turn < mostAsks; turn++) {
    const stop = await lastWord(run);
    if (stop) return stop;
    show(run.shown, { phase: 'guards', says: `asking every guard about step ${step + 1}`, planHash: run.plan.hash });
    const admission: Admission = await admit(stepOf(run, step));
    // Whatever came in while the guards were asked came before the effect.
    if (admission.admitted) return (await lastWord(run)) ?? goOn(admission.permit);
    const refused = admission.refusedBy;
    if (refused.verdict === 'ask' && !asked) {
      asked = true;
      const word = await approved(run, step, `${refused.guard}: ${refused.found}`);
      if (!word.go) return word;
      continue;
    }
    if (refused.guard === 'plan' && mayDecideAgain(run, step, decidedAgain)) {
      decidedAgain += 1;
      const anew = await decideAgain(run, step);
      if (!anew.go) return anew;
      continue;
    }
    if (!(await waitFor(run, refused))) return refusal(run, refused);
  }
  return end('escalated', 'the guards did not allow it in time', true);
}

/** The world moved on between plan and permit, as a group that scales by itself does. More often than this it is people's. */
const mostPlans = 2;

const mayDecideAgain = (run: PlannedRun, step: number, times: number): boolean =>
  step === 0 && run.target === undefined && run.story.effects === 0 && times < mostPlans && patched('decide-again');

/** Decides anew, as for a new incident; where a human's word is wanted, for the new plan: no word counts for two. */
async function decideAgain(run: PlannedRun, step: number): Promise<Next> {
  const decided = await decide({ ...run.about, delivery: run.delivery });
  if (decided.kind === 'over') return end(decided.outcome, decided.says, false);
  const { decision } = decided;
  if (decision.concluded !== 'act' && decision.concluded !== 'ask')
    return end(
      'escalated',
      `what was planned is no longer: ${'because' in decision ? decision.because : decision.concluded}`,
      true,
    );
  run.plan = decision.plan;
  if (decision.concluded === 'act') return goOn(undefined);
  return approved(run, step, `the plan has changed to ${run.plan.hash.slice(0, 8)}`);
}

/** A human's no, an acknowledgement, a take-over or a resolve that came in since. */
async function lastWord(run: PlannedRun): Promise<ReturnType<typeof end> | undefined> {
  const word = await judgeWaiting(run);
  return word && !word.go ? word : interrupted(run, run.plan);
}
