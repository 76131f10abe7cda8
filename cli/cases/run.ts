import type { PastEffect } from '../../domain/admission.js';
import type { Approval } from '../../domain/approval.js';
import { incidentId } from '../../domain/incident-id.js';
import type { OutcomeKind } from '../../domain/outcome.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { type Decision, type Plan, planIn } from '../../domain/plan.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { guardFacts } from '../../decide/guard-facts.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import type { Stage } from './stage.js';
import type { Touched, Why } from './verdict.js';
import { aroundAt, deploysAt, iso, type Occasion, stateAt, targetAt, witnessAt } from './world.js';

/** One incident as it goes on: what the workflow keeps, with a clock that is moved instead of waited for. */
export interface Running {
  stage: Stage;
  occasion: Occasion;
  /** Epoch milliseconds. */
  now: number;
  /** Effects of this case so far, of earlier incidents too. */
  effects: PastEffect[];
  approvals: Approval[];
  touched: Touched;
  /** Guards that made it wait. */
  heldBy: Set<string>;
}

/** How a run ends that may go no further. */
export interface Stopped {
  outcome: OutcomeKind;
  refusedBy: GuardVerdict;
}

/** As often as the workflow asks again before people are paged. */
const mostAsks = 40;

/** Reads everything at this moment of the case, and decides: as `decide` does, and admission again before each step. */
export function decideNow({ stage, occasion, now }: Running, step = 0): Decision {
  const { set, catalogue, hash, registry } = stage;
  const { incident, alert } = occasion;
  const { witness, corroborable } = witnessAt(occasion, now, registry.witnesses);
  const seen = { set, catalogue, incident, alert, witness };
  const aimed = matchAndAim(seen);
  return planFor({ ...seen, ...aimed, hash, corroborable, target: targetAt(occasion, aimed.chosen, now), step });
}

/** Waits until the alert has been firing for as long as the rule wants; the guard asks again after that. */
export function holdDown(run: Running, decision: Decision, plan: Plan): void {
  const since = Date.parse(decision.witness.since ?? decision.alert.startedAt);
  const ms = Math.min(since + plan.limits.firingForMs - run.now, plan.limits.firingForMs);
  if (!(ms > 0)) return;
  run.heldBy.add('firingFor');
  run.now += ms;
}

/** "Would you admit?", before anybody is asked. `undefined`: people may be asked. */
export function heldAnyway(run: Running, plan: Plan): Stopped | undefined {
  const asked = askUntil(
    run,
    plan,
    0,
    guards.filter((guard) => guard.asked.includes('preview')),
  );
  return asked && asked.verdict !== 'ask' ? stopped(run, asked) : undefined;
}

/** A permit for one step (`undefined`), or who keeps it from going on; `ask`: not without a human. */
export function admit(run: Running, plan: Plan, step: number): GuardVerdict | undefined {
  return askUntil(run, plan, step, guards);
}

/** Asks again for as long as waiting helps. */
function askUntil(run: Running, plan: Plan, step: number, asked: typeof guards): GuardVerdict | undefined {
  let refused: GuardVerdict | undefined;
  for (let turn = 0; turn < mostAsks; turn++) {
    refused = decisiveVerdict(askAll(run, plan, step, asked));
    if (!refused || refused.wait !== true || refused.freeAt === undefined) return refused;
    run.heldBy.add(refused.guard);
    run.now += Math.max(250, Math.min(Date.parse(refused.freeAt) - run.now, plan.limits.startByMs));
  }
  return refused;
}

function askAll(run: Running, plan: Plan, step: number, asked: typeof guards): GuardVerdict[] {
  const { occasion, now, stage } = run;
  const decision = decideNow(run, step);
  touchConditions(run.touched, decision, stage.rule);
  const anew = planIn(decision);
  if (!anew || anew.hash !== plan.hash)
    return [changed('because' in decision ? decision.because : 'the plan has changed since it was decided')];
  const planned = anew.steps[step];
  if (!planned) return [changed(`it has no step ${step + 1}`)];
  const { incident, alert, witness } = decision;
  const facts = guardFacts({
    set: stage.set,
    now,
    incidentId: incidentId(incident.ref),
    ourselves: [],
    deploys: deploysAt(occasion),
    own: [],
    ...aroundAt(occasion),
    approvers: run.approvals.map(({ by }) => by),
    requesters: [],
    incident,
    alert,
    witness,
    plan: anew,
    step: planned,
  });
  const about = { incident: incidentId(incident.ref), plan: anew, service: incident.service.id, runbook: planned.runbook };
  return judgeAll(asked, facts, stateAt(occasion, about, run.effects, run.approvals), anew.limits);
}

/** As admission says it where what is read again makes another plan, or none. */
const changed = (found: string): GuardVerdict => ({
  guard: 'plan',
  verdict: 'refuse',
  limit: 'the pinned plan',
  found,
  setBy: 'design',
});

/** The ends that the workflow gives to a refusal. */
export function stopped(run: Running, refusedBy: GuardVerdict): Stopped {
  const { guard } = refusedBy;
  for (const one of [guard, ...run.heldBy]) run.touched.guards.add(one);
  const outcome = guard === 'incident' ? 'resolved-itself' : guard === 'onAcknowledge' ? 'stood-down' : 'escalated';
  return { refusedBy, outcome };
}

/** A word of the people on call, for exactly this plan, now. */
export const wordOf = ({ occasion, now }: Running, plan: Plan, decision: Approval['decision']): Approval => ({
  incident: incidentId(occasion.incident.ref),
  planHash: plan.hash,
  decision,
  by: 'on-call@case',
  via: 'case',
  verifiedIdentity: true,
  accepted: true,
  reason: '',
  at: iso(now),
});

export function touchConditions(touched: Touched, { verdicts }: Decision, rule: string): void {
  const own = verdicts.find((verdict) => verdict.rule === rule)?.conditions ?? [];
  touched.conditions.push(...own.map(({ place, text, result }) => ({ place, text, result })));
}

export const whyOf = (decision: Decision, rule: string): Why[] => {
  const failed = decision.verdicts.find((verdict) => verdict.rule === rule)?.conditions.find(({ holds }) => !holds);
  if (failed) return [{ condition: failed }];
  return 'because' in decision ? [{ says: decision.because, place: 'place' in decision ? (decision.place ?? '') : '' }] : [];
};
