import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.js';
import { incidentId } from '../domain/incident-id.js';
import type { Pace } from '../domain/plan.js';
import type { AnySource } from '../integrations/contract/registry.js';
import type { Ledger } from '../ledger/port.js';
import { incidentEvent, incidentWorkflowType } from '../workflows/messages.js';
import { startOptions } from '../workflows/start-options.js';
import { callOutside } from './call.js';

export interface PollDeps {
  ledger: Pick<Ledger, 'journal' | 'followAlone'>;
  client: { workflow: Pick<Client['workflow'], 'start' | 'signalWithStart'> };
  /** Sources to ask, by id, and how often. Milliseconds. */
  polls: readonly { source: AnySource; everyMs: number }[];
  pace: () => Pace;
  log: Pick<Logger, 'info' | 'warn'>;
  now: () => number;
}

/** What happened so long before we began is asked for too; older incidents are not ours to begin with. Milliseconds. */
const lookBackMs = 10 * 60_000;
/** Lists lag, and clocks differ: each question overlaps the one before. Milliseconds. */
const overlapMs = 60_000;
/** Event ids that are known, the oldest forgotten first. */
const mostKnown = 5_000;

/**
 * For whoever cannot be reached by webhooks: asks the source itself, and begins or tells runs as the door does. Of all processes one asks.
 */
export function startPolling(deps: PollDeps): { stop: () => Promise<void> } {
  const ending = new AbortController();
  const loops = deps.polls.map((poll) => loop(deps, poll, ending.signal));
  return {
    stop: async () => {
      ending.abort();
      await Promise.allSettled(loops);
    },
  };
}

async function loop(deps: PollDeps, { source, everyMs }: PollDeps['polls'][number], ending: AbortSignal): Promise<void> {
  let since = deps.now() - lookBackMs;
  const known = new Set<string>();
  while (!ending.aborted) {
    const alone = await deps.ledger.followAlone(`poll ${source.id}`).catch(() => undefined);
    while (alone && !alone.lost() && !ending.aborted) {
      const asked = deps.now();
      try {
        await askOnce(deps, source, since, known, ending);
        since = asked - overlapMs;
      } catch (error) {
        // Asked again from where it was: nothing is lost, only later.
        if (!ending.aborted) deps.log.warn({ source: source.id, err: error }, 'the source could not be asked; it is asked again');
      }
      await pause(everyMs, ending);
    }
    await alone?.release();
    await pause(everyMs, ending);
  }
}

async function askOnce(deps: PollDeps, source: AnySource, since: number, known: Set<string>, ending: AbortSignal): Promise<void> {
  const call = source.with(callOutside(deps, '', ending));
  const deliveries = (await source.poll?.(call, new Date(since).toISOString())) ?? [];
  for (const delivery of deliveries) {
    if (known.has(delivery.eventId)) continue;
    await take(deps, source.id, delivery);
    known.add(delivery.eventId);
    if (known.size > mostKnown) known.delete(known.values().next().value as string);
  }
}

/** Durable first, then written down. A run that has ended is left alone. */
async function take({ client, ledger }: PollDeps, source: string, delivery: Delivery): Promise<void> {
  const { eventId, eventType } = delivery;
  const result = await durable(
    delivery.kind === 'triggered'
      ? client.workflow.start(incidentWorkflowType, startOptions(delivery))
      : client.workflow.signalWithStart(incidentWorkflowType, {
          ...startOptions(delivery),
          signal: incidentEvent,
          signalArgs: [delivery],
        }),
  );
  const says = result === 'duplicate' ? 'the run of this incident has ended; nothing was started' : 'found by asking';
  await ledger.journal({ source, eventId, eventType, incident: incidentId(delivery.ref), result, says });
}

/** Errors are compared by name: they may come from another copy of the SDK. */
async function durable(call: Promise<unknown>): Promise<'started' | 'duplicate'> {
  try {
    await call;
    return 'started';
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return 'duplicate';
    throw error;
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
