import { CancellationScope, patched } from '@temporalio/workflow';
import { aimedAt, batchesOf, type PlanStep } from '../../domain/plan.js';
import type { Permit } from '../../domain/permit.js';
import type { StepStory } from '../../domain/story.js';
import { counted } from '../../domain/words.js';
import { permitFor } from './admission.js';
import { perform, promiseGiveBack, undoIfWanted } from './ladder.js';
import { end, goOn, interrupted, type Next, type PlannedRun } from './run.js';

/** One target of the rollout, with leave to act on it. */
interface Allowed {
  run: PlannedRun;
  step: PlanStep;
  permit: Permit;
}

/**
 * Several targets, batch by batch: all of a batch at once, the next one when all of it is seen to have helped, or no more has failed than
 * the rule bears. What did not help is put back where its runbook says so.
 */
export async function rollOut(run: PlannedRun): Promise<Next<never>> {
  const batches = batchesOf(run.plan);
  const most = run.plan.rollout?.maxErrors ?? 0;
  let errors = 0;
  for (const [index, batch] of batches.entries()) {
    const allowed = await allow(run, batch);
    if (!allowed.go) return allowed;
    const cancelled = CancellationScope.current().cancelRequested;
    // What has begun is seen through and told, also when somebody cancels the run meanwhile.
    const acted = await CancellationScope.nonCancellable(() =>
      Promise.all(allowed.value.map(async (one) => ({ ...one, ...(await perform(one.run, one.step, one.permit, cancelled)) }))),
    );
    run.story.steps.push(...acted.map(({ told }) => told));
    const doubt = acted.map(({ told, step }) => unsettled(run, told, step)).find((stop) => stop !== undefined);
    if (doubt) return endedWith(doubt, acted);
    const failed = acted.filter(({ told }) => told.verification?.verified !== true);
    for (const one of failed) {
      const stays = await undoIfWanted(one.run, one.step, one.told);
      if (stays) return endedWith(stays, acted);
    }
    const halted = acted.find(({ told }) => told.stopped !== undefined);
    if (halted) return endedWith(end('escalated', `${nameOf(halted)} was ${halted.told.stopped}`, true), acted);
    errors += failed.length;
    const last = index === batches.length - 1;
    if (errors > most || (last && failed.length === acted.length))
      return endedWith(stopped(run, index + 1, batches.length, errors, most), acted);
    for (const one of acted) if (!failed.includes(one)) await promiseGiveBack(one.run, one.step, one.told);
  }
  const says = run.story.steps.at(-1)?.verification?.says ?? '';
  return end('remediated', `${counted(run.story.steps.length - errors, 'target')} of ${run.story.steps.length}: ${says}`, false);
}

type Acted = Pick<Allowed, 'run' | 'step'> & { told: StepStory };

/** However it ends for one of a batch, each of the others is left as it would be alone: put back, or lent and given back later. */
async function endedWith(ending: Next<never>, acted: readonly Acted[]): Promise<Next<never>> {
  const helped = acted.filter(({ told, step }) => told.verification?.verified === true && step.giveBackMs !== undefined);
  const failed = acted.filter(({ told, step }) => told.verification?.verified === false && step.undo === 'restore' && !told.undo);
  if ((helped.length === 0 && failed.length === 0) || !patched('rollout-settles-each')) return ending;
  for (const one of failed) await undoIfWanted(one.run, one.step, one.told);
  for (const one of helped) await promiseGiveBack(one.run, one.step, one.told);
  return ending;
}

/** Leave for each of a batch, before any of it begins: what is refused for one is refused for the batch. */
async function allow(run: PlannedRun, batch: readonly string[]): Promise<Next<Allowed[]>> {
  const allowed: Allowed[] = [];
  for (const target of batch) {
    const plan = aimedAt(run.plan, target) ?? run.plan;
    const one: PlannedRun = { ...run, plan, target };
    const permit = await permitFor(one, 0);
    if (!permit.go) return permit;
    allowed.push({ run: one, step: plan.steps[0] as PlanStep, permit: permit.value });
  }
  return goOn(allowed);
}

/** An end that people must see to: nobody knows whether it was done, or it was not tried at all. */
function unsettled(run: PlannedRun, told: StepStory, step: PlanStep): ReturnType<typeof end> | undefined {
  const what = nameOf({ step, told });
  if (told.effect === 'unknown') return end('escalated', `${what} may or may not have run: ${told.effectSays}`, true);
  if (told.effect === 'not-done')
    return interrupted(run, run.plan) ?? end('escalated', `${what} was not started: ${told.effectSays}`, true);
  return undefined;
}

const nameOf = ({ step, told }: { step: PlanStep; told: StepStory }): string =>
  `${step.runbook} on ${told.target ?? 'its target'}`;

function stopped(run: PlannedRun, batch: number, batches: number, errors: number, most: number): ReturnType<typeof end> {
  const says = run.story.steps.findLast(({ verification }) => verification?.verified !== true)?.verification?.says ?? '';
  return end(
    'escalated',
    `ended after batch ${batch} of ${batches}: ${counted(errors, 'target')} did not recover, the rule bears ${most}; ${says}`,
    true,
  );
}
