/** How durations, times and counts are said to people. Deterministic: UTC, no locale, safe in workflows. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

type When = number | string;

/** Epoch milliseconds of either form. NaN when a text is no date. */
export const epochMs = (at: When): number => (typeof at === 'number' ? at : Date.parse(at));

const twoUnits = (whole: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`;

/**
 * A length of time, to about two figures: `14 ms`, `1.9 s`, `62 s`, `1 min 41 s`, `30 min`, `2 h 5 min`, `3 d`.
 * Takes milliseconds; negative ones count as none.
 */
export function duration(ms: number): string {
  const length = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  const wholeSeconds = Math.round(length / second);
  if (length < second) return length === 0 ? '0 s' : `${Math.floor(length)} ms`;
  if (length < 9.95 * second) return `${Number((length / second).toFixed(1))} s`;
  if (wholeSeconds <= 90) return `${wholeSeconds} s`;
  if (wholeSeconds < 3600) return twoUnits(Math.floor(wholeSeconds / 60), 'min', wholeSeconds % 60, 's');
  const wholeMinutes = Math.floor(wholeSeconds / 60);
  if (wholeMinutes < 24 * 60) return twoUnits(Math.floor(wholeMinutes / 60), 'h', wholeMinutes % 60, 'min');
  const wholeHours = Math.floor(wholeMinutes / 60);
  return twoUnits(Math.floor(wholeHours / 24), 'd', wholeHours % 24, 'h');
}

/** How long ago, in one unit, rounded down: `31 s ago`, `11 min ago`, `6 h ago`, `3 d ago`. Milliseconds. */
export function ago(ms: number): string {
  const length = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  if (length < 90 * second) return `${Math.floor(length / second)} s ago`;
  if (length < 90 * minute) return `${Math.floor(length / minute)} min ago`;
  if (length < 36 * hour) return `${Math.floor(length / hour)} h ago`;
  return `${Math.floor(length / day)} d ago`;
}

/** As rules write it: `45s`, `30m`, `1h`, `24h`, `30d`. Milliseconds. */
export function shortDuration(ms: number): string {
  if (ms >= 2 * day && ms % day === 0) return `${ms / day}d`;
  if (ms >= hour && ms % hour === 0) return `${ms / hour}h`;
  if (ms >= minute && ms % minute === 0) return `${ms / minute}m`;
  if (ms % second === 0) return `${ms / second}s`;
  return `${ms}ms`;
}

/** A budget as rules write it: `5/1h`. */
export const budgetWords = (budget: { count: number; perMs: number }): string => `${budget.count}/${shortDuration(budget.perMs)}`;

/** ISO 8601 to the second, UTC: `2026-11-22T03:32:10Z`. `unknown time` when it is no date. */
export function isoSeconds(at: When): string {
  const ms = epochMs(at);
  return Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 19)}Z` : 'unknown time';
}

/** Time of day, UTC: `03:32:10Z`. Given `now`, another day is named: `2026-11-23 03:32:10Z`. */
export function clock(at: When, now?: When): string {
  const iso = isoSeconds(at);
  if (iso === 'unknown time') return iso;
  const sameDay = now === undefined || isoSeconds(now).slice(0, 10) === iso.slice(0, 10);
  return sameDay ? iso.slice(11) : `${iso.slice(0, 10)} ${iso.slice(11)}`;
}

/**
 * The first whole second that is not before it: `free 03:32:10Z` is then never said too early.
 * Milliseconds in and out.
 */
export const ceilSecond = (ms: number): number => Math.ceil(ms / second) * second;

/** `1 effect`, `2 effects`, `0 effects`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`;

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1] ?? ''}`;
}
