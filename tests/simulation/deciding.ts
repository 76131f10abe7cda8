import { no, permitLifeMs, verifiedWithinMs } from '../../activities/decide/admit.js';
import { attemptKey, paramsHash } from '../../activities/decide/keys.js';
import type { GuardFacts } from '../../domain/admission.js';
import type { JsonObject } from '../../domain/json.js';
import type { OutcomeKind } from '../../domain/outcome.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import { type Decision, type Plan, planIn, type PlanStep } from '../../domain/plan.js';
import { failureDomain } from '../../domain/target.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { beginsWork } from '../../domain/delivery.js';
import type { Steps } from './clock.js';
import { decideNow, factsFor } from './facts.js';
import type { PermitRow } from './permits.js';
import { hash } from './rules.js';
import { moment, type Run, type Stage, type Worker } from './stage.js';

// What the workers of the queue `decide` do, over the pure functions and guards of the product.

export type Decided = { over: OutcomeKind } | { decision: Decision };

export function* decide(stage: Stage, run: Run, worker: Worker): Steps<Decided> {
  const { ledger, world, rules } = stage;
  yield* moment(stage);
  ledger.putIncident(run.id, '');
  if (world.incidentOf(run.happening).status === 'resolved')
    return { over: beginsWork(run.begun) ? 'resolved-itself' : 'ignored' };
  const owner = ledger.claimCorrelation(run.happening.correlationKey, run.id);
  if (owner !== run.id) {
    const other = stage.runs.get(owner);
    if (other && (other.outcome === undefined || other.outcome === 'remediated')) {
      ledger.joined(run.id);
      return { over: 'joined' };
    }
  }
  const by = rules.current;
  const decision = decideNow({ world, by, now: worker.now() }, run.happening);
  yield* moment(stage);
  stage.decisions.set(run.id, [...(stage.decisions.get(run.id) ?? []), { decision, by }]);
  const plan = planIn(decision);
  ledger.putIncident(run.id, plan ? failureDomain(plan.target) : '');
  return { decision };
}

interface Derived {
  plan: Plan;
  step: PlanStep;
  facts: GuardFacts;
  request: Omit<AdmissionRequest, 'preState'>;
}

/** A run goes on by the rules that it began with, whatever is loaded since. */
const rulesOf = ({ decisions, rules }: Stage, { id }: Run): Stage['rules']['current'] =>
  decisions.get(id)?.at(-1)?.by ?? rules.current;

/** Everything read again and derived again, in the order of the activity. */
function derive(stage: Stage, run: Run, worker: Worker, planHash: string, index: number): Derived | GuardVerdict {
  const { world, ledger } = stage;
  const reader = { world, by: rulesOf(stage, run), now: worker.now() };
  const decision = decideNow(reader, run.happening, index);
  if (decision.incident.status === 'resolved') return no('incident', 'open', 'resolved');
  const plan = planIn(decision);
  if (!plan || plan.hash !== planHash) return no('plan', 'the pinned plan', 'it has changed');
  if (decision.concluded === 'observe') return no('mode', 'approve or auto', 'it only observes');
  const step = plan.steps[index];
  if (!step) return no('plan', 'its steps', 'no such step');
  const early = beforeItsTurn(ledger, plan, index, worker.now());
  if (early) return no('plan', 'one step after the other', early);
  const facts = factsFor(reader, decision, plan, step);
  return { plan, step, facts, request: requestFor(run, decision, plan, step, worker) };
}

function beforeItsTurn(ledger: Stage['ledger'], plan: Plan, index: number, now: number): string | undefined {
  const below = plan.steps[index - 1];
  if (!below) return undefined;
  const row = ledger.row(attemptKey({ hash }, plan, below));
  if (row?.consumedAt === undefined) return 'the one below has not been tried';
  if (row.endedAt === undefined) return 'the one below has not ended';
  if (row.status === 'not-done' || row.status === 'unknown') return `the one below is ${row.status}`;
  if (row.verified !== undefined) return row.verified ? 'the one below has helped' : undefined;
  return now < row.endedAt + below.verify.withinMs ? 'whether the one below has helped is not known yet' : undefined;
}

function requestFor(run: Run, decision: Decision, plan: Plan, step: PlanStep, worker: Worker): Derived['request'] {
  const { environment, target, rule } = plan;
  return {
    attemptKey: attemptKey({ hash }, plan, step),
    incident: run.id,
    step: step.index,
    planHash: plan.hash,
    ruleHash: rule.fileHash,
    runbookHash: step.runbookHash,
    paramsHash: paramsHash({ hash }, step.action, step.params),
    action: step.action,
    subject: {
      environment,
      service: decision.incident.service.id,
      rule: rule.name,
      action: step.action,
      targetId: target.id,
      hashes: [plan.rulesHash, rule.fileHash, step.runbookHash],
      domain: failureDomain(target),
      team: plan.team,
      runbook: step.runbook,
    },
    failureDomain: failureDomain(target),
    place: { account: target.account, region: target.region },
    params: step.params,
    startBy: worker.now() + permitLifeMs,
    verifyWithinMs: verifiedWithinMs(plan, step),
  };
}

const outright = (refusedBy: GuardVerdict): Admission => ({ admitted: false, verdicts: [refusedBy], refusedBy });

export function* admit(stage: Stage, run: Run, worker: Worker, planHash: string, step: number): Steps<Admission> {
  yield* moment(stage);
  const derived = derive(stage, run, worker, planHash, step);
  if ('guard' in derived) return outright(derived);
  yield* moment(stage);
  const { facts, plan, request } = derived;
  const admission = stage.ledger.admit({ ...request, preState: {} }, (state) =>
    judgeAll(guards, { ...facts, readNow: worker.now() }, state, plan.limits),
  );
  yield* moment(stage);
  const by = admission.admitted ? 'allow' : `${admission.refusedBy.guard}.${admission.refusedBy.verdict}`;
  stage.count(admission.admitted ? 'a permit is given' : `held by ${admission.refusedBy.guard}`);
  note(stage, run, 'guards', admission.admitted ? 'ok' : 'refused', `guards.${step}.${by}`, {});
  return admission;
}

export function* preview(stage: Stage, run: Run, worker: Worker, planHash: string, step: number): Steps<GuardVerdict[]> {
  yield* moment(stage);
  const derived = derive(stage, run, worker, planHash, step);
  if ('guard' in derived) return [derived];
  yield* moment(stage);
  const asked = guards.filter((guard) => guard.asked.includes('preview'));
  return stage.ledger.preview(derived.request, (state) =>
    judgeAll(asked, { ...derived.facts, readNow: worker.now() }, state, derived.plan.limits),
  );
}

/** Looks until the alert has been clear for long enough, or it is too late. */
export function* verify(stage: Stage, run: Run, worker: Worker, step: PlanStep, key: string): Steps<boolean> {
  const { clock, world, ledger } = stage;
  const began = clock.now();
  let wellSince: number | undefined;
  for (;;) {
    const well = world.witnessOf(run.happening, worker.now()).state === 'clear';
    wellSince = well ? (wellSince ?? clock.now()) : undefined;
    const verified = wellSince !== undefined && clock.now() - wellSince >= step.verify.forMs;
    if (verified || clock.now() - began > step.verify.withinMs) {
      ledger.effectVerified(key, verified);
      note(stage, run, 'verify', verified ? 'ok' : 'failed', `verify.${key}`, { attemptKey: key });
      stage.count(verified ? 'it helped' : 'it did not help');
      return verified;
    }
    yield { until: clock.now() + 30_000 };
  }
}

/** A permit to put one effect back: what was done stands in the ledger, and only what says when to begin is not asked. */
export function* admitUndo(stage: Stage, run: Run, worker: Worker, plan: Plan, step: PlanStep, key: string): Steps<Admission> {
  const { ledger, world } = stage;
  yield* moment(stage);
  const row = ledger.row(key);
  if (row?.consumedAt === undefined || row.endedAt === undefined || row.releasedAt !== undefined)
    return outright(no('permit', 'undo', 'there is nothing to put back'));
  if (row.status !== 'succeeded' && row.status !== 'failed') return outright(no('permit', 'undo', 'how it ended is not known'));
  if (row.verified !== false) return outright(no('permit', 'undo', 'it was not found to have failed'));
  const { decision } = stage.decisions.get(run.id)?.at(-1) ?? {};
  const target = world.targetOf(run.happening, worker.now());
  if (!decision || !target) return outright(no('target', plan.target.name, 'it is not there any more'));
  const reader = { world, by: rulesOf(stage, run), now: worker.now() };
  const now = { ...decision, incident: world.incidentOf(run.happening) };
  const facts = { ...factsFor(reader, now, { ...plan, target }, step), required: [], laterStep: true };
  const asked = guards.filter(
    (guard) => guard.asked.includes('undo') || (guard.id === 'onAcknowledge' && plan.limits.onAcknowledge === 'standDown'),
  );
  const request = undoOf(row, key, worker.now() + permitLifeMs);
  yield* moment(stage);
  const admission = ledger.admit(request, (state) => judgeAll(asked, facts, state, plan.limits));
  note(stage, run, 'undo', admission.admitted ? 'info' : 'refused', `undo.${key}`, { attemptKey: key });
  return admission;
}

/** Of the row what was asked for then, and nothing of what became of it. */
function undoOf(row: Readonly<PermitRow>, key: string, startBy: number): AdmissionRequest {
  const { incident, step, planHash, ruleHash, runbookHash, action, subject, failureDomain: domain, place, params } = row;
  const asked = { incident, step, planHash, ruleHash, runbookHash, action, subject, failureDomain: domain, place, params };
  return { ...asked, attemptKey: hash(`${key} undo`), paramsHash: hash(`${row.paramsHash} undo`), preState: {}, startBy };
}

export function note(
  { ledger, tell }: Stage,
  run: Run,
  phase: 'guards' | 'verify' | 'execute' | 'undo' | 'outcome' | 'approval',
  state: 'ok' | 'info' | 'failed' | 'unknown' | 'refused',
  once: string,
  data: JsonObject,
): void {
  tell(`${run.id} ${phase} ${state}: ${once.replaceAll(/[0-9a-f]{64}/g, (key) => key.slice(0, 8))}`);
  ledger.record({ incident: run.id, phase, state, says: '', once, data });
}
