import type { JournalEntry } from '../../ledger/port.js';

/** What the first delivery of an event came to. */
export interface DurableEvent {
  result: JournalEntry['result'];
  says: string;
}

/**
 * Event ids known to be durable, and those on their way there. It keeps floods of duplicates away from Temporal and the ledger,
 * and is only that: after a restart it is empty, and Temporal and the ledger answer the same.
 */
export interface DurableEvents {
  /** Runs `make` once per key. Whoever comes while it runs, or after it succeeded, gets the same answer; a failure is forgotten. */
  once: (key: string, make: () => Promise<DurableEvent>) => Promise<{ event: DurableEvent; repeats: number }>;
}

/** `limit` keys are remembered, the oldest forgotten first; 0 remembers and joins nothing. */
export function createDurableEvents(limit: number): DurableEvents {
  const known = new Map<string, { event: Promise<DurableEvent>; repeats: number }>();
  return {
    once: async (key, make) => {
      if (limit === 0) return { event: await make(), repeats: 0 };
      const before = known.get(key);
      if (before !== undefined) {
        before.repeats += 1;
        const { repeats } = before;
        return { event: await before.event, repeats };
      }
      const event = make();
      known.set(key, { event, repeats: 0 });
      if (known.size > limit) known.delete(known.keys().next().value as string);
      try {
        return { event: await event, repeats: 0 };
      } catch (error) {
        known.delete(key);
        throw error;
      }
    },
  };
}
