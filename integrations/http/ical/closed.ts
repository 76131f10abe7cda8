import { type CalendarEvent, type CalendarFile, day, type Length, type Moment, Unreadable } from './event.js';
import { type Effort, fullEffort, occursOn } from './recurrence.js';
import { type Clocks, epochOf } from './zones.js';

export interface Closing {
  /** Of the event that ends last of those that are on. */
  summary: string;
  /** Epoch milliseconds: the end of the last event of those that follow without a gap. Absent: there is none to be seen. */
  until?: number;
}

/** Events that follow one another without a gap; beyond so many no end is said. */
const mostLinks = 100;
/** Days of one occurrence of what recurs. */
const longest = 1_000;

interface Stage {
  clocks: Clocks;
  effort: Effort;
  /** Occurrences that another event stands in the place of, by uid. */
  replaced: ReadonlyMap<string, readonly Moment[]>;
}

/** Whether one of the events that count is on at that time. Epoch milliseconds; an event is over at its end. Throws Unreadable. */
export function closedAt(
  file: CalendarFile,
  at: number,
  zone: string | undefined,
  wanted: (event: CalendarEvent) => boolean,
): Closing | undefined {
  const replaced = new Map<string, Moment[]>();
  for (const { uid, replaces } of file.events) if (replaces) replaced.set(uid, [...(replaced.get(uid) ?? []), replaces]);
  const clocks = { floating: zone ?? file.zone ?? 'UTC', own: file.zones };
  const stage: Stage = { clocks, effort: fullEffort(), replaced };
  const events = file.events.filter((event) => event.counts && wanted(event));
  const last = lastOn(events, at, stage);
  if (!last) return undefined;
  let until = last.end;
  for (let link = 0; link < mostLinks; link += 1) {
    const next = lastOn(events, until, stage);
    if (!next) return { summary: last.event.summary, until };
    until = next.end;
  }
  return { summary: last.event.summary };
}

/** Of the events that are on at that time, the one that ends last. */
function lastOn(events: readonly CalendarEvent[], at: number, stage: Stage): { event: CalendarEvent; end: number } | undefined {
  let last: { event: CalendarEvent; end: number } | undefined;
  for (const event of events) {
    const end = endOn(event, at, stage);
    if (end !== undefined && end > (last?.end ?? at)) last = { event, end };
  }
  return last;
}

/** An occurrence, as long as that is which it is of. */
interface Occurrence {
  start: Moment;
  of: Lasting;
}
type Lasting = Pick<CalendarEvent, 'start' | 'end' | 'length'>;

/** Until when an event is on that is on at that time. */
function endOn(event: CalendarEvent, at: number, stage: Stage): number | undefined {
  const all: Occurrence[] = [
    { start: event.start, of: event },
    ...event.dates.map((one) => ({ start: one.start, of: one.end || one.length ? one : event })),
    ...recurring(event, at, stage),
  ];
  const ends = all
    .filter((one) => isNear(one, at) && takesPlace(event, one.start, stage))
    .map(({ start, of }) => {
      const { days, ms } = lengthOf(of, stage.clocks);
      const end = epochOf({ ...start, wall: start.wall + days * day }, stage.clocks) + ms;
      return { start: epochOf(start, stage.clocks), end };
    })
    .filter(({ start, end }) => start <= at && at < end)
    .map(({ end }) => end);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** Days that a time on a wall may be away from the same time in UTC, rounded up. */
const slack = 2;

/** Most events are long over or far ahead: they need no look at their time zones. */
const isNear = ({ start, of }: Occurrence, at: number): boolean =>
  start.wall - slack * day <= at && at <= start.wall + roughly(of) + slack * day;

function roughly({ start, end, length }: Lasting): number {
  const ms = length ? length.days * day + length.ms : end ? end.wall - start.wall : day;
  if (ms < -slack * day) throw new Unreadable(endsFirst);
  return ms;
}

function recurring(event: CalendarEvent, at: number, { clocks, effort }: Stage): Occurrence[] {
  if (event.rules.length === 0) return [];
  const span = Math.ceil(roughly(event) / day);
  if (span > longest) throw new Unreadable('it holds an event of several years that recurs');
  const { wall } = event.start;
  const first = Math.floor(wall / day);
  const today = Math.floor(at / day);
  const found: Occurrence[] = [];
  for (const rule of event.rules) {
    for (let on = Math.max(first, today - span - slack); on <= today + slack; on += 1) {
      const start = { ...event.start, wall: on * day + (wall - first * day) };
      if (occursOn(rule, first, on, effort) && !isPast(rule.until, start, clocks)) found.push({ start, of: event });
    }
  }
  return found;
}

function isPast(until: Moment | undefined, start: Moment, clocks: Clocks): boolean {
  if (!until) return false;
  if (until.allDay || start.allDay) return dayOf(start) > dayOf(until);
  // A time without a zone is by the clock of the event itself.
  return until.zone === undefined ? start.wall > until.wall : epochOf(start, clocks) > epochOf(until, clocks);
}

function takesPlace(event: CalendarEvent, start: Moment, { clocks, replaced }: Stage): boolean {
  const others = event.replaces ? [] : (replaced.get(event.uid) ?? []);
  return ![...event.except, ...others].some((one) =>
    one.allDay || start.allDay ? dayOf(one) === dayOf(start) : epochOf(one, clocks) === epochOf(start, clocks),
  );
}

const dayOf = ({ wall }: Moment): number => Math.floor(wall / day);

const endsFirst = 'it holds an event that ends before it begins';

/** RFC 5545 3.6.1: a day without an end is that day, a time without one takes no time. A day that ends on itself is taken for that day. */
function lengthOf({ start, end, length }: Lasting, clocks: Clocks): Length {
  if (length) return length;
  if (!end) return { days: start.allDay ? 1 : 0, ms: 0 };
  if (end.allDay !== start.allDay)
    throw new Unreadable('it holds an event that begins on a day and ends at a time, or the other way round');
  const ms = start.allDay ? end.wall - start.wall : epochOf(end, clocks) - epochOf(start, clocks);
  if (ms < 0) throw new Unreadable(endsFirst);
  return start.allDay ? { days: Math.max(1, ms / day), ms: 0 } : { days: 0, ms };
}
