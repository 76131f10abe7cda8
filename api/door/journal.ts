import type { Logger } from 'pino';
import type { NewRecord } from '../../domain/record.js';
import type { JournalEntry, Ledger } from '../../ledger/port.js';
import type { ApiMetrics } from '../metrics.js';

/** Writes beside the answer: what it tells of is durable in Temporal already, so a line that is lost is counted and nothing more. */
export interface Journal {
  later: (entry: JournalEntry, record?: NewRecord) => void;
  /** The incident is resolved at its source, whatever became of our run. Writes nothing for one that is not known. */
  resolvedAtSource: (incident: string) => void;
  /** Resolves when nothing is on its way any more. */
  settled: () => Promise<void>;
}

/** Lines on their way at once; with a slow ledger more would only fill memory. */
const outstandingLimit = 1000;

export function createJournal(
  ledger: Pick<Ledger, 'journal' | 'record' | 'incident' | 'putIncident'>,
  metrics: ApiMetrics,
  log: Logger,
): Journal {
  const outstanding = new Set<Promise<void>>();
  const lost = (why: unknown): void => {
    metrics.journalFailures.inc();
    log.warn({ err: why }, 'a line of the journal was not written');
  };
  const follow = (work: () => Promise<unknown>): void => {
    if (outstanding.size >= outstandingLimit) {
      lost(new Error('too many lines wait for the ledger'));
      return;
    }
    const task = work()
      .then(() => undefined, lost)
      .finally(() => outstanding.delete(task));
    outstanding.add(task);
  };
  return {
    later: (entry, record) => {
      follow(async () => ledger.journal(entry));
      if (record !== undefined) follow(async () => ledger.record(record));
    },
    resolvedAtSource: (incident) => {
      follow(async () => {
        if ((await ledger.incident(incident)) !== undefined) await ledger.putIncident({ id: incident, status: 'resolved' });
      });
    },
    settled: async () => {
      await Promise.all(outstanding);
    },
  };
}
