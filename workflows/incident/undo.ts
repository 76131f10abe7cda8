import type { UndoInput } from '../../activities/types.js';
import type { PlanStep } from '../../domain/plan.js';
import type { StepStory } from '../../domain/story.js';
import { admitUndo } from './activities.js';
import { execute, reason } from './execution.js';
import { type PlannedRun, stepOf } from './run.js';
import { show } from './shown.js';

type Undone = NonNullable<StepStory['undo']>;

/** Puts one effect back, once: permitted and carried out as any effect is. What could not be put back is told, never tried again. */
export async function putBack(run: PlannedRun, step: PlanStep, attemptKey: string, why: UndoInput['why']): Promise<Undone> {
  show(run.shown, { phase: 'undoing', says: `puts back what ${step.runbook} did`, planHash: run.plan.hash });
  try {
    const { admission, action, waits, stops, says } = await admitUndo({
      ...stepOf(run, step.index),
      attemptKey,
      why,
    });
    if (!admission.admitted) return { status: 'not-done', says };
    const back: PlanStep = { ...step, action, waits, stops, says, undo: 'none' };
    const { status, says: ended } = await execute(run, back, admission.permit, { undoes: true });
    return { status, says: status === 'succeeded' ? says : ended };
  } catch (error) {
    return { status: 'unknown', says: `whether it was put back is not known (${reason(error)})` };
  }
}
