import type { JsonObject } from '../../domain/json.js';
import { type Judgement, right, unlabelled, wrong } from '../../domain/label.js';
import { aimedAt, batchesOf, type Decision, type Plan, type PlanStep } from '../../domain/plan.js';
import { duration, epochMs } from '../../domain/words.js';
import { paceOf } from '../../decide/profiles.js';
import type { Seen } from '../../integrations/contract/action.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import { readIncident } from '../situation/read.js';
import { witnessOf } from '../situation/witness.js';
import type { About } from '../types.js';

const minute = 60_000;
/** What people do later than this is an answer to something else. */
export const actsWithinMs = 30 * minute;
/** What is over sooner, with nobody acting, needed nobody. */
export const clearsWithinMs = 5 * minute;
/** The source may have opened it so long before it reached us; what is older was open for another reason. */
const reachesUsWithinMs = 5 * minute;

/** What people did instead of the rule, by reads of its target after the incident was closed. */
export async function judgedByPeople(deps: ActivityDeps, about: About, decision: Decision & { plan: Plan }): Promise<Judgement> {
  const { plan } = decision;
  const since = await beganAt(deps, about, decision);
  const clearedAt = await clearedBy(deps, about, since);
  const within = { since, until: Math.min(clearedAt, since + actsWithinMs) };
  const targets = batchesOf(plan).flat();
  const [ours] = (await deps.ledger.actedOn(targets, { sinceMs: since, untilMs: within.until })).filter(
    ({ incident }) => incident !== about.incident,
  );
  if (ours) return unlabelled('not-judged', `OpsSentinel itself ran ${ours.action} there meanwhile, for ${ours.incident}`);
  const seen = await Promise.all(targets.map((id) => seenOn(deps, about, aimedAt(plan, id) ?? plan, within)));
  const says = seen.map((one) => one.says).join('; ');
  if (seen.every(({ what }) => what === 'done')) return right('human-same', says);
  if (seen.some(({ what }) => what === 'done' || what === 'unknown')) return unlabelled('unlabelled', says);
  if (seen.some(({ what }) => what === 'other')) return wrong('human-other', says);
  const soon = clearedAt - since <= clearsWithinMs;
  if (!soon) return unlabelled('unlabelled', `${says}; what else people did cannot be seen`);
  if (await somebodyHadIt(deps, about))
    return unlabelled('unlabelled', `${says}; somebody had it, and what they did cannot be seen`);
  return wrong('cleared-itself', `cleared by itself within ${duration(clearedAt - since)}; ${says}`);
}

/** Epoch milliseconds: when the incident began at its source, as far as that was about this run. */
async function beganAt({ ledger, now }: ActivityDeps, about: About, { incident }: Decision): Promise<number> {
  const startedAt = (await ledger.incident(about.incident))?.startedAt;
  const ours = startedAt === undefined ? now() : epochMs(startedAt);
  const created = Date.parse(incident.createdAt);
  return created <= ours && created > ours - reachesUsWithinMs ? created : ours;
}

/** At the latest now; the witness may know it better. */
async function clearedBy(deps: ActivityDeps, about: About, since: number): Promise<number> {
  const { incident, alert } = await readIncident(deps, about);
  const { witness } = await witnessOf(deps, about, incident, alert, paceOf(deps.rules()));
  const at = witness.state === 'clear' && witness.since !== undefined ? Date.parse(witness.since) : Number.NaN;
  return at >= since && at <= deps.now() ? at : deps.now();
}

/** The first step decides: it is what the rule would have run. That people did a later one says that its ladder led there, perhaps. */
async function seenOn(deps: ActivityDeps, about: About, plan: Plan, within: { since: number; until: number }): Promise<Seen> {
  const [first, ...later] = await Promise.all(plan.steps.map((step) => seenOf(deps, about, plan, step, within)));
  if (!first) return { what: 'unknown', says: 'the plan has no step' };
  if (first.what === 'done') return first;
  const further = later.find(({ what }) => what === 'done');
  return further ? { what: 'unknown', says: `a later step of the ladder: ${further.says}` } : first;
}

async function seenOf(
  deps: ActivityDeps,
  about: About,
  plan: Plan,
  step: PlanStep,
  within: { since: number; until: number },
): Promise<Seen> {
  const action = deps.registry.actions.get(step.action);
  if (!action?.seenDone) return { what: 'unknown', says: `whether somebody did what ${step.runbook} does, no read can tell` };
  const call = callFor(about.incident, placeFor(deps.rules(), plan.target, 'read'), paceOf(deps.rules()), deps.now);
  try {
    return await action.seenDone(action.with(call), step.params, plan.target, within);
  } catch (error) {
    if (!isVendorFailure(error) || error.fault === 'throttled' || error.fault === 'unavailable') throw error;
    return { what: 'unknown', says: `it could not be read: ${error.message}` };
  }
}

/** By the webhooks of the incident: what a person has acknowledged has not cleared by itself for certain. */
async function somebodyHadIt({ ledger }: ActivityDeps, { incident }: About): Promise<boolean> {
  const { events } = await ledger.evidence(incident);
  const types = (Array.isArray(events) ? events : []).map((event) => (event as JsonObject | null)?.['event_type']);
  return types.some(
    (type) => typeof type === 'string' && /[.](?:acknowledged|reassigned|delegated|responder[.]replied)$/.test(type),
  );
}
