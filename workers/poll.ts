import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Pace } from '../domain/plan.js';
import type { AnySource } from '../integrations/contract/registry.js';
import type { Ledger } from '../ledger/port.js';
import { callOutside } from './call.js';
import { takeIn, type TakeInDeps } from './take-in.js';

export interface PollDeps extends TakeInDeps {
  ledger: Pick<Ledger, 'journal' | 'followAlone'>;
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
    await takeIn(deps, source.id, delivery, 'found by asking');
    known.add(delivery.eventId);
    if (known.size > mostKnown) known.delete(known.values().next().value as string);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
