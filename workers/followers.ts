import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { JsonObject } from '../domain/json.js';
import type { Decision, Pace } from '../domain/plan.js';
import type { LedgerRecord } from '../domain/record.js';
import type { FollowerReads } from '../integrations/contract/follower.js';
import type { AnyFollower } from '../integrations/contract/registry.js';
import type { Ledger } from '../ledger/port.js';
import { callOutside } from './call.js';

export interface FollowersDeps {
  ledger: Ledger;
  followers: readonly AnyFollower[];
  pace: () => Pace;
  linkTo: (incident: string) => string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  now: () => number;
  /** How long what comes together is gathered; a second unless told. Milliseconds. */
  gatheringMs?: number;
}

/** Milliseconds. */
const waits = {
  /** A notice may be lost: looks by itself this often. */
  idle: 5_000,
  /** What comes together is handed on together, once the run has got as far as its effect: no sink is worth a read and a request for each line while one waits. */
  gathering: 1_000,
  /** Somebody else follows under this name. */
  taken: 5_000,
  firstRetry: 500,
  longestRetry: 60_000,
};
const usualBatch = 100;

/**
 * One loop per follower, beside everything else: nothing waits for it. Of all processes one follows at a time. What its sink refuses for
 * good is left out, counted and logged; everything else is tried again until the sink is back.
 */
export async function startFollowers(deps: FollowersDeps): Promise<{ stop: () => Promise<void> }> {
  const followers = deps.followers.filter((follower) => isOn(deps, follower));
  if (followers.length === 0) return { stop: async () => undefined };
  const ending = new AbortController();
  const bell = createBell();
  const unlisten = await deps.ledger.listen(bell.ring);
  const loops = followers.map((follower) => follow(deps, follower, bell, ending.signal));
  return {
    stop: async () => {
      ending.abort();
      bell.ring();
      await unlisten();
      await Promise.allSettled(loops);
    },
  };
}

/** What is connected may still not be set up as a sink. */
const isOn = (deps: FollowersDeps, follower: AnyFollower): boolean =>
  follower.on?.(follower.with(callOutside(deps, '', new AbortController().signal)).client) ?? true;

async function follow(deps: FollowersDeps, follower: AnyFollower, bell: Bell, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    const alone = await deps.ledger.followAlone(follower.id).catch(() => undefined);
    if (alone === undefined) {
      await pause(waits.taken, ending);
      continue;
    }
    try {
      await whileAlone(deps, follower, bell, ending, alone.lost);
    } finally {
      await alone.release().catch(() => undefined);
    }
  }
}

async function whileAlone(
  deps: FollowersDeps,
  follower: AnyFollower,
  bell: Bell,
  ending: AbortSignal,
  lost: () => boolean,
): Promise<void> {
  let retry = waits.firstRetry;
  let away = false;
  while (!ending.aborted && !lost()) {
    const rung = bell.next();
    try {
      const more = await step(deps, follower, ending);
      if (away) deps.log.info({ follower: follower.id }, 'its sink is back');
      [retry, away] = [waits.firstRetry, false];
      if (more) continue;
      await pause(waits.idle, ending, rung);
      await pause(deps.gatheringMs ?? waits.gathering, ending);
    } catch (error) {
      if (ending.aborted) return;
      if (!away) deps.log.warn({ follower: follower.id, err: error }, 'its sink is away; what it misses is delivered later');
      away = true;
      await pause(retryAfter(error) ?? retry, ending);
      retry = Math.min(retry * 2, waits.longestRetry);
    }
  }
}

/** One batch. Whether there may be more; what comes from now on rings. */
async function step(deps: FollowersDeps, follower: AnyFollower, ending: AbortSignal): Promise<boolean> {
  const { ledger } = deps;
  const cursor = await ledger.cursor(follower.id);
  const most = follower.batch ?? usualBatch;
  const lines = await ledger.recordsAfter(cursor, most);
  const last = lines.at(-1);
  if (!last) return false;
  const wanted = lines.filter((line) => follower.wants?.(line) ?? true);
  const skipped = wanted.length === 0 ? 0 : await deliver(deps, follower, wanted, ending);
  await ledger.moveCursor(follower.id, last.seq, skipped);
  return lines.length === most;
}

/** Together; where the sink refuses them so, one by one, so that one bad line takes no other with it. Rejects when the sink is away. */
async function deliver(
  deps: FollowersDeps,
  follower: AnyFollower,
  lines: readonly LedgerRecord[],
  ending: AbortSignal,
): Promise<number> {
  const reads = readsOf(deps);
  const send = (some: readonly LedgerRecord[]): Promise<void> =>
    follower.deliver(follower.with(callOutside(deps, some[0]?.incident ?? '', ending)), some, reads);
  try {
    await send(lines);
    return 0;
  } catch (error) {
    if (!refusedForGood(error)) throw error;
  }
  let skipped = 0;
  for (const line of lines) {
    try {
      await send([line]);
    } catch (error) {
      if (!refusedForGood(error)) throw error;
      skipped += 1;
      deps.log.error({ follower: follower.id, seq: line.seq, err: error }, 'its sink refuses this line for good; left out');
    }
  }
  return skipped;
}

/** By its shape: errors cross module copies. What credentials forbid somebody may mend: it is tried again. */
const refusedForGood = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'VendorError' &&
  ['refused', 'absent', 'conflict'].includes((error as Error & { fault: string }).fault);

const retryAfter = (error: unknown): number | undefined => {
  const ms = error instanceof Error ? (error as Error & { retryAfterMs?: unknown }).retryAfterMs : undefined;
  return typeof ms === 'number' ? ms : undefined;
};

function readsOf({ ledger, linkTo }: FollowersDeps): FollowerReads {
  return {
    decision: async (incident) => (await ledger.decision(incident)) as (JsonObject & Decision) | undefined,
    timeline: (incident) => ledger.timeline(incident),
    link: linkTo,
  };
}

/** Until the time is over, the end comes, or something is heard. Leaves nothing behind. */
async function pause(ms: number, ending: AbortSignal, heard: Promise<void> = new Promise(() => undefined)): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  ending.addEventListener('abort', stop, { once: true });
  try {
    if (!ending.aborted)
      await Promise.race([heard, sleep(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined)]);
  } finally {
    ending.removeEventListener('abort', stop);
    over.abort();
  }
}

interface Bell {
  ring: () => void;
  /** Resolves at the next ring after this call. */
  next: () => Promise<void>;
}

function createBell(): Bell {
  let rung: () => void = () => undefined;
  let waiting = new Promise<void>((resolve) => (rung = resolve));
  return {
    ring: () => {
      rung();
      waiting = new Promise<void>((resolve) => (rung = resolve));
    },
    next: () => waiting,
  };
}
