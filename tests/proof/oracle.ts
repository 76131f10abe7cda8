import { epochMs } from '../../domain/words.js';
import { decisionsArePure, everyEffectHasItsApprovals, everyEffectHasItsRule, onlyPlannedTargets } from './decisions.js';
import { budgetsHold, cooldownsHold, stopsHold } from './limits.js';
import type { IncidentProof, Proof } from './proof.js';

/**
 * The invariants, as functions from what was recorded to what is wrong. Every end-to-end test and every seed of the simulation ends
 * with `violations`. An empty list is the only good answer.
 */
type Invariant = (proof: Proof) => string[];

const perIncident =
  (judge: (incident: IncidentProof, proof: Proof) => string[]): Invariant =>
  (proof) =>
    proof.incidents.flatMap((incident) => judge(incident, proof).map((says) => `${incident.row.id}: ${says}`));

const ownerOf = (proof: Proof, key: string) =>
  proof.incidents.find(({ permits }) => permits.some(({ attemptKey }) => attemptKey === key));

/** I1: at most one effect per attempt key. */
export const atMostOneEffectPerKey: Invariant = ({ effects }) => {
  const seen = new Set<string>();
  return effects.flatMap(({ key, operation, target }) => {
    if (key === '') return [`${operation} on ${target} carries no key`];
    if (seen.has(key)) return [`${operation} on ${target} happened twice under the key ${key}`];
    seen.add(key);
    return [];
  });
};

/** I2: a 2xx to the sender means that a run exists or a line was written. */
export const acceptedMeansDurable: Invariant = ({ subscription, runs }) => {
  const ids = new Set(runs.map(({ workflowId }) => workflowId));
  return subscription.deliveries
    .filter(({ attempts, incident }) => attempts.some((status) => status >= 200 && status < 300) && incident !== '')
    .filter(({ incident }) => ![...ids].some((id) => `${id}:`.startsWith(`incident:pagerduty:${incident}:`)))
    .map(({ incident, eventId }) => `event ${eventId} of ${incident} was accepted and no run exists`);
};

/** I3: exactly one run per incident and generation; what an operator resets is still that one. */
export const oneRunPerIncident: Invariant = ({ runs }) => {
  const started = new Map<string, Set<string>>();
  for (const { workflowId, firstRunId } of runs) started.set(workflowId, (started.get(workflowId) ?? new Set()).add(firstRunId));
  return [...started].filter(([, first]) => first.size > 1).map(([id, first]) => `${id} was started ${first.size} times`);
};

/** I9: each effect has its permit's line before it and its end after it; where nobody knows how it ended, people have it. */
export const everyEffectIsFramed: Invariant = (proof) =>
  proof.effects.flatMap(({ key, at }) => {
    const { timeline: lines = [], row } = ownerOf(proof, key) ?? {};
    const allowed = lines.some((line) => line.phase === 'guards' && line.state === 'ok' && epochMs(line.at) <= epochMs(at));
    const own = lines.filter(({ phase, data }) => (phase === 'execute' || phase === 'undo') && data?.['attemptKey'] === key);
    const ended = own.some(({ state }) => ['ok', 'failed', 'unknown'].includes(state));
    const unknown = own.some(({ state }) => state === 'unknown');
    return [
      ...(allowed ? [] : [`${key}: no admission before it`]),
      ...(ended ? [] : [`${key}: no end after it`]),
      ...(unknown && row?.outcome !== 'escalated'
        ? [`${key}: how it ended is unknown, and the outcome is ${row?.outcome ?? 'open'}`]
        : []),
    ];
  });

/** I10: the chain of records verifies, each effect has exactly one permit there, and no secret stands in any of them. */
export const recordsHold: Invariant = ({ chain, effects, incidents, secrets }) => {
  const permits = new Map<string, number>();
  for (const { attemptKey } of incidents.flatMap(({ permits: own }) => own))
    permits.set(attemptKey, (permits.get(attemptKey) ?? 0) + 1);
  const told = secrets.length > 0 ? JSON.stringify(incidents) : '';
  return [
    ...(chain.ok ? [] : [`line ${chain.seq}: ${chain.says}`]),
    // One without any is named by I4.
    ...effects.filter(({ key }) => (permits.get(key) ?? 0) > 1).map(({ key }) => `${key} has ${permits.get(key)} permits`),
    ...secrets
      .filter((secret) => told.includes(JSON.stringify(secret).slice(1, -1)))
      .map((_, index) => `secret ${index + 1} is in a record`),
  ];
};

/** I13: nothing ends silently, and how it ended is told once. */
export const everyIncidentEnds: Invariant = perIncident(({ row, timeline, told }) => {
  const outcomes = timeline.filter(({ phase }) => phase === 'outcome').length;
  return [
    ...(outcomes === 1 && row.outcome !== null ? [] : [`${outcomes} outcomes`]),
    ...(told === undefined || told <= 1 ? [] : [`people were told ${told} times how it ended`]),
  ];
});

/** I14: every history that this build made can be gone through again by this build. */
export const historiesReplay: Invariant = ({ unreplayable = [] }) =>
  unreplayable.map(({ workflowId, says }) => `${workflowId}: ${says}`);

/** I15: we never gave the sender a reason to switch us off. */
export const neverSwitchedOff: Invariant = ({ subscription }) => (subscription.disabled ? ['the subscription is disabled'] : []);

/** I16: no call that nobody declared. */
export const noUnknownCalls: Invariant = ({ unknownCalls }) => unknownCalls.map((call) => `unknown call ${JSON.stringify(call)}`);

export const invariants: Readonly<Record<string, Invariant>> = {
  'I1 at most one effect per key': atMostOneEffectPerKey,
  'I2 accepted means durable': acceptedMeansDurable,
  'I3 one run per incident': oneRunPerIncident,
  'I4 every effect has its rule': everyEffectHasItsRule,
  'I5 every effect has its approvals': everyEffectHasItsApprovals,
  'I6 cooldowns hold': cooldownsHold,
  'I7 budgets hold': budgetsHold,
  'I8 stops hold': stopsHold,
  'I9 every effect is framed': everyEffectIsFramed,
  'I10 records hold': recordsHold,
  'I11 only planned targets': onlyPlannedTargets,
  'I12 decisions are pure': decisionsArePure,
  'I13 every incident ends': everyIncidentEnds,
  'I14 histories replay': historiesReplay,
  'I15 never switched off': neverSwitchedOff,
  'I16 no unknown calls': noUnknownCalls,
};

export const violations = (proof: Proof): string[] =>
  Object.entries(invariants).flatMap(([name, judge]) => judge(proof).map((says) => `${name}: ${says}`));
