import { incidentId } from '../../domain/incident-id.js';
import type { OutcomeKind } from '../../domain/outcome.js';
import { type Decision, type Plan, planIn, type PlanStep } from '../../domain/plan.js';
import { ruleFacts } from '../../domain/readable.js';
import { resolveInputs } from '../../decide/inputs.js';
import { admit, decideNow, heldAnyway, holdDown, type Running, stopped, touchConditions, whyOf, wordOf } from './run.js';
import type { Found, Why } from './verdict.js';

/** What a delivery comes to under the rule of its case, from the decision to the end of the ladder. Moves the run's clock. */
export function carriedOut(run: Running): Found {
  const { rule } = run.stage;
  const decision = decideNow(run);
  touchConditions(run.touched, decision, rule);
  const own = decision.verdicts.find((verdict) => verdict.rule === rule);
  if (own?.failedAt !== undefined) return { verb: 'noMatch', of: [own.failedAt], outcome: 'ignored', why: whyOf(decision, rule) };
  const plan = planIn(decision);
  const decider = plan?.rule.name ?? ('rule' in decision ? decision.rule : undefined);
  if (decider !== undefined && decider !== rule)
    return {
      verb: 'noMatch',
      of: ['overrides'],
      why: [{ place: 'overrides', says: `${decider} decides: it overrides ${rule}` }],
    };
  if (!plan) return refusedBeforeAPlan(decision, rule);

  const first = plan.steps[0];
  const about = { target: { name: plan.target.name, id: plan.target.id }, with: inputsOf(run) };
  if (decision.concluded === 'observe') {
    run.touched.steps.add(0);
    return { verb: 'observe', of: [first?.runbook ?? ''], ...about, outcome: 'observed', why: modeWhy(plan) };
  }
  holdDown(run, decision, plan);
  const asks = decision.concluded === 'ask';
  const held = asks ? heldAnyway(run, plan) : undefined;
  if (held)
    return { verb: 'refuse', of: [held.refusedBy.guard], ...about, outcome: held.outcome, why: [{ guard: held.refusedBy }] };
  return { ...climb(run, plan, asks), ...about };
}

function refusedBeforeAPlan(decision: Decision, rule: string): Found {
  const place = 'place' in decision ? decision.place : undefined;
  // Several that match and only observe have no place of their own.
  return {
    verb: 'refuse',
    of: [place ?? 'overrides'],
    outcome: decision.concluded === 'refuse' ? 'escalated' : 'ignored',
    why: whyOf(decision, rule),
  };
}

/** A ladder on its way. */
interface Climb {
  run: Running;
  plan: Plan;
  /** Whether people were asked before anything was done. */
  asked: boolean;
  tried: string[];
  why: Why[];
}

/** The steps in order; the first that helps ends it. */
function climb(run: Running, plan: Plan, asked: boolean): Found {
  const climbing: Climb = { run, plan, asked, tried: [], why: modeWhy(plan) };
  if (asked) {
    run.touched.steps.add(0);
    if (nobodyAllows(climbing)) return ended(climbing, 'escalated');
  }
  for (const step of plan.steps) {
    run.touched.steps.add(step.index);
    const no = permitted(climbing, step);
    if (no) return no;
    climbing.tried.push(step.runbook);
    if (effectHelps(run, plan, step)) return ended(climbing, 'remediated');
  }
  climbing.why.push({ place: 'verify', says: 'no step helped' });
  return ended(climbing, 'escalated');
}

/** `undefined`: the step may begin. */
function permitted(climbing: Climb, step: PlanStep): Found | undefined {
  const { run, plan, tried, why } = climbing;
  let no = admit(run, plan, step.index);
  if (no?.verdict === 'ask' && run.approvals.length === 0) {
    run.touched.guards.add(no.guard);
    why.push({ guard: no });
    climbing.asked ||= tried.length === 0;
    if (nobodyAllows(climbing)) return ended(climbing, 'escalated');
    no = admit(run, plan, step.index);
  }
  if (!no) return undefined;
  const { outcome, refusedBy } = stopped(run, no);
  if (tried.length > 0) return ended({ ...climbing, why: [{ guard: refusedBy }] }, outcome);
  return { verb: 'refuse', of: [refusedBy.guard], outcome, why: [{ guard: refusedBy }] };
}

/** What was done counts, whoever ended it; where nothing was, what people were asked for. */
const ended = ({ asked, tried, plan, why }: Climb, outcome: OutcomeKind): Found => ({
  verb: asked ? 'ask' : 'act',
  of: tried.length > 0 ? tried : [plan.steps[0]?.runbook ?? ''],
  outcome,
  why,
});

/** They say no, or nothing until it expires. */
function nobodyAllows({ run, plan }: Climb): boolean {
  const answer = run.occasion.world.approval;
  if (answer === undefined) run.now += plan.approval.expiresInMs;
  else run.approvals.push(...people(plan).map((by) => ({ ...wordOf(run, plan, answer === 'given' ? 'approve' : 'reject'), by })));
  return answer !== 'given';
}

/** As many as the rule wants. */
const people = ({ approval }: Plan): string[] =>
  Array.from({ length: approval.count }, (_, index) => `on-call-${index + 1}@case`);

/** One effect and its verification: it helps when the case says so, and takes as long as the plan waits for either. */
function effectHelps(run: Running, plan: Plan, step: PlanStep): boolean {
  const { incident, world } = run.occasion;
  run.effects.unshift({
    incident: incidentId(incident.ref),
    rule: plan.rule.name,
    service: incident.service.id,
    action: step.action,
    runbook: step.runbook,
    team: plan.team,
    targetId: plan.target.id,
    at: run.now,
  });
  const said = world.verifies ?? [true];
  const helps = said[step.index] ?? said.at(-1) ?? true;
  run.now += helps ? step.verify.forMs : step.verify.withinMs;
  const [effect] = run.effects;
  if (effect) Object.assign(effect, { verified: helps, verifiedAt: run.now });
  return helps;
}

/** What the rule says to its first runbook, from this alert. */
function inputsOf({ stage, occasion }: Running): Found['with'] {
  const step = stage.set.rules.find(({ name }) => name === stage.rule)?.steps[0];
  const runbook = step && stage.set.runbooks.get(step.runbook);
  const inputs = step && runbook && resolveInputs(step, runbook.doc, ruleFacts(occasion.alert, occasion.incident));
  return inputs?.ok ? inputs.values : {};
}

const modeWhy = (plan: Plan): Why[] => [
  { place: 'mode', says: `${plan.environment}: ${plan.mode}${plan.modeBecause === undefined ? '' : ` (${plan.modeBecause})`}` },
];
