import type { Approval } from '../../domain/approval.js';
import { type Decision, type Plan, planIn, shortHash } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import { epochMs } from '../../domain/words.js';
import type { IncidentRow } from '../../ledger/port.js';
import type { ToolGround } from './tool.js';

/** Why a plan does not wait for people's word now, in a sentence; `undefined`: it does. */
export async function notWaiting(
  { ledger, now }: Pick<ToolGround, 'ledger' | 'now'>,
  { id, endedAt, outcome }: IncidentRow,
  planHash: string,
): Promise<string | undefined> {
  if (endedAt !== null) return `${id} has ended (${outcome ?? 'no outcome'}): there is nothing left to advise on.`;
  const plan = planIn((await ledger.decision(id)) as Decision | undefined);
  if (plan === undefined) return `${id} has no plan that anybody could decide on; explain_decision says why.`;
  if (plan.hash !== planHash)
    return `${id} has another plan now: look at it with get_plan, and advise on its hash (it begins with ${shortHash(plan.hash)}).`;
  const question = askedIn(await ledger.timeline(id), planHash);
  if (question === undefined) return `Nobody was asked about this plan of ${id}: it does not wait for people.`;
  if (!(question.until > now())) return `The time to decide about this plan of ${id} is over.`;
  if (isSettled(plan, await ledger.approvals(id, planHash))) return `People have decided about this plan of ${id} already.`;
  return undefined;
}

/** The last time that people were asked about this plan. */
function askedIn(lines: readonly LedgerRecord[], planHash: string): { until: number } | undefined {
  const asked = lines.findLast(
    ({ phase, state, data }) => phase === 'approval' && state === 'waiting' && data?.['planHash'] === planHash,
  );
  const until = asked?.data?.['expiresAt'];
  return asked && { until: typeof until === 'string' ? epochMs(until) : Number.NaN };
}

function isSettled({ approval }: Plan, said: readonly Approval[]): boolean {
  const accepted = said.filter((one) => one.accepted);
  const approvers = accepted.filter(({ decision }) => decision === 'approve').map(({ by }) => by);
  return accepted.some(({ decision }) => decision === 'reject') || new Set(approvers).size >= approval.count;
}
