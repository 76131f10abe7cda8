import { condition } from '@temporalio/workflow';
import type { AskInput } from '../../activities/types.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { ask, judgeApproval, preview } from './activities.js';
import { mostAsks, refusal, waitFor } from './held.js';
import { end, goOn, interrupted, type Next, type PlannedRun } from './run.js';
import { howToDecide, show } from './shown.js';

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * A human's word on the pinned plan. First the guards are asked "would you admit?", so that nobody is woken for
 * what is held anyway. Expiry pages and never runs.
 */
export async function approved(run: PlannedRun, step: number, because: string): Promise<Next> {
  const held = await heldAnyway(run, step);
  if (held) return held;

  const { plan, about } = run;
  const expiresAt = Date.now() + plan.approval.expiresInMs;
  const remindAt = Date.now() + plan.approval.expiresInMs / 2;
  const says = `waits for ${plan.approval.count} of the people on call: ${because}`;
  show(run.shown, { phase: 'waiting for approval', says, planHash: plan.hash, until: iso(expiresAt) }, howToDecide(plan.hash));
  const question = { ...about, planHash: plan.hash, because, expiresAt: iso(expiresAt) };
  tell({ ...question, reminder: false });

  let reminded = false;
  for (;;) {
    // First of all: a word that is judged only now, because no worker was there, may have been meant for a moment long gone.
    if (Date.now() >= expiresAt) return end('escalated', 'nobody approved in time; it expired and was not run', true);
    const settled = await judgeWaiting(run, expiresAt);
    if (settled) return settled;
    const stop = interrupted(run, plan);
    if (stop) return stop;
    const now = Date.now();
    if (now >= expiresAt) continue;
    if (!reminded && now >= remindAt) {
      reminded = true;
      tell({ ...question, reminder: true });
      continue;
    }
    const wakeAt = reminded ? expiresAt : remindAt;
    await condition(() => waiting(run) || interrupted(run, plan) !== undefined, wakeAt - now, {
      summary: reminded ? 'approval expires' : 'reminder',
    });
  }
}

/** What would be refused whatever people say; what passes by itself is waited for. */
async function heldAnyway(run: PlannedRun, step: number): Promise<ReturnType<typeof end> | undefined> {
  for (let turn = 0; turn < mostAsks; turn++) {
    const stop = interrupted(run, run.plan);
    if (stop) return stop;
    const refused = decisiveVerdict(await preview({ ...run.about, planHash: run.plan.hash, step }));
    if (!refused || refused.verdict === 'ask') return undefined;
    if (!(await waitFor(run, refused))) return refusal(run, refused);
  }
  return end('escalated', 'the guards did not allow it in time', true);
}

/** In the background: a channel that is away must not hold up the answer, nor the expiry. */
const tell = (question: AskInput): void => void ask(question).catch(() => undefined);

const waiting = ({ inbox }: PlannedRun): boolean => inbox.approvals.some(({ answer }) => answer === undefined);

/** Has every unanswered request judged, in the order they came. Those that wait when the time is over (epoch milliseconds) are too late. */
export async function judgeWaiting(run: PlannedRun, expiresAt = Number.POSITIVE_INFINITY): Promise<Next | undefined> {
  for (const asked of run.inbox.approvals) {
    if (asked.answer) continue;
    if (Date.now() >= expiresAt) return undefined;
    const judged = await judgeApproval({ ...run.about, planHash: run.plan.hash, via: asked.via, request: asked.request });
    asked.answer = judged.answer;
    if (judged.answer.accepted) run.story.approvals.push(judged.says);
    if (judged.settled === 'approved') return goOn(undefined);
    if (judged.settled === 'rejected') return end('escalated', judged.says, true);
  }
  return undefined;
}
