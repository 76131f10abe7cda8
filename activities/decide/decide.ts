import type { Alert } from '../../domain/alert.js';
import { beginsWork } from '../../domain/delivery.js';
import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { NewRecord } from '../../domain/record.js';
import { shortHash, type Decision } from '../../domain/plan.js';
import { targetWords } from '../../domain/plan-words.js';
import { failureDomain } from '../../domain/target.js';
import type { ActivityDeps } from '../deps.js';
import { rulesSaid, unlessRevoked } from '../pinned.js';
import { readIncident, situationOf } from '../situation/read.js';
import type { Decided, DecideInput } from '../types.js';
import { leftAlone } from './found.js';

/** Phases 2 to 4 in one activity, so that history holds the whole result and the engine can change without breaking a replay. */
export async function decide(deps: ActivityDeps, input: DecideInput): Promise<Decided> {
  const { incident, alert } = await readIncident(deps, input);
  await describe(deps, input, incident, alert);
  if (incident.status === 'resolved') {
    const kind = beginsWork(input.delivery.kind) ? 'resolved-itself' : 'ignored';
    return { kind: 'over', outcome: kind, says: `the incident is not open any more (${incident.ref.source} says resolved)` };
  }
  const because = await leftAlone(deps, input, incident);
  if (because !== undefined) return { kind: 'over', outcome: 'ignored', says: because };
  const owner = await deps.ledger.claimCorrelation(alert.correlationKey, input.incident);
  if (owner !== input.incident && sameIncident(owner) !== sameIncident(input.incident)) {
    // A run that has ended without mending it takes care of nothing any more: then this one goes on by itself.
    const cared = (await deps.tellJoined(owner, input.incident)) || (await deps.ledger.incident(owner))?.outcome === 'remediated';
    if (cared) return { kind: 'over', outcome: 'joined', says: `the same alert is handled as ${owner}`, joinedTo: owner };
  }
  const { decision: found } = await situationOf(deps, input, incident, alert);
  const decision = await unlessRevoked(deps, found);
  await writeDown(deps, input, decision);
  return { kind: 'decided', decision };
}

/** A reopened incident has a life of its own, but is not another incident. */
const sameIncident = (id: string): string => id.split(':').slice(0, 2).join(':');

async function describe(deps: ActivityDeps, input: DecideInput, incident: Incident, alert: Alert): Promise<void> {
  const { ledger } = deps;
  const { delivery } = input;
  await ledger.putIncident({
    id: input.incident,
    title: incident.title,
    service: incident.service.name,
    source: incident.ref.source,
    status: incident.status,
    remediation: 'deciding',
    startedAt: delivery.receivedAt,
  });
  const line = (record: Omit<NewRecord, 'incident'>) => ledger.record({ incident: input.incident, ...record });
  await line({
    phase: 'webhook',
    state: 'ok',
    says: `${delivery.eventType}, ${delivery.authenticatedBy}; durable as incident:${input.incident}`,
    once: 'webhook',
    data: { eventId: delivery.eventId, bodyHash: delivery.bodyHash, occurredAt: delivery.occurredAt, ...requestedBy(delivery) },
  });
  await line({
    phase: 'alert',
    state: 'ok',
    says: alertWords(alert, incident),
    once: 'alert',
    data: alert as unknown as JsonObject,
  });
}

/** Somebody who pressed for it, and so does not decide about it. That an incident was raised by a person asks for nothing yet. */
const requestedBy = ({ actor, eventType }: DecideInput['delivery']): JsonObject =>
  actor !== null && eventType === 'incident.custom' ? { requestedBy: actor.id } : {};

/** `AWS/EC2 CPUUtilization, limit 90 (alert ec2-cpu-high)`, or the incident's title. */
export function alertWords(alert: Alert, incident: Incident): string {
  if (!alert.metric) return incident.title;
  const limit = alert.threshold === undefined ? '' : `, limit ${alert.threshold}`;
  return `${[alert.namespace, alert.metric].filter(Boolean).join(' ')}${limit} (alert ${alert.name})`;
}

async function writeDown(deps: ActivityDeps, input: DecideInput, decision: Decision): Promise<void> {
  const { ledger } = deps;
  await ledger.putDecision(input.incident, decision as unknown as JsonObject);
  const rule = 'plan' in decision ? decision.plan.rule.name : undefined;
  const others = decision.verdicts.filter((verdict) => !verdict.matched).length;
  await ledger.record({
    incident: input.incident,
    phase: 'match',
    state: decision.concluded === 'refuse' ? 'refused' : 'ok',
    says: rule ? `${rule}; ${others} other ${others === 1 ? 'rule' : 'rules'} did not match` : saysWithoutPlan(decision),
    once: 'match',
    data: {
      ...rulesSaid({ ...decision, hash: decision.rulesHash }),
      concluded: decision.concluded,
      verdicts: decision.verdicts as unknown as JsonObject[],
    },
  });
  if ('plan' in decision) await writePlan(deps, input, decision.plan);
}

const saysWithoutPlan = (decision: Decision): string => ('because' in decision ? decision.because : decision.concluded);

async function writePlan(deps: ActivityDeps, input: DecideInput, plan: (Decision & { concluded: 'act' })['plan']): Promise<void> {
  await deps.ledger.putIncident({
    id: input.incident,
    environment: plan.environment,
    rule: plan.rule.name,
    mode: plan.mode,
    failureDomain: failureDomain(plan.target),
    planHash: plan.hash,
    remediation: 'planned',
  });
  const steps = plan.steps.map((step) => step.runbook).join(', then ');
  const [first] = plan.steps;
  const undo = plan.steps.some((step) => step.undo === 'restore') ? 'undo: put back' : 'no undo';
  await deps.ledger.record({
    incident: input.incident,
    phase: 'plan',
    state: 'ok',
    says:
      plan.steps.length === 1
        ? `${steps}: ${first?.says} on ${targetWords(plan)}; mode ${plan.mode} in ${plan.environment}, ${undo}; plan ${shortHash(plan.hash)}`
        : `${plan.steps.length} steps on ${targetWords(plan)}: ${steps}, then page; mode ${plan.mode} in ${plan.environment}; plan ${shortHash(plan.hash)}`,
    once: `plan.${shortHash(plan.hash)}`,
    data: { planHash: plan.hash, mode: plan.mode, environment: plan.environment, target: plan.target.id },
  });
}
