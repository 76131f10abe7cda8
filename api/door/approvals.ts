import { createHash } from 'node:crypto';
import { type ApprovalAnswer, boundRequestId, buttonOf, claimedRole } from '../../domain/approval.js';
import { latestLife } from '../../domain/incident.js';
import { shortHash } from '../../domain/plan.js';
import type { Received } from '../../integrations/contract/source.js';
import { incidentId } from '../../workflows/ids.js';
import { Problem } from '../problem.js';
import { RunError } from '../runs.js';
import { lifeOf } from './deliveries.js';
import type { DurableEvent } from './durable-events.js';
import { answered, fromLedger, writtenDown, type AcceptDeps, type Acceptance, type DoorAnswer } from './verdict.js';

type Word = Extract<Received, { kind: 'approval' }>;

/** Longer ids of people are nobody's. */
const longestId = 200;

/**
 * A person's word, given by a button inside the vendor's app. One that carries a plan's hash is for that plan alone. Any other is for the
 * plan that waits now: the button shows none, so it is worth nothing where a step is destructive (the run judges that, as it judges who
 * is on call). Answered with 2xx whatever became of it;
 * with 503 only where nobody can be told of it.
 */
export async function acceptApproval(deps: AcceptDeps, at: Acceptance, word: Word): Promise<DoorAnswer> {
  const { event, repeats } = await deps.events.once(`${at.source} ${word.eventId}`, () => passedOn(deps, at, word));
  return answered(deps, at, repeats === 0 ? event.result : 'duplicate', {
    says: repeats === 0 ? event.says : `seen before; ${event.says}`,
  });
}

async function passedOn(deps: AcceptDeps, at: Acceptance, word: Word): Promise<DurableEvent> {
  // Another process may have taken it, or this one before it began anew: told again once the plan has changed, it would be a word on that.
  const before = await fromLedger(deps, at, () => deps.ledger.journalCount({ source: at.source, eventId: word.eventId }));
  if (before > 0) return { result: 'duplicate', says: 'this word was taken before' };
  const ref = word.ref.generation === latestLife ? await lifeOf(deps, at, word.ref) : word.ref;
  const incident = incidentId(ref ?? { ...word.ref, generation: '0' });
  const line = (result: 'recorded' | 'signalled', says: string) => ({
    eventId: word.eventId,
    eventType: word.decision,
    incident,
    result,
    says,
  });
  const row = ref && (await fromLedger(deps, at, () => deps.ledger.incident(incident)));
  if (word.by.id === '' || word.by.id.length > longestId)
    return writtenDown(deps, at, line('recorded', 'nobody is named who gave this word'));
  if (!row?.planHash) return writtenDown(deps, at, line('recorded', 'nothing waits for a word: there is no plan'));

  // Whoever was shown another plan than the one that waits now is told so by the run.
  const asked = { decision: word.decision, planHash: word.planHash ?? row.planHash };
  const requestId = boundRequestId(sha256, sha256(JSON.stringify([at.door, word.eventId])).slice(0, 32), asked);
  // A token proves that somebody may send here, not who pressed: buttons are not signed (contracts 1.4).
  const role = word.trust === 'token' ? claimedRole : 'approver';
  const request = {
    id: requestId,
    incident,
    by: word.by.id,
    role,
    via: word.planHash === undefined ? buttonOf(at.door) : at.door,
  };
  // The row says who asks: the run believes it, and nothing that only stands in the message.
  await fromLedger(deps, at, () => deps.ledger.putApprovalRequest(request));
  const answer = deps.runs
    .decide(
      incident,
      { ...asked, by: word.by.id, requestId },
      `door:${requestId}`,
      Math.max(at.deadline, deps.now() + deps.limits.approvalDeadlineMs),
    )
    .then(
      (given) => ({ given }),
      (error: unknown) => ({ error }),
    );
  const what = `${word.decision} of plan ${shortHash(asked.planHash)} by ${word.by.id} (${request.via})`;
  const outcome = await Promise.race([answer, late(at.deadline)]);
  if (outcome !== 'late') return settled(deps, at, line, what, outcome);
  // Judging reads the rota at its source, which may take longer than a sender waits.
  void answer.then((came) => {
    const said = saying(what, came) ?? { result: 'recorded' as const, says: `${what}: the run did not answer; press again` };
    deps.journal.later({ source: at.source, ...line(said.result, said.says) });
  });
  return { result: 'signalled', says: `${what}: told to the run; its timeline says what became of it` };
}

type Came = { given: ApprovalAnswer } | { error: unknown };
type Line = (result: 'recorded' | 'signalled', says: string) => Parameters<typeof writtenDown>[2];

async function settled(deps: AcceptDeps, at: Acceptance, line: Line, what: string, came: Came): Promise<DurableEvent> {
  const said = saying(what, came);
  if (said) return writtenDown(deps, at, line(said.result, said.says));
  if ('error' in came && !(came.error instanceof RunError)) throw came.error;
  deps.metrics.temporalErrors.inc({ call: 'decide' });
  throw new Problem(503, 'Temporal does not answer, so nobody was told of this word; send it again.', { retryAfter: 10 });
}

/** What became of it, for the journal; `undefined`: it is not known, and a repeat will be answered the same. */
function saying(what: string, came: Came): { result: 'recorded' | 'signalled'; says: string } | undefined {
  if ('given' in came) {
    const { accepted, reason } = came.given;
    return accepted
      ? { result: 'signalled', says: `${what}: ${reason}` }
      : { result: 'recorded', says: `${what}: not accepted, ${reason}` };
  }
  if (!(came.error instanceof RunError)) return undefined;
  if (came.error.fault === 'no-run') return { result: 'recorded', says: `${what}: nothing waits any more, its run has ended` };
  if (came.error.fault === 'refused') return { result: 'recorded', says: `${what}: the run refused it: ${came.error.message}` };
  return undefined;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const late = (deadline: number): Promise<'late'> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('late'), Math.max(0, deadline - Date.now())).unref();
  });
