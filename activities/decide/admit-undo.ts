import type { AdmissionState, GuardFacts } from '../../domain/admission.js';
import { type Incident, isOtherLife } from '../../domain/incident.js';
import { canonicalJson, type JsonObject } from '../../domain/json.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import type { Plan } from '../../domain/plan.js';
import { failureDomain, type Target } from '../../domain/target.js';
import { foundWords } from '../../domain/verdicts.js';
import { guardFacts } from '../../decide/guard-facts.js';
import { paceOf } from '../../decide/profiles.js';
import { judgeAll } from '../../guards/judge.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import { isClosed } from '../situation/closed.js';
import { readIncident } from '../situation/read.js';
import { witnessOf } from '../situation/witness.js';
import type { UndoAdmission, UndoInput } from '../types.js';
import { no, permitLifeMs } from './admit.js';
import { paramsHash } from './keys.js';
import { type Recorded, recordedEffect } from './recorded-effect.js';

/**
 * Phase 9: a permit to put one effect back, or who refused. What was done, from which state and by which plan stands in the ledger;
 * of the caller only the key is taken. Stops, protected targets, other runs and whoever has taken the incident are asked; what asks
 * whether to begin at all is not: whoever allowed the effect allowed its undo.
 */
export async function admitUndo(deps: ActivityDeps, input: UndoInput): Promise<UndoAdmission> {
  const recorded = await recordedEffect(deps, input);
  if ('guard' in recorded) return refused(deps, input, recorded);
  const incident = await incidentNow(deps, input);
  if ('guard' in incident) return refused(deps, input, incident);
  const found = await readTarget(deps, input, recorded);
  if ('guard' in found) return refused(deps, input, found);
  const preState = await preStateOf(deps, input, recorded, found);
  if ('guard' in preState) return refused(deps, input, preState as unknown as GuardVerdict);
  const asked = deps.guards.filter(
    (guard) => guard.asked.includes('undo') || isHandsOff(guard.id, input, recorded.plan) || isFreeze(guard.id, input),
  );
  const facts = factsOf(deps, input, recorded, incident, found);
  const admission = await deps.ledger.admit({ ...requestFor(deps, input, recorded), preState }, (state) =>
    judgeAll(asked, facts, withoutDemotions(state), recorded.plan.limits),
  );
  if (!admission.admitted) return refused(deps, input, admission.refusedBy, admission);
  const { action, says } = recorded;
  await line(deps, input, 'info', `${words[input.why]}: ${says}; it is as we left it`);
  return { admission, action: action.id, waits: action.wait !== undefined, stops: action.stop !== undefined, says };
}

/** What was demoted asks people before it begins. Nobody is asked about an undo, so it would leave standing what did not help. */
const withoutDemotions = (state: AdmissionState): AdmissionState => ({
  ...state,
  holds: state.holds.filter(({ kind }) => kind !== 'demotion'),
});

const words = { undo: 'puts back', giveBack: 'gives back' } as const;

/** What did not help is put back at any time; what helped and is lent can wait for the end of a freeze. */
const isFreeze = (guard: string, { why }: UndoInput): boolean => guard === 'freeze' && why === 'giveBack';

/** Who has taken an incident has taken it as it is. After it, nobody has it. */
const isHandsOff = (guard: string, { why }: UndoInput, { limits }: Plan): boolean =>
  guard === 'onAcknowledge' && why === 'undo' && limits.onAcknowledge === 'standDown';

/** As its source tells it now. What did not help is put back in the life that it was done in; what helped, when all is over. */
async function incidentNow(deps: ActivityDeps, input: UndoInput): Promise<Incident | GuardVerdict> {
  const { incident, alert } = await readIncident(deps, input);
  if (input.why === 'undo')
    return isOtherLife(incident, input.ref) ? no('incident', 'its present life', 'it was reopened since') : incident;
  if (!(await isClosed(deps, input))) return no('incident', 'closed', 'the incident is open again');
  const { witness } = await witnessOf(deps, input, incident, alert, paceOf(deps.rules()));
  // Another incident may be open about the same alert by now.
  if (witness.by !== incident.ref.source && witness.state !== 'clear') return no('corroborate', 'clear', witness.says);
  return incident;
}

async function readTarget(deps: ActivityDeps, input: UndoInput, { plan }: Recorded): Promise<Target | GuardVerdict> {
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

/** What admission would show the guards, but for what says when to act and not when to put back. */
function factsOf(
  deps: ActivityDeps,
  input: UndoInput,
  { plan, step, decision }: Recorded,
  incident: Incident,
  target: Target,
): GuardFacts {
  const { alert, witness } = decision;
  // What is put back is what the effect left, compared at the moment of writing: no deployment changes that.
  const deploys = { seen: [], known: [], unknown: [] };
  const calendars = { words: [], unknown: [] };
  const surroundings = { people: [], unknown: [] };
  const nobody = { approvers: [], requesters: [] };
  const asking = { now: deps.now(), incidentId: input.incident, ourselves: [...deps.ourselves], own: [...deps.own] };
  const facts = guardFacts({
    ...asking,
    deploys,
    calendars,
    surroundings,
    ...nobody,
    set: deps.rules(),
    incident,
    alert,
    witness,
    plan: { ...plan, target },
    step,
  });
  // One after the other is put back, however many were acted on.
  const { together: _all, ...alone } = facts;
  return { ...alone, required: [], laterStep: true };
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
      hashes: [plan.rulesHash, plan.rule.fileHash, step.runbookHash],
      domain: failureDomain(plan.target),
      team: plan.team,
      runbook: step.runbook,
    },
    failureDomain: failureDomain(plan.target),
    place: permit.place,
    params,
    startBy: deps.now() + permitLifeMs,
  };
}

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
