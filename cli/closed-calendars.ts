import type { ClosedCalendar } from '../api/shapes.js';
import { seenLongAgoMs } from '../domain/calendar.js';
import { ago, clock, epochMs } from '../domain/words.js';

/** A closed calendar with all that it holds for, as it was seen. */
export interface ClosedItem extends Omit<ClosedCalendar, 'scope'> {
  kind: 'calendar';
  scopes: string[];
  /** Looked at longer ago than it is likely to have stayed so. */
  old: boolean;
}

/** One of each calendar and word, whatever number of services and places it was asked about. `now`: epoch milliseconds. Pure. */
export function closedItems(closed: readonly ClosedCalendar[], now: number): ClosedItem[] {
  const items = new Map<string, ClosedItem>();
  for (const { scope, ...one } of closed) {
    const key = JSON.stringify([one.from, one.says, one.until, one.allow]);
    const known = items.get(key);
    const newer = known === undefined || epochMs(one.readAt) > epochMs(known.readAt) ? one : known;
    items.set(key, {
      ...newer,
      kind: 'calendar',
      scopes: [...new Set([...(known?.scopes ?? []), scope])].sort(),
      old: now - epochMs(newer.readAt) > seenLongAgoMs,
    });
  }
  return [...items.values()];
}

/** For people, below what the ledger holds. */
export const closedLines = (closed: readonly ClosedCalendar[], now: number): string[] =>
  closedItems(closed, now).map(({ from, says, scopes, allow, until, readAt, by, old }) =>
    [
      `closed: ${says} (${from}), for ${scopes.join(', ')}`,
      until === undefined ? 'until it opens' : `until ${clock(until, now)}`,
      ...(allow.length === 0 ? [] : [`lets ${allow.join(', ')} through`]),
      `as read ${ago(now - epochMs(readAt))} by ${by}${old ? '; nobody has looked since, so it may have changed' : ''}`,
    ].join(', '),
  );
