import type { LedgerRecord } from '../../domain/record.js';

/** A line of the ledger as sinks keep it: the member `prev` is the chain's own business. */
export type SinkLine = Omit<LedgerRecord, 'prev'> & {
  /** Bytes of the data that was left out, because the line would have been too large. */
  dataOmitted?: number;
};

/** In UTF-16 units; as JSON at most six times as many bytes. */
const longestSays = 10_000;

/**
 * A line as JSON text of at most `mostBytes` (64 KiB or more): always the same text for the same line, so that a repeat can be told.
 * What is too large loses its data, and says how much of it.
 */
export function jsonOfLine(line: LedgerRecord, mostBytes: number, shape: (line: SinkLine) => object = (same) => same): string {
  const { seq, at, incident, phase, state, says, once, hash, data } = line;
  const told: SinkLine = { seq, at, incident, phase, state, says, ...(once === undefined ? {} : { once }), hash };
  const whole = JSON.stringify(shape(data === undefined ? told : { ...told, data }));
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  const dataOmitted = Buffer.byteLength(JSON.stringify(data ?? {}));
  const cut = says.length > longestSays ? `${says.slice(0, longestSays - 1)}…` : says;
  return JSON.stringify(shape({ ...told, says: cut, dataOmitted }));
}

/** In their order, as few groups as there can be, none over `mostBytes`; one that is larger by itself stands alone. */
export function groupsWithin<Item>(items: readonly Item[], bytesOf: (item: Item) => number, mostBytes: number): Item[][] {
  const groups: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = groups.at(-1);
    if (last === undefined || bytes > room) {
      groups.push([item]);
      room = mostBytes - bytes;
    } else {
      last.push(item);
      room -= bytes;
    }
  }
  return groups;
}
