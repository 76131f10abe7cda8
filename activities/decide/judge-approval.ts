import { type Approval, claimedRole, isBoundTo, isButton } from '../../domain/approval.js';
import { type Plan, planIn } from '../../domain/plan.js';
import type { ApprovalRequestRow } from '../../ledger/port.js';
import type { ActivityDeps } from '../deps.js';
import { allNamesOf, approversNow, keptName, requestersOf } from '../situation/approvers.js';
import { readIncident } from '../situation/read.js';
import { storedDecision } from '../stored.js';
import type { Judged, JudgeInput } from '../types.js';

/** Shorter hashes pin nothing. */
const shortestPin = 8;

/**
 * Whether a human's word counts: who it is, whether they are on call for this incident now, which plan they saw, once each.
 * The plan is the ledger's, not the caller's. Every attempt is written down, refused ones too.
 */
export async function judgeApproval(deps: ActivityDeps, input: JudgeInput): Promise<Judged> {
  const plan = planIn(await storedDecision(deps, input.incident));
  const row = input.request.requestId ? await deps.ledger.approvalRequest(input.request.requestId) : undefined;
  const asked = {
    by: row?.by ?? input.request.by,
    via: row?.via ?? 'temporal',
    verifiedIdentity: row !== undefined && row.role !== claimedRole,
  };
  const said = plan ? await refusalOf(deps, input, plan, row) : 'there is no plan to decide about';
  const refusal = typeof said === 'string' ? said : undefined;
  const approval: Approval = {
    incident: input.incident,
    planHash: plan?.hash ?? input.planHash,
    decision: input.request.decision,
    ...asked,
    ...(typeof said === 'object' ? { by: said.by } : {}),
    accepted: refusal === undefined,
    reason: refusal ?? input.request.reason ?? '',
    at: new Date(deps.now()).toISOString(),
  };
  await deps.ledger.putApproval(approval);
  return judged(deps, input, approval, plan);
}

/** Why it does not count; or under which name it is kept. */
async function refusalOf(
  deps: ActivityDeps,
  input: JudgeInput,
  plan: Plan,
  row: ApprovalRequestRow | undefined,
): Promise<string | { by: string } | undefined> {
  const { request } = input;
  if (plan.hash !== input.planHash) return 'the plan has changed since: look at the new one';
  if (request.planHash.length < shortestPin || !plan.hash.startsWith(request.planHash))
    return `it is for another plan: this one is ${plan.hash.slice(0, shortestPin)}`;
  if (request.requestId && (!row || row.incident !== input.incident)) return 'the request is not one that our own door wrote';
  const before = request.requestId && (await refusedBefore(deps, input, request.requestId));
  if (before) return before;
  if (request.requestId && !isBoundTo(deps.hash, request.requestId, request))
    return 'our own door wrote that request for another decision or another plan';
  if (row && request.decision === 'approve' && isButton(row.via) && plan.steps.some(({ risk }) => risk === 'destructive'))
    return `a destructive step wants a word on the plan itself, which a button does not show: opssentinel approve --plan ${plan.hash.slice(0, shortestPin)}`;
  if (row && request.decision === 'approve' && isButton(row.via) && !(await wasShown(deps, input, plan)))
    return 'this plan has not been shown yet: read the new note, and press again';
  // The same word again counts once, in the ledger: judged again after a lost answer, it gets the same answer.
  const unverified = row === undefined || row.role === claimedRole ? signalRefusal(deps, plan) : undefined;
  return unverified ?? (row && asApprover(deps, input, row, plan));
}

/** A word that was refused stays refused: whoever may decide by now gives another. */
async function refusedBefore({ ledger }: ActivityDeps, { incident }: JudgeInput, requestId: string): Promise<string | undefined> {
  const lines = await ledger.timeline(incident);
  const line = lines.find(
    ({ phase, state, data }) => phase === 'approval' && state === 'refused' && data?.['requestId'] === requestId,
  );
  return typeof line?.data?.['because'] === 'string' ? line.data['because'] : undefined;
}

/** A button names no plan: whoever pressed it before people were asked about this one meant the one before. */
const wasShown = async ({ ledger }: ActivityDeps, { incident }: JudgeInput, plan: Plan): Promise<boolean> =>
  (await ledger.timeline(incident)).some(({ once }) => once === `ask.${plan.hash}.first`);

/** Whoever reached Temporal may be anybody: it counts as one unverified operator, unless the policy or the risk forbids it. */
function signalRefusal(deps: ActivityDeps, plan: Plan): string | undefined {
  if (plan.approval.signals === 'refuse' || deps.rules().policy.doc.approval?.signals === 'refuse')
    return 'the policy takes no approvals from Temporal: use opssentinel approve';
  if (plan.steps.some(({ risk }) => risk === 'destructive')) return 'a destructive step wants people whose identity was checked';
  return undefined;
}

async function asApprover(
  deps: ActivityDeps,
  input: JudgeInput,
  row: ApprovalRequestRow,
  plan: Plan,
): Promise<string | { by: string }> {
  const { incident } = await readIncident(deps, input);
  const approvers = await approversNow(deps, input, incident, plan.team);
  const names = allNamesOf(row.by, approvers);
  const asked = await requestersOf(deps, input);
  if (input.request.decision === 'approve' && names.some((name) => asked.includes(name)))
    return `${row.by} asked for it: somebody else decides`;
  if (names.some((name) => approvers.names.includes(name))) return { by: keptName(row.by, approvers) };
  return `${row.by} is not on call for this incident now (on call: ${approvers.says})`;
}

async function judged(deps: ActivityDeps, input: JudgeInput, approval: Approval, plan: Plan | undefined): Promise<Judged> {
  const who = `${approval.by} (${approval.via}${approval.verifiedIdentity ? '' : ', identity not checked'})`;
  const word = approval.decision === 'approve' ? 'approved' : 'rejected';
  const says = approval.accepted
    ? `${word} by ${who}${approval.reason ? `: ${approval.reason}` : ''}`
    : `${who}: refused, ${approval.reason}`;
  await deps.ledger.record({
    incident: input.incident,
    phase: 'approval',
    state: approval.accepted ? 'ok' : 'refused',
    says,
    data: {
      decision: approval.decision,
      by: approval.by,
      via: approval.via,
      verified: approval.verifiedIdentity,
      ...(input.request.requestId === undefined ? {} : { requestId: input.request.requestId }),
      planHash: approval.planHash,
      ...(approval.accepted ? {} : { because: approval.reason }),
    },
  });
  if (!approval.accepted || !plan) return { answer: { accepted: false, reason: approval.reason }, says };
  if (approval.decision === 'reject') return { answer: { accepted: true, reason: 'rejected' }, settled: 'rejected', says };
  const given = (await deps.ledger.approvals(input.incident, plan.hash)).filter(
    (one) => one.accepted && one.decision === 'approve',
  );
  // However many unchecked names there are, they are one operator.
  const people = new Set(given.map(({ by, verifiedIdentity }) => (verifiedIdentity ? by.toLowerCase() : ''))).size;
  const enough = people >= plan.approval.count;
  const reason = enough ? 'approved' : `counted; ${plan.approval.count - people} more wanted`;
  return { answer: { accepted: true, reason }, settled: enough ? 'approved' : undefined, says };
}
