import type { Approval } from '../../domain/approval.js';
import { type Plan, planIn } from '../../domain/plan.js';
import type { Steps } from './clock.js';
import { note } from './deciding.js';
import type { Planned } from './planned.js';
import { type Asked, moment, type Run, type Stage, untilDone, type Worker } from './stage.js';
import { iso } from './world.js';

/** Has every unanswered word judged, in the order they came. */
export function* judgeWaiting(
  { stage, run, plan }: Planned,
  expiresAt = Number.POSITIVE_INFINITY,
): Steps<'approved' | 'rejected' | undefined> {
  for (const asked of run.inbox.approvals) {
    if (asked.answered) continue;
    if (stage.clock.now() >= expiresAt) return undefined;
    const settled = yield* untilDone(stage, run, (worker) => judge(stage, run, worker, plan.hash, asked));
    asked.answered = true;
    if (settled) return settled;
  }
  return undefined;
}

/** Whether a human's word counts, by the ledger's plan: every attempt is written down, refused ones too. */
function* judge(
  stage: Stage,
  run: Run,
  worker: Worker,
  planHash: string,
  asked: Asked,
): Steps<'approved' | 'rejected' | undefined> {
  yield* moment(stage);
  const plan = planIn(stage.decisions.get(run.id)?.at(-1)?.decision);
  const refusal = plan ? refusalOf(stage, plan, planHash, asked) : 'there is no plan';
  const { decision, by } = asked.request;
  const approval: Approval = {
    incident: run.id,
    planHash: plan?.hash ?? planHash,
    decision,
    by,
    via: asked.via,
    verifiedIdentity: asked.via !== 'temporal',
    accepted: refusal === undefined,
    reason: refusal ?? '',
    at: iso(worker.now()),
  };
  stage.ledger.putApproval(approval);
  stage.count(refusal === undefined ? `a ${decision} counts` : `a word is refused`);
  stage.tell(`${run.id} ${decision} by ${by} (${asked.via}): ${refusal ?? 'accepted'}`);
  yield* moment(stage);
  if (refusal !== undefined || !plan) return undefined;
  note(stage, run, 'approval', 'ok', `word.${by}.${decision}.${asked.via}`, { decision, by, planHash: plan.hash });
  if (decision === 'reject') return 'rejected';
  const given = stage.ledger.approvals(run.id, plan.hash).filter((one) => one.accepted && one.decision === 'approve');
  return new Set(given.map((one) => one.by)).size >= plan.approval.count ? 'approved' : undefined;
}

function refusalOf({ world }: Stage, plan: Plan, planHash: string, { request, via }: Asked): string | undefined {
  if (plan.hash !== planHash) return 'the plan has changed since';
  if (request.planHash.length < 8 || !plan.hash.startsWith(request.planHash)) return 'it is for another plan';
  if (via !== 'temporal') return world.onCall.includes(request.by.toLowerCase()) ? undefined : 'not on call';
  if (plan.approval.signals === 'refuse') return 'no approvals from Temporal';
  return plan.steps.some(({ risk }) => risk === 'destructive') ? 'a destructive step' : undefined;
}
