import type { ApiClient } from '../../api/client.js';
import type { LedgerRecord } from '../../domain/record.js';

/** All incidents' lines, live, kept so that a case can look back. */
export interface Follower {
  lines: LedgerRecord[];
  /** Resolves with the first line, old or new, that `wanted` accepts. */
  first: (wanted: (line: LedgerRecord) => boolean, within: { ms: number; says: string }) => Promise<LedgerRecord>;
  onLine: (listener: (line: LedgerRecord) => void) => () => void;
  stop: () => void;
}

export function follow(api: ApiClient): Follower {
  const lines: LedgerRecord[] = [];
  const listeners = new Set<(line: LedgerRecord) => void>();
  const ending = new AbortController();
  const watching = api.watch(
    undefined,
    (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    },
    { signal: ending.signal },
  );
  // The stream's end is either ours or shows as a case that does not end in time.
  watching.catch(() => undefined);
  const onLine = (listener: (line: LedgerRecord) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { lines, onLine, stop: () => ending.abort(), first: (wanted, within) => firstLine(lines, onLine, wanted, within) };
}

function firstLine(
  lines: readonly LedgerRecord[],
  onLine: Follower['onLine'],
  wanted: (line: LedgerRecord) => boolean,
  { ms, says }: { ms: number; says: string },
): Promise<LedgerRecord> {
  const known = lines.find(wanted);
  if (known) return Promise.resolve(known);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`${says} within ${ms / 1000} s`));
    }, ms);
    const off = onLine((line) => {
      if (!wanted(line)) return;
      clearTimeout(timer);
      off();
      resolve(line);
    });
  });
}
