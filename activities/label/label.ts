import { type Judgement, type LabelRow, machine, unlabelled } from '../../domain/label.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { type Decision, type Plan, planIn } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { epochMs } from '../../domain/words.js';
import type { ActivityDeps } from '../deps.js';
import { isVendorFailure } from '../shell.js';
import { isClosed } from '../situation/closed.js';
import { storedDecision } from '../stored.js';
import type { About, Labelled } from '../types.js';
import { judgedByLedger } from './acted.js';
import { judgedByPeople } from './observed.js';

/** What is open longer is not looked at any more. */
export const givesUpAfterMs = 14 * 86_400_000;

/**
 * Phase 11: whether what the rule concluded was right. From the ledger and from reads of the target alone, never from the caller's
 * word: promotions rest on it. Asked again, it answers the same.
 */
export async function label(deps: ActivityDeps, about: About): Promise<Labelled> {
  const decision = await storedDecision(deps, about.incident);
  const plan = planIn(decision);
  if (!decision || !plan) return { open: false, says: 'there was no plan to judge' };
  const [before] = (await deps.ledger.labelsOfIncident(about.incident)).filter(({ by }) => by === machine);
  if (before) return settled(deps, plan, before);
  const closed = await isClosed(deps, about);
  const startedAt = (await deps.ledger.incident(about.incident))?.startedAt;
  const late = startedAt !== undefined && deps.now() - epochMs(startedAt) > givesUpAfterMs;
  if (!closed && !late) return { open: true };
  const lines = await deps.ledger.timeline(about.incident);
  const judged = closed
    ? await judge(deps, about, { ...decision, plan } as Decision & { plan: Plan }, lines).catch(askedIf(late))
    : unlabelled('not-judged', 'it was not closed within 14 days');
  return writeLabel(deps, about.incident, plan, judged, refuserIn(lines));
}

/** What cannot be read for so long a person is asked: nobody comes back to it. */
const askedIf =
  (late: boolean) =>
  (error: unknown): Judgement => {
    if (!late || !isVendorFailure(error)) throw error;
    return unlabelled('unlabelled', `it could not be read within 14 days: ${error.message}`);
  };

/** Once for each run: a second judgement finds the first, and does what is left of what follows from it. */
export async function writeLabel(
  deps: ActivityDeps,
  incident: string,
  plan: Plan,
  judged: Judgement,
  refusedBy = '',
): Promise<Labelled & { open: false }> {
  const { row } = await deps.ledger.putLabel({
    incident,
    rule: plan.rule.name,
    logicHash: plan.rule.logicHash,
    runbookHash: plan.steps[0]?.runbookHash ?? '',
    environment: plan.environment,
    mode: plan.mode,
    ...judged,
    by: machine,
    refusedBy,
  });
  return settled(deps, plan, row);
}

async function judge(
  deps: ActivityDeps,
  about: About,
  decision: Decision & { plan: Plan },
  lines: readonly LedgerRecord[],
): Promise<Judgement> {
  const { plan } = decision;
  // Guards are asked once it has fired for long enough: what was over before would not have been acted on.
  if (plan.mode === 'observe' && !lines.some(({ once }) => once === observedBy))
    return unlabelled('not-judged', 'it was over before the rule would have acted');
  return (await judgedByLedger(deps, about.incident, plan)) ?? judgedByPeople(deps, about, decision);
}

const observedBy = 'guards.observed';

/** The guard that would have kept an observing rule from acting, by what was asked then. */
function refuserIn(lines: readonly LedgerRecord[]): string {
  const verdicts = lines.find(({ once }) => once === observedBy)?.data?.['verdicts'];
  const decisive = Array.isArray(verdicts) ? decisiveVerdict(verdicts as unknown as GuardVerdict[]) : undefined;
  return decisive === undefined || decisive.verdict === 'ask' ? '' : decisive.guard;
}

async function settled({ ledger }: ActivityDeps, plan: Plan, row: LabelRow): Promise<Labelled & { open: false }> {
  const says = row.label === 'unlabelled' ? `not judged: ${row.because}` : `judged ${row.label}: ${row.because}`;
  const data = { rule: row.rule, label: row.label, kind: row.kind, mode: row.mode, environment: row.environment };
  const line = { incident: row.incident, phase: 'report', state: 'info' } as const;
  await ledger.record({ ...line, says, once: 'label', data });
  const demoted = await ledger.demote(row);
  const why =
    demoted && `${row.rule} asks from now on: ${demoted.hold.reason} (lift it with: opssentinel resume ${demoted.hold.id})`;
  if (why !== undefined) await ledger.record({ ...line, says: why, once: 'demoted', data: { hold: demoted?.hold.id ?? '' } });
  return {
    open: false,
    says,
    ...(row.kind === 'unlabelled' ? { ask: question(plan, row) } : {}),
    ...(why === undefined ? {} : { demoted: why }),
  };
}

function question(plan: Plan, { because, incident, rule }: LabelRow): string {
  const shown = incident.slice(incident.indexOf(':') + 1);
  const what = plan.steps[0]?.runbook ?? 'the plan';
  return [
    `OpsSentinel: one question, for the record of ${rule}. Would ${what} on ${plan.target.name} have been right here?`,
    `Why     nobody could see it: ${because}`,
    `Do      opssentinel rules label ${shown} --right      or: --wrong`,
    '        Without an answer it does not count, and nobody asks again.',
  ].join('\n');
}
