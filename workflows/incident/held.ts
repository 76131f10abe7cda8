import { condition } from '@temporalio/workflow';
import type { GuardVerdict } from '../../domain/permit.js';
import { end, interrupted, type PlannedRun } from './run.js';
import { show } from './shown.js';

/** Asks the guards again at most so often; then people are paged. */
export const mostAsks = 40;
/** Never asks again sooner than this. */
const shortestWaitMs = 250;

/** Waits until the guard says it is free, or something comes in. False: waiting does not help. */
export async function waitFor(run: PlannedRun, refused: GuardVerdict): Promise<boolean> {
  if (!refused.wait || !refused.freeAt) return false;
  // No single wait is longer than an effect may begin late: a clock or a date that is wrong must not hold the run.
  const until = Math.min(Date.parse(refused.freeAt) - Date.now(), run.plan.limits.startByMs);
  const ms = Math.max(shortestWaitMs, until);
  show(run.shown, { phase: 'guards', says: `held by ${refused.guard}: ${refused.found}`, until: refused.freeAt });
  await condition(() => interrupted(run, run.plan) !== undefined, ms, { summary: `held by ${refused.guard}` });
  return true;
}

/** How a run ends that a guard refused for good. */
export function refusal(run: PlannedRun, refused: GuardVerdict): ReturnType<typeof end> {
  const says = `refused by ${refused.guard}: ${refused.found}${refused.freeAt ? `, free ${refused.freeAt}` : ''}`;
  if (refused.guard === 'incident' && run.story.effects === 0) return end('resolved-itself', says, false);
  if (refused.guard === 'onAcknowledge') return end('stood-down', says, false);
  return end('escalated', says, true);
}
