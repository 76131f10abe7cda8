import { epochMs } from '../../domain/words.js';
import type { IncidentProof, Proof } from './proof.js';

/**
 * The invariants, as functions from what was recorded to what is wrong. Every end-to-end test ends with `violations`.
 * An empty list is the only good answer.
 */
type Invariant = (proof: Proof) => string[];

const perIncident =
  (judge: (incident: IncidentProof, proof: Proof) => string[]): Invariant =>
  (proof) =>
    proof.incidents.flatMap((incident) => judge(incident, proof).map((says) => `${incident.row.id}: ${says}`));

const permitOf = (proof: Proof, key: string) =>
  proof.incidents.flatMap(({ permits }) => permits).find(({ attemptKey }) => attemptKey === key);
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

/** I4: every effect belongs to a permit that names the rule's and the runbook's content, and to a rule that may act. */
export const everyEffectHasItsRule: Invariant = (proof) =>
  proof.effects.flatMap(({ key, operation, target }) => {
    const permit = permitOf(proof, key);
    if (!permit) return [`${operation} on ${target} has no permit`];
    const concluded = ownerOf(proof, key)?.decision?.concluded;
    if (concluded !== 'act' && concluded !== 'ask')
      return [`${operation} on ${target}: the rules concluded ${concluded ?? 'nothing'}`];
    return permit.ruleHash && permit.runbookHash && permit.planHash ? [] : [`the permit of ${key} lacks a hash`];
  });

/** I5: where a human was wanted, an accepted approval of that very plan is older than the effect. */
export const everyEffectHasItsApprovals: Invariant = (proof) =>
  proof.effects.flatMap(({ key, at }) => {
    const owner = ownerOf(proof, key);
    if (!owner?.decision || !('plan' in owner.decision)) return [];
    const { plan, concluded } = owner.decision;
    if (concluded !== 'ask') return [];
    const before = owner.approvals.filter(
      (one) => one.accepted && one.decision === 'approve' && one.planHash === plan.hash && epochMs(one.at) <= epochMs(at),
    );
    const people = new Set(before.map(({ by }) => by)).size;
    return people >= plan.approval.count ? [] : [`the effect ${key} had ${people} of ${plan.approval.count} approvals`];
  });

/** I6: two incidents never act on one target within its cooldown. */
export const cooldownsHold: Invariant = (proof) => {
  const last = new Map<string, { at: number; incident: string | undefined }>();
  return proof.effects.flatMap(({ target, at, key }) => {
    const incident = ownerOf(proof, key);
    const before = last.get(target);
    last.set(target, { at: epochMs(at), incident: incident?.row.id });
    if (!before || before.incident === incident?.row.id || !incident?.decision || !('plan' in incident.decision)) return [];
    const gap = epochMs(at) - before.at;
    return gap >= incident.decision.plan.limits.cooldownMs ? [] : [`${target}: two incidents acted within ${gap} ms`];
  });
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

/** I10: the chain of records verifies. */
export const chainVerifies: Invariant = ({ chain }) => (chain.ok ? [] : [`line ${chain.seq}: ${chain.says}`]);

/** I11: what was touched was planned. */
export const onlyPlannedTargets: Invariant = (proof) =>
  proof.effects.flatMap(({ key, target }) => {
    const { decision } = ownerOf(proof, key) ?? {};
    if (!decision || !('plan' in decision)) return [`${target} was touched and nobody planned it`];
    const { name, id } = decision.plan.target;
    return target === name || target === id ? [] : [`${target} was touched, planned was ${name}`];
  });

/** I13: nothing ends silently. */
export const everyIncidentEnds: Invariant = perIncident(({ row, timeline }) => {
  const outcomes = timeline.filter(({ phase }) => phase === 'outcome').length;
  return outcomes === 1 && row.outcome !== null ? [] : [`${outcomes} outcomes`];
});

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
  'I9 every effect is framed': everyEffectIsFramed,
  'I10 the chain verifies': chainVerifies,
  'I11 only planned targets': onlyPlannedTargets,
  'I13 every incident ends': everyIncidentEnds,
  'I15 never switched off': neverSwitchedOff,
  'I16 no unknown calls': noUnknownCalls,
};

export const violations = (proof: Proof): string[] =>
  Object.entries(invariants).flatMap(([name, judge]) => judge(proof).map((says) => `${name}: ${says}`));
