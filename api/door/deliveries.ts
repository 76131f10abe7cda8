import { beginsWork, type Delivery } from '../../domain/delivery.js';
import { type IncidentRef, latestLife } from '../../domain/incident.js';
import type { NewRecord } from '../../domain/record.js';
import type { JournalEntry } from '../../ledger/port.js';
import { incidentId, incidentWorkflowId } from '../../workflows/ids.js';
import { Problem } from '../problem.js';
import { RunError } from '../runs.js';
import type { DurableEvent } from './durable-events.js';
import { Busy } from './turnstile.js';
import { answered, fromLedger, writeDown, writtenDown, type AcceptDeps, type Acceptance, type DoorAnswer } from './verdict.js';

/** Most alerts that one request may tell of: more than any sender groups, and few enough for one deadline. */
const mostDeliveries = 200;

/** All of them or none: a sender repeats the whole request, and what was durable before is a duplicate then. */
export async function acceptAll(deps: AcceptDeps, at: Acceptance, all: readonly Delivery[]): Promise<DoorAnswer> {
  const deliveries = named(all.slice(0, mostDeliveries));
  const answers: DoorAnswer[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < deliveries.length; index = next++) {
      // One that failed fails the request; with the deadline gone, what is left would only be tried and given up.
      if (failures.length > 0) return;
      try {
        if (deps.now() >= at.deadline)
          throw new Problem(503, 'Too many alerts for one request in time; send it again.', { retryAfter: 10 });
        answers[index] = await acceptDelivery(deps, at, deliveries[index] as Delivery);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(deps.limits.deliveriesAtOnce, deliveries.length) }, work));
  if (all.length > mostDeliveries) await leftOut(deps, at, all).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  const [only] = answers;
  if (only && answers.length === 1) return only;
  return { status: 202, body: { accepted: true, says: summary(answers) } };
}

/** One request, one event id for several alerts: each still has its own line and is told. */
function named(deliveries: readonly Delivery[]): Delivery[] {
  const ids = deliveries.map(({ eventId }) => eventId);
  const shared = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return deliveries.map((one) =>
    shared.has(one.eventId) ? { ...one, eventId: `${one.eventId} ${incidentId(one.ref)} ${one.kind}` } : one,
  );
}

async function leftOut(deps: AcceptDeps, at: Acceptance, all: readonly Delivery[]): Promise<void> {
  const rest = all.slice(mostDeliveries).map(({ ref }) => incidentId(ref));
  deps.metrics.quarantined.inc({ source: at.source });
  await writeDown(deps, at, {
    eventId: `body:${at.bodyHash}`,
    eventType: 'too many',
    result: 'quarantined',
    says: `${all.length} alerts in one request, of which the first ${mostDeliveries} were taken; left out: ${rest.slice(0, 20).join(', ')}${rest.length > 20 ? ' and others' : ''}`,
  });
}

function summary(answers: readonly DoorAnswer[]): string {
  const said = answers.map(({ body }) => body.says);
  return said.length <= 10 ? said.join('; ') || 'nothing in it' : `${said.length} alerts taken`;
}

export async function acceptDelivery(deps: AcceptDeps, at: Acceptance, delivery: Delivery): Promise<DoorAnswer> {
  const { eventId, eventType } = delivery;
  const because = startsNothing(delivery, at.ourselves);
  const record = (incident: string, says: string): Promise<DoorAnswer> =>
    writeDown(deps, at, { eventId, eventType, incident, result: 'recorded', says });
  if (delivery.ref.generation === latestLife) {
    const life = because === undefined ? await lifeOf(deps, at, delivery.ref) : undefined;
    if (life === undefined)
      return record(incidentId({ ...delivery.ref, generation: '0' }), because ?? 'nothing of ours runs for it');
    return told(deps, at, { ...delivery, ref: life }, tellOpenRun);
  }
  const incident = incidentId(delivery.ref);
  if (because === undefined) return told(deps, at, delivery, deliver);
  if (delivery.kind === 'resolved') deps.journal.resolvedAtSource(incident);
  return record(incident, because);
}

/** The newest life that we know of an incident; `undefined`: none. */
export async function lifeOf(deps: AcceptDeps, at: Acceptance, ref: IncidentRef): Promise<IncidentRef | undefined> {
  const generation = await fromLedger(deps, at, () => deps.ledger.latestLifeOf(ref.source, ref.externalId));
  return generation === undefined ? undefined : { ...ref, generation };
}

type Deliver = (deps: AcceptDeps, at: Acceptance, delivery: Delivery) => Promise<DurableEvent>;

async function told(deps: AcceptDeps, at: Acceptance, delivery: Delivery, deliverBy: Deliver): Promise<DoorAnswer> {
  const incident = incidentId(delivery.ref);
  const { eventId, eventType } = delivery;
  if (delivery.kind === 'resolved') deps.journal.resolvedAtSource(incident);
  const { event, repeats } = await deps.events.once(`${at.source} ${eventId}`, () => deliverBy(deps, at, delivery));
  const result = repeats === 0 ? event.result : 'duplicate';
  const says = repeats === 0 ? event.says : `seen before; ${event.says}`;
  // A flood of repeats is one line; the metric counts them all.
  if (repeats <= 1)
    deps.journal.later({ source: at.source, eventId, eventType, incident, result, says }, firstLine(deps, at, delivery, result));
  return answered(deps, at, result, { incident, says });
}

const deliver: Deliver = async (deps, at, delivery) => {
  const workflowId = incidentWorkflowId(delivery.ref);
  // A start into an open run says nothing to it, so whatever comes later than the trigger is a signal that starts where nothing runs.
  const call = delivery.kind === 'triggered' ? 'start' : 'tell';
  const reached = await reach(deps, at, call, () => deps.runs[call](delivery, at.deadline));
  if (reached === 'closed') return { result: 'duplicate', says: 'the run of this incident has ended; nothing was started' };
  if (delivery.kind !== 'triggered' && delivery.kind !== 'reopened')
    return { result: 'signalled', says: `told to ${workflowId}` };
  if (!deps.startedRuns.add(workflowId)) return { result: 'duplicate', says: `${workflowId} was there already` };
  return { result: 'started', says: `durable as ${workflowId}` };
};

/** To a run that is open, and never begins one. */
const tellOpenRun: Deliver = async (deps, at, delivery) => {
  const { eventId, eventType } = delivery;
  const reached = await reach(deps, at, 'signal', () => deps.runs.tellOpen(delivery, at.deadline));
  if (reached === 'durable') return { result: 'signalled', says: `told to ${incidentWorkflowId(delivery.ref)}` };
  const says = 'its run has ended; nothing was told and nothing started';
  return writtenDown(deps, at, { eventId, eventType, incident: incidentId(delivery.ref), result: 'recorded', says });
};

/** The timeline's first line, where this delivery is what began the run. The run writes the same one, should ours be lost. */
function firstLine(deps: AcceptDeps, at: Acceptance, delivery: Delivery, result: JournalEntry['result']): NewRecord | undefined {
  if (result !== 'started') return undefined;
  const { eventId, eventType, actor, authenticatedBy } = delivery;
  const ms = deps.now() - at.arrivedAt;
  return {
    incident: incidentId(delivery.ref),
    phase: 'webhook',
    state: 'ok',
    says: `202 in ${ms} ms; durable as ${incidentWorkflowId(delivery.ref)}`,
    once: 'webhook',
    data: { eventId, eventType, by: actor?.id ?? null, authenticatedBy, ms },
  };
}

/** Why an event is written down and goes no further, if so. */
function startsNothing(delivery: Delivery, ourselves: readonly string[]): string | undefined {
  if (delivery.actor !== null && ourselves.includes(delivery.actor.id)) return 'made by ourselves; starts nothing';
  if (delivery.kind === 'note' || delivery.kind === 'other') return `${delivery.eventType} starts nothing`;
  if (delivery.ref.generation === latestLife && beginsWork(delivery.kind))
    return `${delivery.eventType} does not say which life of the alert it begins; starts nothing`;
  return undefined;
}

/** One call to Temporal in its turn, or a 503. */
async function reach<Answer>(deps: AcceptDeps, at: Acceptance, call: string, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await deps.turnstile.pass(at.deadline, send);
  } catch (error) {
    deps.metrics.temporalErrors.inc({ call });
    if (error instanceof Busy) throw new Problem(503, 'Too many webhooks at once; send it again.', { retryAfter: 5 });
    if (error instanceof RunError)
      throw new Problem(503, 'Temporal does not answer, so nothing is durable yet; send it again.', { retryAfter: 10 });
    throw error;
  }
}
