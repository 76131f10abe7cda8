import type { JournalEntry, Ledger } from '../../ledger/port.js';
import type { ApiLimits } from '../deps.js';
import type { ApiMetrics } from '../metrics.js';
import { Problem } from '../problem.js';
import { beforeDeadline, type Runs } from '../runs.js';
import type { DurableEvent, DurableEvents } from './durable-events.js';
import type { Journal } from './journal.js';
import type { RecentSet } from './recent-set.js';
import type { Turnstile } from './turnstile.js';

/** What a webhook is answered with. Everything that is proven gets a 2xx or a 503, never another 4xx. */
export interface DoorAnswer {
  status: 200 | 202;
  body: { accepted: true; incident?: string; says: string };
}

export interface Acceptance {
  source: string;
  /** Id of the door that it came through. */
  door: string;
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
  limits: Pick<ApiLimits, 'deliveriesAtOnce' | 'approvalDeadlineMs'>;
  now: () => number;
}

type Result = JournalEntry['result'];

/** What is only written down needs the ledger: without the line there is nothing that a 2xx could stand for. */
export async function writeDown(
  deps: AcceptDeps,
  at: Acceptance,
  entry: Omit<JournalEntry, 'source'>,
  repeatsOf = entry.eventId,
): Promise<DoorAnswer> {
  const { repeats } = await deps.events.once(`${at.source} ${repeatsOf}`, () => writtenDown(deps, at, entry));
  return answered(
    deps,
    at,
    repeats === 0 ? entry.result : 'duplicate',
    entry.incident === undefined ? { says: entry.says } : { incident: entry.incident, says: entry.says },
  );
}

/** The line alone, in the ledger or a 503. */
export async function writtenDown(deps: AcceptDeps, at: Acceptance, entry: Omit<JournalEntry, 'source'>): Promise<DurableEvent> {
  await fromLedger(deps, at, () => deps.ledger.journal({ source: at.source, ...entry }));
  return { result: entry.result, says: entry.says };
}

/** Whatever the answer to a webhook needs of the ledger, in time or a 503. */
export function fromLedger<Value>({ metrics }: AcceptDeps, at: Acceptance, ask: () => Promise<Value>): Promise<Value> {
  return beforeDeadline(at.deadline, ask()).catch(() => {
    metrics.journalFailures.inc();
    throw new Problem(503, 'The ledger (PostgreSQL) does not answer, so nothing is written down yet; send it again.', {
      retryAfter: 10,
    });
  });
}

export function answered(
  deps: AcceptDeps,
  at: Acceptance,
  result: Result,
  body: { incident?: string; says: string },
  status: 200 | 202 = 202,
): DoorAnswer {
  deps.metrics.deliveries.inc({ source: at.source, result });
  return { status, body: { accepted: true, ...body } };
}
