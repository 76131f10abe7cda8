import { holdScopes } from '../../domain/hold.js';
import type { Budget } from '../../domain/plan.js';
import { failureDomain } from '../../domain/target.js';
import { epochMs } from '../../domain/words.js';
import { type Acted, acted, callMs, peopleBehind } from './lookup.js';
import type { HoldTime, Proof } from './proof.js';

/** I6: never two at once on one target, and never two incidents within its cooldown. What puts back is part of what it puts back. */
export function cooldownsHold(proof: Proof): string[] {
  const last = new Map<string, Acted>();
  return acted(proof).flatMap((one) => {
    const before = last.get(one.target);
    last.set(one.target, one);
    if (!before || before.owner.row.id === one.owner.row.id) return [];
    const gap = one.at - before.at;
    const atOnce = isOpen(before, one.at) ? [`${one.target}: acted on while ${before.owner.row.id} was still at it`] : [];
    if (one.undoes || gap + callMs >= one.plan.limits.cooldownMs) return atOnce;
    return [...atOnce, `${one.target}: two incidents acted within ${gap} ms`];
  });
}

/** Whether an effect that is waited for has not ended by then. */
function isOpen({ owner, plan, permit, key }: Acted, at: number): boolean {
  const waits = plan.steps.some((step) => step.waits && step.runbookHash === permit.runbookHash);
  const ends = owner.timeline.filter(
    ({ data, state }) => data?.['attemptKey'] === key && ['ok', 'failed', 'unknown'].includes(state),
  );
  return waits && ends.length > 0 && ends.every((line) => epochMs(line.at) > at + callMs);
}

interface Scope {
  of: (one: Acted) => string;
  budget: (one: Acted) => Budget | undefined;
}

const serviceOf = ({ owner }: Acted): string => owner.decision?.incident.service.id ?? '';

const scopes: readonly Scope[] = [
  { of: ({ plan }) => `rule ${plan.rule.name}`, budget: ({ plan }) => plan.limits.budget.rule },
  { of: (one) => `service ${serviceOf(one)}`, budget: ({ plan }) => plan.limits.budget.service },
  { of: ({ plan }) => `team ${plan.team}`, budget: ({ plan }) => plan.limits.budget.team },
  { of: () => 'everything', budget: ({ plan }) => plan.limits.budget.all },
];

/**
 * I7: no window of time holds more effects than the budget of its rule, service, team or everything; restarts do not refill it. Effects that
 * people allowed are theirs, and what puts back is never refused for want of a budget.
 */
export function budgetsHold(proof: Proof): string[] {
  const alone = acted(proof).filter(
    (one) => !one.undoes && peopleBehind(one, proof).length < Math.max(1, one.plan.approval.count),
  );
  return scopes.flatMap(({ of, budget }) => alone.flatMap((one, index) => overspent(one, alone.slice(0, index + 1), of, budget)));
}

function overspent(one: Acted, upTo: readonly Acted[], of: Scope['of'], budgetOf: Scope['budget']): string[] {
  const own = budgetOf(one);
  if (!own) return [];
  const within = upTo.filter((other) => other === one || (of(other) === of(one) && other.at > one.at - own.perMs + callMs));
  // Rules are reloaded: the widest of the budgets under which these were allowed.
  const most = Math.max(...within.map((other) => budgetOf(other)?.count ?? 0));
  return within.length > most
    ? [`${of(one)}: ${within.length} effects in ${own.perMs} ms, allowed are ${most} (the last was ${one.key})`]
    : [];
}

/** I8: nothing begins later than one call after a stop was engaged on it, nor later than that after the permit's own time. */
export function stopsHold(proof: Proof): string[] {
  return acted(proof).flatMap((one) => {
    const held = proof.holds.filter((hold) => covers(hold, one) && inForceAt(hold, one));
    const late = one.at - epochMs(one.permit.startBy);
    return [
      ...held.map(({ kind, scope, since }) => `${one.key}: began ${one.at - epochMs(since)} ms after the ${kind} of ${scope}`),
      ...(late > callMs ? [`${one.key}: began ${late} ms after its time`] : []),
    ];
  });
}

function covers({ scope }: HoldTime, { plan, permit, owner }: Acted): boolean {
  const { environment, rule, target } = plan;
  const service = owner.decision?.incident.service.id ?? '';
  const { action } = permit;
  const step = plan.steps.find(({ runbookHash }) => runbookHash === permit.runbookHash);
  const runbook = step === undefined ? {} : { runbook: step.runbook };
  const ground = {
    domain: failureDomain(target),
    team: plan.team,
    hashes: [plan.rulesHash, permit.ruleHash, permit.runbookHash],
  };
  return holdScopes({ environment, service, rule: rule.name, action, targetId: target.id, ...ground, ...runbook }).includes(
    scope,
  );
}

/** A demotion asks people, so it says no to what was admitted before it came; everything else says no to all. */
const inForceAt = ({ kind, since, until, liftedAt }: HoldTime, { at, permit }: Pick<Acted, 'at' | 'permit'>): boolean =>
  ((kind as string) !== 'demotion' || epochMs(since) > epochMs(permit.admittedAt)) &&
  at > epochMs(since) + callMs &&
  (until === undefined || at < epochMs(until)) &&
  (liftedAt === undefined || at < epochMs(liftedAt));
