import type { Delivery } from '../../domain/delivery.js';
import type { NewRecord } from '../../domain/record.js';
import type { Received } from '../../integrations/contract/source.js';
import type { JournalEntry, Ledger } from '../../ledger/port.js';
import { incidentId, incidentWorkflowId } from '../../workflows/ids.js';
import type { ApiMetrics } from '../metrics.js';
import { Problem } from '../problem.js';
import { beforeDeadline, RunError, type Runs } from '../runs.js';
import type { DurableEvent, DurableEvents } from './durable-events.js';
import type { Journal } from './journal.js';
import type { RecentSet } from './recent-set.js';
import { Busy, type Turnstile } from './turnstile.js';

/** What a webhook is answered with. Everything that is signed gets a 2xx or a 503, never another 4xx. */
export interface DoorAnswer {
  status: 200 | 202;
  body: { accepted: true; incident?: string; says: string };
}

export interface Acceptance {
  source: string;
  /** Ids that are ourselves at the source. */
  ourselves: readonly string[];
  /** Epoch milliseconds. */
  arrivedAt: number;
  deadline: number;
  bodyHash: string;
}

export interface AcceptDeps {
  ledger: Ledger;
  runs: Runs;
  events: DurableEvents;
  /** Workflow ids that this process began. */
  startedRuns: RecentSet;
  turnstile: Turnstile;
  journal: Journal;
  metrics: ApiMetrics;
  now: () => number;
}

export type Accept = (received: Received, at: Acceptance) => Promise<DoorAnswer>;

type Result = JournalEntry['result'];

/** The table of verdicts: what the source made of a webhook, to its answer. Throws Problem. */
export function createAccept(deps: AcceptDeps): Accept {
  return async (received, at) => {
    switch (received.kind) {
      case 'refused':
        deps.metrics.deliveries.inc({ source: at.source, result: 'refused' });
        throw new Problem(received.status, received.because);
      case 'quarantined': {
        deps.metrics.quarantined.inc({ source: at.source });
        const says = `kept in quarantine: ${received.because}`;
        return writeDown(deps, at, { eventId: `body:${at.bodyHash}`, eventType: 'unreadable', result: 'quarantined', says });
      }
      case 'ping':
        deps.journal.later({
          source: at.source,
          eventId: received.eventId,
          eventType: 'ping',
          result: 'ping',
          says: 'the sender tried whether we are here',
        });
        return answered(deps, at, 'ping', { says: 'We are here.' }, 200);
      case 'recorded': {
        const incident = received.incident === undefined ? {} : { incident: received.incident };
        return writeDown(deps, at, {
          eventId: received.eventId,
          eventType: received.eventType,
          ...incident,
          result: 'recorded',
          says: received.because,
        });
      }
      case 'later':
        throw new Problem(503, received.because, { retryAfter: 30 });
      case 'delivery':
        return acceptDelivery(deps, at, received.delivery);
      case 'deliveries':
        return acceptAll(deps, at, received.deliveries);
      case 'approval':
      case 'deploy':
        return writeDown(deps, at, {
          eventId: received.eventId,
          eventType: received.kind,
          result: 'recorded',
          says: 'not taken yet',
        });
    }
  };
}

/** All of them or none: a sender repeats the whole request, and what was durable before is a duplicate then. */
async function acceptAll(deps: AcceptDeps, at: Acceptance, deliveries: readonly Delivery[]): Promise<DoorAnswer> {
  const answers = [];
  for (const delivery of deliveries) answers.push(await acceptDelivery(deps, at, delivery));
  const [only] = answers;
  if (only && answers.length === 1) return only;
  return { status: 202, body: { accepted: true, says: answers.map(({ body }) => body.says).join('; ') || 'nothing in it' } };
}

async function acceptDelivery(deps: AcceptDeps, at: Acceptance, delivery: Delivery): Promise<DoorAnswer> {
  const incident = incidentId(delivery.ref);
  const { eventId, eventType } = delivery;
  if (delivery.kind === 'resolved') deps.journal.resolvedAtSource(incident);
  const because = startsNothing(delivery, at.ourselves);
  if (because !== undefined) return writeDown(deps, at, { eventId, eventType, incident, result: 'recorded', says: because });

  const { event, repeats } = await deps.events.once(`${at.source} ${eventId}`, async () => deliver(deps, at, delivery));
  const result = repeats === 0 ? event.result : 'duplicate';
  const says = repeats === 0 ? event.says : `seen before; ${event.says}`;
  // A flood of repeats is one line; the metric counts them all.
  if (repeats <= 1)
    deps.journal.later({ source: at.source, eventId, eventType, incident, result, says }, firstLine(deps, at, delivery, result));
  return answered(deps, at, result, { incident, says });
}

async function deliver(deps: AcceptDeps, at: Acceptance, delivery: Delivery): Promise<DurableEvent> {
  const workflowId = incidentWorkflowId(delivery.ref);
  if ((await reach(deps, at, delivery)) === 'closed')
    return { result: 'duplicate', says: 'the run of this incident has ended; nothing was started' };
  if (delivery.kind !== 'triggered' && delivery.kind !== 'reopened')
    return { result: 'signalled', says: `told to ${workflowId}` };
  if (!deps.startedRuns.add(workflowId)) return { result: 'duplicate', says: `${workflowId} was there already` };
  return { result: 'started', says: `durable as ${workflowId}` };
}

/** The timeline's first line, where this delivery is what began the run. The run writes the same one, should ours be lost. */
function firstLine(deps: AcceptDeps, at: Acceptance, delivery: Delivery, result: Result): NewRecord | undefined {
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
  return undefined;
}

async function reach(deps: AcceptDeps, at: Acceptance, delivery: Delivery): Promise<'durable' | 'closed'> {
  // A start into an open run says nothing to it, so whatever comes later than the trigger is a signal that starts where nothing runs.
  const call = delivery.kind === 'triggered' ? 'start' : 'tell';
  try {
    return await deps.turnstile.pass(at.deadline, () => deps.runs[call](delivery, at.deadline));
  } catch (error) {
    deps.metrics.temporalErrors.inc({ call });
    if (error instanceof Busy) throw new Problem(503, 'Too many webhooks at once; send it again.', { retryAfter: 5 });
    if (error instanceof RunError)
      throw new Problem(503, 'Temporal does not answer, so nothing is durable yet; send it again.', { retryAfter: 10 });
    throw error;
  }
}

/** What is only written down needs the ledger: without the line there is nothing that a 2xx could stand for. */
async function writeDown(deps: AcceptDeps, at: Acceptance, entry: Omit<JournalEntry, 'source'>): Promise<DoorAnswer> {
  const write = async (): Promise<DurableEvent> => {
    await beforeDeadline(at.deadline, deps.ledger.journal({ source: at.source, ...entry })).catch(() => {
      deps.metrics.journalFailures.inc();
      throw new Problem(503, 'The ledger (PostgreSQL) does not answer, so nothing is written down yet; send it again.', {
        retryAfter: 10,
      });
    });
    return { result: entry.result, says: entry.says };
  };
  const { repeats } = await deps.events.once(`${at.source} ${entry.eventId}`, write);
  return answered(
    deps,
    at,
    repeats === 0 ? entry.result : 'duplicate',
    entry.incident === undefined ? { says: entry.says } : { incident: entry.incident, says: entry.says },
  );
}

function answered(
  deps: AcceptDeps,
  at: Acceptance,
  result: Result,
  body: { incident?: string; says: string },
  status: 200 | 202 = 202,
): DoorAnswer {
  deps.metrics.deliveries.inc({ source: at.source, result });
  return { status, body: { accepted: true, ...body } };
}
