import { day, type Moment, Unreadable } from './event.js';

/** Where times without a zone are, and the zones that the file describes itself. */
export interface Clocks {
  floating: string;
  own: ReadonlyMap<string, (wall: number) => number>;
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();
/** Names come from files. */
const mostFormats = 1_000;

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(zone)) return formats.get(zone);
  if (formats.size >= mostFormats) formats.clear();
  let format: Intl.DateTimeFormat | undefined;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      era: 'short',
    });
  } catch {
    format = undefined;
  }
  formats.set(zone, format);
  return format;
}

/** A name of the IANA time zone database. */
export const isZone = (name: string): boolean => formatOf(name) !== undefined;

function offsetAt(format: Intl.DateTimeFormat, epoch: number): number {
  const part = Object.fromEntries(format.formatToParts(epoch).map(({ type, value }) => [type, value]));
  const at = (name: string): number => Number(part[name]);
  const year = part['era'] === 'BC' ? 1 - at('year') : at('year');
  const wall = Date.UTC(year, at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
  return wall - Math.floor(epoch / 1_000) * 1_000;
}

/**
 * Epoch milliseconds of a time on a wall. What exists twice is the first of the two; what is left out when the clocks go forward is
 * reckoned by the clock before it (RFC 5545 3.3.5). A zone that the database knows is never taken from the file: files abridge them.
 * Throws Unreadable.
 */
export function epochOf({ wall, zone }: Moment, clocks: Clocks): number {
  const name = zone ?? clocks.floating;
  if (name === 'UTC') return wall;
  const format = formatOf(name);
  if (!format) {
    const own = clocks.own.get(name);
    if (!own)
      throw new Unreadable(
        `it uses the time zone ${name}, which is not known and which it does not describe in a way that is read`,
      );
    return own(wall);
  }
  const before = wall - offsetAt(format, wall - day);
  if (wall - offsetAt(format, before) === before) return before;
  const after = wall - offsetAt(format, wall + day);
  return wall - offsetAt(format, after) === after ? after : before;
}
