import { WorkflowIdReusePolicy } from '@temporalio/common';
import { CancellationScope, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { longestVerifyMs, mayLearn } from '../../domain/patience.js';
import type { PlanStep } from '../../domain/plan.js';
import type { StepStory } from '../../domain/story.js';
import type { Verification } from '../../domain/verification.js';
import { duration } from '../../domain/words.js';
import type { GiveBackInput } from '../give-back/give-back.js';
import { giveBackWorkflowId } from '../ids.js';
import { alreadyStarted } from '../start-options.js';
import { verifying } from './activities.js';
import { permitFor } from './admission.js';
import { execute, reason } from './execution.js';
import { end, goOn, interrupted, type Next, type PlannedRun, stepOf } from './run.js';
import { show } from './shown.js';
import { putBack } from './undo.js';

/** How often one step is admitted anew after its permit ran out unused; then people are paged. */
const mostPermits = 3;

/** The steps in order; the first that verifies ends it; after the last, people are paged. */
export async function climb(run: PlannedRun): Promise<Next<never>> {
  for (let index = 0; index < run.plan.steps.length; index++) {
    const tried = await tryStep(run, index);
    if (!tried.go) return tried;
    const { step, told } = tried.value;
    run.story.steps.push(told);
    if (told.effect === 'unknown') return end('escalated', `${step.runbook} may or may not have run: ${told.effectSays}`, true);
    // What was never tried has not failed: the next step, which does more, is not the answer to it.
    if (told.effect === 'not-done')
      return interrupted(run, run.plan) ?? end('escalated', `${step.runbook} was not started: ${told.effectSays}`, true);
    if (told.stopped !== undefined) return handedOver(run, step, told);
    if (told.verification?.verified) {
      await promiseGiveBack(run, step, told);
      return end('remediated', told.verification.says, false);
    }
    const stays = await undoIfWanted(run, step, told);
    if (stays) return stays;
  }
  return end('escalated', lastWords(run.story.steps), true);
}

/**
 * What had to be stopped did harm, or was about to: no next step, which does more, and people have it even where the alert is over by now.
 * No recorded history has such an end in it, so none of them is replayed otherwise than it ran.
 */
async function handedOver(run: PlannedRun, step: PlanStep, told: StepStory): Promise<Next<never>> {
  const says = `${step.runbook} was ${told.stopped}`;
  if (told.verification?.verified) return end('escalated', `${says}; the alert is over all the same`, true);
  return (await undoIfWanted(run, step, told)) ?? end('escalated', says, true);
}

async function tryStep(run: PlannedRun, index: number): Promise<Next<{ step: PlanStep; told: StepStory }>> {
  for (let permits = 1; ; permits++) {
    const permit = await permitFor(run, index);
    if (!permit.go) return permit;
    // Only now: the plan may have been made anew.
    const step = run.plan.steps[index] as PlanStep;
    // What has begun is seen through and told, also when somebody cancels the run meanwhile.
    const cancelled = CancellationScope.current().cancelRequested;
    const { told, ranOut } = await CancellationScope.nonCancellable(() => perform(run, step, permit.value, cancelled));
    if (!ranOut || permits === mostPermits) return goOn({ step, told });
  }
}

/**
 * What did not help is put back where its runbook says so, before anything else is tried. A human who has taken the incident has taken
 * it as it is. What could not be put back is people's.
 */
export async function undoIfWanted(run: PlannedRun, step: PlanStep, told: StepStory): Promise<Next<never> | undefined> {
  if (step.undo !== 'restore' || told.attemptKey === undefined) return undefined;
  const taken = interrupted(run, run.plan);
  if (taken) {
    told.undo = { status: 'not-done', says: 'not put back: a human has the incident' };
    return taken;
  }
  const { attemptKey } = told;
  const undo = await CancellationScope.nonCancellable(() => putBack(run, step, attemptKey, 'undo'));
  told.undo = undo;
  if (undo.status === 'succeeded') return undefined;
  return end('escalated', `${step.runbook} did not help and was not put back: ${undo.says}`, true);
}

/** What helped and is only lent is given back by a run of its own, long after this one has ended. */
export async function promiseGiveBack(run: PlannedRun, step: PlanStep, told: StepStory): Promise<void> {
  if (step.giveBackMs === undefined || told.attemptKey === undefined) return;
  told.left = `${step.says}; given back ${duration(step.giveBackMs)} after the incident is closed, if it is still ours`;
  const input: GiveBackInput = {
    about: run.about,
    plan: run.plan,
    ...(run.target === undefined ? {} : { target: run.target }),
    step,
    attemptKey: told.attemptKey,
    afterMs: step.giveBackMs,
  };
  const started = await startChild<(input: GiveBackInput) => Promise<unknown>>('giveBack', {
    workflowId: giveBackWorkflowId(run.about.incident, step.index, placeInRollout(run)),
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    staticSummary: `gives back what ${step.runbook} added`,
  }).then(
    () => true,
    // A run that was reset finds the one that it began before; what else may go wrong leaves it standing, and is told.
    alreadyStarted,
  );
  if (!started) told.left = `${step.says}; nobody gives it back by itself`;
}

/** Which of several targets it is about, from 0. */
const placeInRollout = ({ plan, target }: PlannedRun): number | undefined =>
  target === undefined ? undefined : plan.rollout?.each.findIndex((each) => each.target.id === target);

const lastWords = (steps: StepStory[]): string =>
  steps.at(-1)?.verification?.says ?? steps.at(-1)?.effectSays ?? 'nothing could be done';

type Permitted = Parameters<typeof execute>[2];

export async function perform(
  run: PlannedRun,
  step: PlanStep,
  permit: Permitted,
  cancelled: Promise<never>,
): Promise<{ told: StepStory; ranOut: boolean }> {
  const startedAt = new Date().toISOString();
  const effect = await execute(run, step, permit, { cancelled });
  const told: StepStory = {
    index: step.index,
    runbook: step.runbook,
    says: step.says,
    ...(run.target === undefined ? {} : { target: run.plan.target.name }),
    attemptKey: permit.attemptKey,
    startedAt,
    endedAt: new Date().toISOString(),
    effect: effect.status,
    effectSays: effect.says,
    ...('stopped' in effect && effect.stopped !== undefined ? { stopped: effect.stopped } : {}),
  };
  // A failed effect is verified as well: it may have helped half-way, and the alert has the last word.
  if (effect.status === 'succeeded' || effect.status === 'failed')
    told.verification = await verified(run, step, permit.attemptKey);
  return { told, ranOut: effect.status === 'not-done' && effect.ranOut === true };
}

async function verified(run: PlannedRun, step: PlanStep, attemptKey: string): Promise<Verification> {
  const { pace, hash } = run.plan;
  const until = new Date(Date.now() + step.verify.withinMs).toISOString();
  // What was learned moves from run to run, so no workflow knows it: the activity says on the timeline what it goes by.
  const sooner = mayLearn(step.verify, pace) ? ', sooner or later where the timeline says what was learned' : '';
  show(run.shown, { phase: 'verifying', says: `whether ${step.runbook} helped${sooner}`, planHash: hash, until });
  try {
    const { verify } = verifying(pace, longestVerifyMs(step.verify, pace));
    return await verify({ ...stepOf(run, step.index), attemptKey, verify: step.verify });
  } catch (error) {
    return { verified: false, readings: [], says: `it could not be verified: ${reason(error)}` };
  }
}
