import type { UndoInput } from '../../activities/types.js';
import type { GuardVerdict } from '../../domain/permit.js';
import type { PlanStep } from '../../domain/plan.js';
import type { StepStory } from '../../domain/story.js';
import { admitUndo } from './activities.js';
import { execute, reason } from './execution.js';
import { type PlannedRun, stepOf } from './run.js';
import { show } from './shown.js';

export type Undone = NonNullable<StepStory['undo']>;

/** What could not be put back, and by whom it was refused. */
export interface NotPutBack {
  undone: Undone;
  refusedBy?: GuardVerdict;
}

/** Puts one effect back, once: permitted and carried out as any effect is. What could not be put back is told, never tried again. */
export const putBack = async (run: PlannedRun, step: PlanStep, attemptKey: string, why: UndoInput['why']): Promise<Undone> =>
  (await tryToPutBack(run, step, attemptKey, why)).undone;

/** The same for whoever may ask once more: what was refused was not tried. */
export async function tryToPutBack(
  run: PlannedRun,
  step: PlanStep,
  attemptKey: string,
  why: UndoInput['why'],
): Promise<NotPutBack> {
  show(run.shown, { phase: 'undoing', says: `puts back what ${step.runbook} did`, planHash: run.plan.hash });
  try {
    const { admission, action, waits, stops, says } = await admitUndo({
      ...stepOf(run, step.index),
      attemptKey,
      why,
    });
    if (!admission.admitted) return { undone: { status: 'not-done', says }, refusedBy: admission.refusedBy };
    const back: PlanStep = { ...step, action, waits, stops, says, undo: 'none' };
    const { status, says: ended } = await execute(run, back, admission.permit, { undoes: true });
    return { undone: { status, says: status === 'succeeded' ? says : ended } };
  } catch (error) {
    return { undone: { status: 'unknown', says: `whether it was put back is not known (${reason(error)})` } };
  }
}
