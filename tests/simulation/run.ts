import type { OutcomeKind } from '../../domain/outcome.js';
import type { GuardVerdict, Permit } from '../../domain/permit.js';
import type { Decision, PlanStep } from '../../domain/plan.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { judgeWaiting } from './approving.js';
import type { Steps } from './clock.js';
import { admit, admitUndo, decide, note, preview, verify } from './deciding.js';
import { execute } from './executing.js';
import { type End, interrupted, type Planned } from './planned.js';
import { moment, patience, type Run, type Stage, untilDone } from './stage.js';

// The workflow of one incident, as `workflows/incident` has it, phase by phase; what it waits for takes virtual time.

/** As often as the guards are asked again, one step is admitted anew, and a plan is made anew. */
const most = { asks: 40, permits: 3, plans: 2 };

export function* incident(stage: Stage, run: Run): Steps {
  const outcome = yield* endingOf(stage, run);
  yield* untilDone(stage, run, function* () {
    yield* moment(stage);
    closeOpenEffects(stage, run);
    stage.ledger.releaseTarget(run.id, true);
    note(stage, run, 'outcome', 'ok', 'outcome', { kind: outcome });
    run.outcome = outcome;
  });
  stage.count(outcome);
}

/** What was begun, by whomever, and has no end by now: nobody will read it back any more. */
function closeOpenEffects(stage: Stage, run: Run): void {
  const open = stage.ledger
    .rows()
    .filter(({ incident: of, consumedAt, endedAt }) => of === run.id && consumedAt !== undefined && endedAt === undefined);
  for (const { attemptKey } of open) {
    stage.ledger.effectEnded(attemptKey, 'unknown');
    note(stage, run, 'execute', 'unknown', `execute.${attemptKey}.unknown`, { attemptKey });
  }
}

function* endingOf(stage: Stage, run: Run): Steps<OutcomeKind> {
  const decided = yield* untilDone(stage, run, (worker) => decide(stage, run, worker));
  if ('over' in decided) return decided.over;
  const { decision } = decided;
  stage.tell(
    `${run.id} ${run.happening.metric} on ${run.happening.thing.name}: ${decision.concluded}${'because' in decision ? `, ${decision.because}` : ''}`,
  );
  if (decision.concluded === 'nothing') return 'ignored';
  if (decision.concluded === 'refuse') return 'escalated';
  if (decision.concluded === 'observe') return 'observed';
  const planned = { stage, run, plan: decision.plan };
  yield* holdDown(planned, decision);
  const early = interrupted(planned) ?? (decision.concluded === 'ask' ? yield* approved(planned, 0) : undefined);
  return early ?? (yield* climb(planned));
}

function* holdDown(planned: Planned, { witness, alert }: Decision): Steps {
  const { stage, plan } = planned;
  const since = Date.parse(witness.since ?? alert.startedAt);
  const ms = Math.min(since + plan.limits.firingForMs - stage.clock.now(), plan.limits.firingForMs);
  if (ms > 0) yield { until: stage.clock.now() + ms, wakes: () => interrupted(planned) !== undefined };
}

function* approved(planned: Planned, step: number): Steps<End> {
  const held = yield* heldAnyway(planned, step);
  if (held) return held;
  const { stage, run, plan } = planned;
  const expiresAt = stage.clock.now() + plan.approval.expiresInMs;
  stage.ask(run, plan.hash);
  for (;;) {
    if (stage.clock.now() >= expiresAt) return 'escalated';
    const settled = yield* judgeWaiting(planned, expiresAt);
    if (settled) return settled === 'approved' ? undefined : 'escalated';
    const stop = interrupted(planned);
    if (stop) return stop;
    const waiting = (): boolean => run.inbox.approvals.some(({ answered }) => !answered) || interrupted(planned) !== undefined;
    if (stage.clock.now() < expiresAt) yield { until: expiresAt, wakes: waiting };
  }
}

function* heldAnyway(planned: Planned, step: number): Steps<End> {
  const { stage, run } = planned;
  for (let turn = 0; turn < most.asks; turn++) {
    const stop = interrupted(planned);
    if (stop) return stop;
    const verdicts = yield* untilDone(stage, run, (worker) => preview(stage, run, worker, planned.plan.hash, step));
    const no = decisiveVerdict(verdicts);
    if (!no || no.verdict === 'ask') return undefined;
    if (!(yield* waitFor(planned, no))) return refusal(planned, no);
  }
  return 'escalated';
}

function* waitFor(planned: Planned, no: GuardVerdict): Steps<boolean> {
  if (!no.wait || !no.freeAt) return false;
  const { clock } = planned.stage;
  const ms = Math.max(250, Math.min(Date.parse(no.freeAt) - clock.now(), planned.plan.limits.startByMs));
  yield { until: clock.now() + ms, wakes: () => interrupted(planned) !== undefined };
  return true;
}

function refusal({ run }: Planned, { guard }: GuardVerdict): OutcomeKind {
  if (guard === 'incident' && run.effects === 0) return 'resolved-itself';
  return guard === 'onAcknowledge' ? 'stood-down' : 'escalated';
}

function* lastWord(planned: Planned): Steps<End> {
  const word = yield* judgeWaiting(planned);
  return word === 'rejected' ? 'escalated' : interrupted(planned);
}

/** A permit for one step, or the end of the run. */
function* permitFor(planned: Planned, step: number): Steps<Permit | OutcomeKind> {
  const { stage, run } = planned;
  let asked = false;
  let decidedAgain = 0;
  for (let turn = 0; turn < most.asks; turn++) {
    const stop = yield* lastWord(planned);
    if (stop) return stop;
    const admission = yield* untilDone(stage, run, (worker) => admit(stage, run, worker, planned.plan.hash, step));
    if (admission.admitted) return (yield* lastWord(planned)) ?? admission.permit;
    const no = admission.refusedBy;
    if (no.verdict === 'ask' && !asked) {
      asked = true;
      const word = yield* approved(planned, step);
      if (word) return word;
    } else if (no.guard === 'plan' && step === 0 && run.effects === 0 && decidedAgain < most.plans) {
      decidedAgain += 1;
      const word = yield* decideAgain(planned);
      if (word) return word;
    } else if (!(yield* waitFor(planned, no))) return refusal(planned, no);
  }
  return 'escalated';
}

function* decideAgain(planned: Planned): Steps<End> {
  const { stage, run } = planned;
  const decided = yield* untilDone(stage, run, (worker) => decide(stage, run, worker));
  if ('over' in decided) return decided.over;
  const { decision } = decided;
  if (decision.concluded !== 'act' && decision.concluded !== 'ask') return 'escalated';
  stage.count('a plan is made anew');
  planned.plan = decision.plan;
  return decision.concluded === 'act' ? undefined : yield* approved(planned, 0);
}

/** The steps in order; the first that helps ends it. */
function* climb(planned: Planned): Steps<OutcomeKind> {
  for (let index = 0; index < planned.plan.steps.length; index++) {
    const ended = yield* tryStep(planned, index);
    if (ended) return ended;
  }
  return 'escalated';
}

function* tryStep(planned: Planned, index: number): Steps<End> {
  const { stage, run } = planned;
  for (let permits = 1; ; permits++) {
    const permit = yield* permitFor(planned, index);
    if (typeof permit === 'string') return permit;
    const step = planned.plan.steps[index] as PlanStep;
    const { status, ranOut } = yield* execute(planned, { run, step, permit, undoes: false });
    if (ranOut && permits < most.permits) continue;
    if (status === 'unknown') return 'escalated';
    if (status === 'not-done') return interrupted(planned) ?? 'escalated';
    const key = permit.attemptKey;
    const patienceMs = step.verify.withinMs + 90_000;
    const verified = yield* untilDone(stage, run, (worker) => verify(stage, run, worker, step, key), patienceMs);
    return verified ? 'remediated' : yield* undoIfWanted(planned, step, key);
  }
}

function* undoIfWanted(planned: Planned, step: PlanStep, key: string): Steps<End> {
  if (step.undo !== 'restore') return undefined;
  const taken = interrupted(planned);
  if (taken) return taken;
  const { stage, run, plan } = planned;
  const admission = yield* untilDone(stage, run, (worker) => admitUndo(stage, run, worker, plan, step, key), patience.read);
  if (!admission.admitted) return 'escalated';
  const { status } = yield* execute(planned, { run, step, permit: admission.permit, undoes: true });
  return status === 'succeeded' ? undefined : 'escalated';
}
