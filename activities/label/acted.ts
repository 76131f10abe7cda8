import { type Judgement, right, unlabelled, wrong } from '../../domain/label.js';
import type { Plan } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';
import { type PermitEvidence, permitsOf } from '../situation/attempt.js';

/**
 * What the ledger says of a run that was to act: verified is right, not verified or rejected is wrong. `undefined`: people were asked
 * and did not answer, or it was only observed, so that what they did instead has to tell.
 */
export async function judgedByLedger(deps: ActivityDeps, incident: string, plan: Plan): Promise<Judgement | undefined> {
  if (plan.mode === 'observe') return undefined;
  const { ledger } = deps;
  const [said, permits] = await Promise.all([ledger.approvals(incident, plan.hash), permitsOf(deps, incident)]);
  const accepted = said.filter((one) => one.accepted);
  const done = permits.filter(({ consumed_at: at }) => at != null);
  if (done.length > 0)
    return byEffects(
      done,
      accepted.some(({ decision }) => decision === 'approve'),
    );
  const no = accepted.find(({ decision }) => decision === 'reject');
  if (no) return wrong('rejected', `rejected by ${no.by}${no.reason === '' ? '' : `: ${no.reason}`}`);
  const asked = (await ledger.timeline(incident)).some(({ once }) => once?.startsWith('ask.') === true);
  return asked ? undefined : unlabelled('not-judged', 'nothing was done');
}

/** By the last step that was verified on each target: an earlier one that did not help has been followed by a better one. */
function byEffects(done: readonly PermitEvidence[], approved: boolean): Judgement {
  const last = new Map<string, PermitEvidence>();
  // What puts something back is never verified, and says nothing of the rule.
  for (const row of done.filter(({ verified }) => verified != null)) {
    const before = last.get(row.target_id ?? '');
    if (!before || (row.step ?? 0) >= (before.step ?? 0)) last.set(row.target_id ?? '', row);
  }
  const rows = [...last.values()];
  const failed = rows.find(({ verified }) => verified !== true);
  if (failed) return wrong('not-verified', `${approved ? 'approved, ' : ''}not verified: ${failed.verified_says ?? 'no words'}`);
  if (rows.length === 0 || done.some(({ status }) => status === 'unknown'))
    return unlabelled('not-judged', 'whether it was done, or whether it helped, is not known');
  const says = rows.at(-1)?.verified_says ?? '';
  return approved ? right('approved-verified', `approved, verified: ${says}`) : right('auto-verified', `verified: ${says}`);
}
