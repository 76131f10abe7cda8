import type { GuardFacts } from '../../domain/admission.js';
import { isOtherLife } from '../../domain/incident.js';
import { incidentId } from '../../domain/incident-id.js';
import type { JsonObject } from '../../domain/json.js';
import { longestVerifyMs } from '../../domain/patience.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import { aimedAt, type Plan, type PlanStep, shortHash } from '../../domain/plan.js';
import { failureDomain } from '../../domain/target.js';
import { decisiveVerdict, foundWords } from '../../domain/verdicts.js';
import { guardFacts } from '../../decide/guard-facts.js';
import { judgeAll } from '../../guards/judge.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { rulesSaid, whyAnother } from '../pinned.js';
import { callFor, isVendorFailure } from '../shell.js';
import { allNamesOf, approversNow, requestersOf } from '../situation/approvers.js';
import { aroundTarget } from '../situation/around.js';
import { calendarsNow } from '../situation/calendars.js';
import { deploysAround } from '../situation/deploys.js';
import { readSituation, type Situation } from '../situation/read.js';
import type { StepInput } from '../types.js';
import { attemptKey, paramsHash } from './keys.js';
import { beforeItsBatch, beforeItsTurn, hasBegun } from './order.js';

/** What was asked for, read again and derived again; the caller's word counts only where it agrees with it. */
interface Aimed {
  situation: Situation;
  plan: Plan;
  step: PlanStep;
}

/** The same with all that the guards are shown. */
interface Derived extends Aimed {
  facts: GuardFacts;
}

/** Phase 6: a permit, or who refused and until when. Trusts nothing that it is handed. */
export async function admit(deps: ActivityDeps, input: StepInput): Promise<Admission> {
  const aimed = await aimAgain(deps, input);
  if ('guard' in aimed) return refusedOutright(deps, input, aimed);
  // At the same time: each looks at the world as it is now.
  const [facts, preState] = await Promise.all([factsFor(deps, input, aimed), preStateOf(deps, input, aimed)]);
  if ('guard' in preState) return refusedOutright(deps, input, preState as unknown as GuardVerdict);
  const derived = { ...aimed, facts };
  const admission = await deps.ledger.admit({ ...requestFor(deps, input, derived), preState }, (state) =>
    judgeAll(deps.guards, { ...derived.facts, readNow: deps.now() }, state, derived.plan.limits),
  );
  await writeDown(deps, input, admission, derived.facts.surroundings.group !== undefined);
  return admission;
}

/** "Would you admit?", asked before people are. Permits nothing; what a guard wants in force stands from then on. Of several targets each is asked about: people allow all of them. */
export async function preview(deps: ActivityDeps, input: StepInput): Promise<GuardVerdict[]> {
  const derived = await derive(deps, input);
  if ('guard' in derived) return [derived];
  const guards = deps.guards.filter((guard) => guard.asked.includes('preview'));
  const each = input.target === undefined ? await others(deps, input, derived) : [];
  const said: GuardVerdict[] = [];
  for (const one of [derived, ...each])
    said.push(
      ...(await deps.ledger.preview(requestFor(deps, input, one), (state) =>
        judgeAll(guards, { ...one.facts, readNow: deps.now() }, state, one.plan.limits),
      )),
    );
  return said;
}

/** The same step on each of the plan's other targets, whenever their turn comes. */
async function others(deps: ActivityDeps, input: StepInput, { situation, plan }: Derived): Promise<Derived[]> {
  const rest = plan.rollout?.each.slice(1) ?? [];
  // Each has the one step: a ladder climbs on one target.
  const aimed = rest.flatMap((one) => one.steps.map((step) => ({ situation, plan: { ...plan, ...one }, step })));
  return Promise.all(aimed.map(async (one) => ({ ...one, facts: await factsFor(deps, input, one) })));
}

/**
 * A rule that observes: every guard is asked as it would be if the rule were automatic, and its verdict is written down for whoever
 * judges later whether the rule may be.
 */
export async function shadow(deps: ActivityDeps, input: StepInput): Promise<{ says: string }> {
  const derived = await derive(deps, input, true);
  const verdicts = 'guard' in derived ? [derived] : await wouldSay(deps, input, derived);
  const refused = decisiveVerdict(verdicts);
  const says = refused
    ? `observing: ${refused.verdict === 'ask' ? 'would have asked' : 'would have been refused'} by ${refused.guard}: ${foundWords(refused, deps.now())}`
    : `observing: ${verdicts.length} would have allowed it`;
  const data = { step: input.step, verdicts: verdicts as unknown as JsonObject[] };
  await deps.ledger.record({ incident: input.incident, phase: 'guards', state: 'info', says, once: 'guards.observed', data });
  return { says };
}

const wouldSay = (deps: ActivityDeps, input: StepInput, derived: Derived): Promise<GuardVerdict[]> =>
  deps.ledger.preview(requestFor(deps, input, derived), (state) =>
    judgeAll(deps.guards, { ...derived.facts, mode: 'auto', readNow: deps.now() }, state, derived.plan.limits),
  );

async function derive(deps: ActivityDeps, input: StepInput, observing = false): Promise<Derived | GuardVerdict> {
  const aimed = await aimAgain(deps, input, observing);
  return 'guard' in aimed ? aimed : { ...aimed, facts: await factsFor(deps, input, aimed) };
}

async function aimAgain(deps: ActivityDeps, input: StepInput, observing = false): Promise<Aimed | GuardVerdict> {
  // Under another's name it would pass for the run that holds the target, and for the one that acted last.
  if (input.incident !== incidentId(input.ref)) return no('incident', incidentId(input.ref), `asked for as ${input.incident}`);
  const situation = await readSituation(deps, input, input.step);
  const { decision, incident } = situation;
  if (isOtherLife(incident, input.ref))
    return no('incident', 'its present life', `${incident.ref.source} says it was reopened since`);
  if (incident.status === 'resolved') return no('incident', 'open', `${incident.ref.source} says resolved`);
  if (!('plan' in decision)) return no('plan', 'the pinned plan', `the rules now say: ${decision.because}`);
  if (decision.plan.hash !== input.planHash)
    return no('plan', shortHash(input.planHash), await whyAnother(deps, input.incident, decision.plan));
  if (decision.concluded === 'observe' && !observing) return no('mode', 'approve or auto', 'the rule only observes here');
  const plan = aimedAt(decision.plan, input.target);
  if (!plan) return no('target', 'a target of the plan', `it does not act on ${input.target}`);
  const step = plan.steps[input.step];
  if (!step) return no('plan', `${plan.steps.length} steps`, `it has no step ${input.step + 1}`);
  const early = (await beforeItsTurn(deps, input, plan)) ?? (await beforeItsBatch(deps, input, decision.plan));
  if (early) return no('plan', 'one step after the other', early);
  return { situation, plan, step };
}

/** All that the guards are shown. What takes a read of its own is read at the same time. */
async function factsFor(
  deps: ActivityDeps,
  input: StepInput,
  { situation: { incident, alert, witness, set }, plan, step }: Aimed,
): Promise<GuardFacts> {
  const [deploys, calendars, surroundings, words, begun] = await Promise.all([
    deploysAround(deps, input, incident, plan),
    calendarsNow(deps, input, incident, plan.target, set),
    aroundTarget(deps, input, plan.target, set),
    whoseWordCounts(deps, input, incident, plan),
    hasBegun(deps, input),
  ]);
  const asking = { now: deps.now(), incidentId: input.incident, ourselves: [...deps.ourselves], own: [...deps.own] };
  const read = { deploys, calendars, surroundings, ...words };
  const facts = guardFacts({ ...asking, ...read, set, incident, alert, witness, plan, step });
  // A later batch began in time when the first one did.
  return { ...facts, laterStep: facts.laterStep || begun };
}

/** Who may decide is asked only where somebody has said something: it is a read at the rota. */
async function whoseWordCounts(
  deps: ActivityDeps,
  input: StepInput,
  incident: Situation['incident'],
  plan: Plan,
): Promise<Pick<GuardFacts, 'approvers' | 'requesters'>> {
  const [requesters, given] = await Promise.all([requestersOf(deps, input), deps.ledger.approvals(input.incident, plan.hash)]);
  if (!given.some(({ verifiedIdentity, accepted }) => verifiedIdentity && accepted)) return { approvers: [], requesters };
  const approvers = await approversNow(deps, input, incident, plan.team);
  return { approvers: approvers.names, requesters: requesters.flatMap((name) => allNamesOf(name, approvers)) };
}

/** A refusal by the design itself, before any guard is asked. */
export const no = (guard: string, limit: string, found: string): GuardVerdict => ({
  guard,
  verdict: 'refuse',
  limit,
  found,
  setBy: 'design',
});

function requestFor(deps: ActivityDeps, input: StepInput, { situation, plan, step }: Aimed): Omit<AdmissionRequest, 'preState'> {
  return {
    attemptKey: attemptKey(deps, plan, step),
    incident: input.incident,
    step: step.index,
    planHash: plan.hash,
    ruleHash: plan.rule.fileHash,
    runbookHash: step.runbookHash,
    paramsHash: paramsHash(deps, step.action, step.params),
    action: step.action,
    subject: {
      environment: plan.environment,
      service: situation.incident.service.id,
      rule: plan.rule.name,
      action: step.action,
      targetId: plan.target.id,
      hashes: [plan.rulesHash, plan.rule.fileHash, step.runbookHash],
      domain: failureDomain(plan.target),
      team: plan.team,
      runbook: step.runbook,
    },
    failureDomain: failureDomain(plan.target),
    place: { account: plan.target.account, region: plan.target.region },
    params: step.params,
    startBy: deps.now() + permitLifeMs,
    verifyWithinMs: verifiedWithinMs(plan, step),
  };
}

/** How long after its use it is to be known whether a step helped: its own time, and the longest that it may be looked at. */
export const verifiedWithinMs = ({ pace }: Plan, step: PlanStep): number =>
  (step.waits ? step.timeoutMs : 0) + longestVerifyMs(step.verify, pace);

/** A permit that is not used at once is of no use: the world has moved on. */
export const permitLifeMs = 60_000;

async function preStateOf(
  deps: ActivityDeps,
  input: StepInput,
  { plan, step, situation }: Aimed,
): Promise<JsonObject | GuardVerdict> {
  const action = deps.registry.actions.get(step.action);
  if (!action) throw new TypeError(`No integration offers the action "${step.action}"`);
  const call = callFor(input.incident, placeFor(situation.set, plan.target, 'read'), situation.pace, deps.now);
  try {
    return await action.preState(action.with(call), step.params, plan.target);
  } catch (error) {
    if (!isVendorFailure(error) || error.fault === 'throttled' || error.fault === 'unavailable') throw error;
    return no('preState', 'as approved', error.message);
  }
}

async function refusedOutright(deps: ActivityDeps, input: StepInput, refusedBy: GuardVerdict): Promise<Admission> {
  const admission: Admission = { admitted: false, verdicts: [refusedBy], refusedBy };
  await writeDown(deps, input, admission);
  return admission;
}

async function writeDown(deps: ActivityDeps, input: StepInput, admission: Admission, grouped?: boolean): Promise<void> {
  // One line per step and answer, not one per time it was asked.
  const refused = admission.admitted ? undefined : admission.refusedBy;
  const waits = refused?.wait === true;
  await deps.ledger.record({
    incident: input.incident,
    phase: 'guards',
    state: refused ? (waits || refused.verdict === 'ask' ? 'waiting' : 'refused') : 'ok',
    says:
      (input.step > 0 ? `step ${input.step + 1}: ` : '') +
      (refused
        ? `${waits ? 'held' : refused.verdict === 'ask' ? 'asks' : 'REFUSED'} by ${refused.guard}: ${foundWords(refused, deps.now())}`
        : `${admission.verdicts.length} allow: ${allowedWords(admission.verdicts, grouped)}`),
    once: `guards.${input.step}${input.target === undefined ? '' : `.${input.target}`}.${refused ? `${refused.guard}.${refused.verdict}` : 'allow'}`,
    data: { step: input.step, verdicts: admission.verdicts as unknown as JsonObject[], ...rulesSaid(deps.rules()) },
  });
}

/** The ones that say something about this very incident. That a target has no group is no news. */
function allowedWords(verdicts: readonly GuardVerdict[], grouped: boolean | undefined): string {
  const telling = ['firingFor', 'corroborate', ...(grouped ? ['healthy'] : [])];
  const found = verdicts.filter(({ guard }) => telling.includes(guard)).map((one) => one.found);
  return found.join('; ');
}
