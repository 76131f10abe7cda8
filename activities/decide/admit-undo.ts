import type { GuardFacts } from '../../domain/admission.js';
import { canonicalJson, type JsonObject } from '../../domain/json.js';
import type { Admission, GuardVerdict, Permit } from '../../domain/permit.js';
import { type Decision, type Plan, planIn, type PlanStep } from '../../domain/plan.js';
import { failureDomain, type Target } from '../../domain/target.js';
import { foundWords } from '../../domain/verdicts.js';
import { policyGuards } from '../../decide/decide.js';
import { paceOf } from '../../decide/profiles.js';
import { judgeAll } from '../../guards/judge.js';
import type { AnyAction } from '../../integrations/contract/registry.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import { type Attempt, attemptOf } from '../situation/attempt.js';
import { readIncident } from '../situation/read.js';
import { storedDecision } from '../stored.js';
import type { UndoAdmission, UndoInput } from '../types.js';
import { paramsHash, permitLifeMs } from './admit.js';

/** What is to be put back, from the ledger alone. */
interface Recorded {
  plan: Plan;
  step: PlanStep;
  permit: Permit;
  /** The decision that the plan stands in. */
  decision: Decision;
  action: AnyAction;
  params: JsonObject;
  says: string;
}

/**
 * Phase 9: a permit to put one effect back, or who refused. What was done, from which state and by which plan stands in the ledger;
 * of the caller only the key is taken. Stops, protected targets and other runs are asked; what asks whether to begin at all is not:
 * whoever allowed the effect allowed its undo.
 */
export async function admitUndo(deps: ActivityDeps, input: UndoInput): Promise<UndoAdmission> {
  const recorded = await recordedEffect(deps, input);
  if ('guard' in recorded) return refused(deps, input, recorded);
  const found = await readTarget(deps, input, recorded);
  if ('guard' in found) return refused(deps, input, found);
  const preState = await preStateOf(deps, input, recorded, found);
  if ('guard' in preState) return refused(deps, input, preState as unknown as GuardVerdict);
  const asked = deps.guards.filter((guard) => guard.asked.includes('undo'));
  const facts = factsOf(deps, input, recorded, found);
  const admission = await deps.ledger.admit({ ...requestFor(deps, input, recorded), preState }, (state) =>
    judgeAll(asked, facts, state, recorded.plan.limits),
  );
  if (!admission.admitted) return refused(deps, input, admission.refusedBy, admission);
  const { action, says } = recorded;
  await line(deps, input, 'info', `${words[input.why]}: ${says}; it is as we left it`);
  return { admission, action: action.id, waits: action.wait !== undefined, stops: action.stop !== undefined, says };
}

const words = { undo: 'puts back', giveBack: 'gives back' } as const;

async function recordedEffect(deps: ActivityDeps, input: UndoInput): Promise<Recorded | GuardVerdict> {
  const decision = await storedDecision(deps, input.incident);
  const plan = planIn(decision);
  const step = plan?.steps[input.step];
  if (!decision || !plan || plan.hash !== input.planHash || !step)
    return no('plan', 'the plan that was carried out', 'another plan');
  if (step.undo !== 'restore') return no('plan', 'undo: restore', `${step.runbook} puts nothing back`);
  const permit = await deps.ledger.permit(input.attemptKey);
  const attempt = await attemptOf(deps, input.incident, input.attemptKey);
  if (!permit || !attempt || permit.planHash !== plan.hash || permit.action !== step.action)
    return no('permit', 'an effect of this plan', 'there is none under this key');
  const early = notYet(deps, input, step, attempt);
  if (early !== undefined) return no('permit', input.why, early);
  return undoFor(deps, { decision, plan, step, permit });
}

/** Only what was seen to its end is put back: never what may still be happening, nor what helped and is wanted. */
function notYet(deps: ActivityDeps, { why }: UndoInput, step: PlanStep, attempt: Attempt): string | undefined {
  if (!attempt.consumed || attempt.status === 'not-done') return 'it was not done';
  if (step.waits && !attempt.ended) return 'it has not ended';
  if (attempt.status === 'unknown') return 'whether it was done is not known';
  if (why === 'undo') return attempt.verified === false ? undefined : 'it was not found to have failed';
  if (attempt.verified !== true || attempt.verifiedAt === undefined) return 'it was not found to have helped';
  return deps.now() >= attempt.verifiedAt + (step.giveBackMs ?? Number.POSITIVE_INFINITY) ? undefined : 'it is too early';
}

function undoFor(
  deps: ActivityDeps,
  { decision, plan, step, permit }: Pick<Recorded, 'decision' | 'plan' | 'step' | 'permit'>,
): Recorded | GuardVerdict {
  const undo = deps.registry.actions.get(step.action)?.undo;
  const action = undo && undo !== 'none' ? deps.registry.actions.get(undo.action) : undefined;
  if (!undo || undo === 'none' || !action) return no('plan', 'undo: restore', `${step.action} can no longer be put back`);
  const parsed = action.params.safeParse(undo.params(permit.preState, permit.params));
  if (!parsed.success) return no('preState', 'what was recorded', 'what was recorded is not enough to put it back');
  return {
    decision,
    plan,
    step,
    permit,
    action,
    params: parsed.data as JsonObject,
    says: undo.says(permit.preState, permit.params),
  };
}

async function readTarget(deps: ActivityDeps, input: UndoInput, { plan }: Recorded): Promise<Target | GuardVerdict> {
  if (input.why === 'giveBack' && (await readIncident(deps, input)).incident.status !== 'resolved')
    return no('incident', 'closed', 'the incident is open again');
  const type = deps.registry.targets.get(plan.target.type);
  if (!type) throw new TypeError(`No integration offers the target type "${plan.target.type}"`);
  const call = callFor(input.incident, placeFor(deps.rules(), plan.target, 'read'), paceOf(deps.rules()), deps.now);
  const found = await type.read(type.with(call), plan.selector);
  if (found?.id === plan.target.id) return { ...found, environment: plan.environment };
  return no('target', plan.target.name, 'it is not there any more');
}

/** The undo's own compare-and-set: its action refuses when the world is no longer as the effect left it. */
async function preStateOf(
  deps: ActivityDeps,
  input: UndoInput,
  { plan, action, params }: Recorded,
  target: Target,
): Promise<JsonObject | GuardVerdict> {
  const call = callFor(input.incident, placeFor(deps.rules(), plan.target, 'read'), paceOf(deps.rules()), deps.now);
  try {
    return await action.preState(action.with(call), params, target);
  } catch (error) {
    if (!isVendorFailure(error) || error.fault === 'throttled' || error.fault === 'unavailable') throw error;
    return no('preState', 'as we left it', error.message);
  }
}

function factsOf(deps: ActivityDeps, input: UndoInput, { plan, step, decision }: Recorded, target: Target): GuardFacts {
  const { incident, alert, witness } = decision;
  return {
    now: deps.now(),
    incidentId: input.incident,
    incident,
    alert,
    witness,
    target,
    step,
    rule: plan.rule.name,
    environment: plan.environment,
    mode: plan.mode,
    planHash: plan.hash,
    approval: plan.approval,
    // They say when to act, not when to put back.
    required: [],
    ...policyGuards(deps.rules(), plan.environment),
    ourselves: [...deps.ourselves],
    alertStartedAt: Date.parse(witness.since ?? alert.startedAt),
    // What is put back is what the effect left, compared at the moment of writing: no deployment changes that.
    deploys: { seen: [], known: [], unknown: [] },
    laterStep: true,
  };
}

function requestFor(deps: ActivityDeps, input: UndoInput, { plan, step, permit, action, params, decision }: Recorded) {
  return {
    attemptKey: deps.hash(canonicalJson([permit.attemptKey, input.why])),
    incident: input.incident,
    step: step.index,
    planHash: permit.planHash,
    ruleHash: permit.ruleHash,
    runbookHash: permit.runbookHash,
    paramsHash: paramsHash(deps, action.id, params),
    action: action.id,
    subject: {
      environment: plan.environment,
      service: decision.incident.service.id,
      rule: plan.rule.name,
      action: action.id,
      targetId: plan.target.id,
    },
    failureDomain: failureDomain(plan.target),
    place: permit.place,
    params,
    startBy: deps.now() + permitLifeMs,
  };
}

const no = (guard: string, limit: string, found: string): GuardVerdict => ({
  guard,
  verdict: 'refuse',
  limit,
  found,
  setBy: 'design',
});

async function refused(deps: ActivityDeps, input: UndoInput, refusedBy: GuardVerdict, said?: Admission): Promise<UndoAdmission> {
  const says = `not put back: ${foundWords(refusedBy, deps.now())}`;
  await line(deps, input, 'refused', says);
  return {
    admission: said ?? { admitted: false, verdicts: [refusedBy], refusedBy },
    action: '',
    waits: false,
    stops: false,
    says,
  };
}

const line = (deps: ActivityDeps, { incident, attemptKey, why }: UndoInput, state: 'info' | 'refused', says: string) =>
  deps.ledger.record({ incident, phase: 'undo', state, says, once: `${why}.${attemptKey}.${state}`, data: { attemptKey } });
