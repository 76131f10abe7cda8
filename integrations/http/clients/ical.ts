import ICAL from 'ical.js';
import { z } from 'zod';
import { type CalendarEvent, type CalendarFile, type Length, type Moment, type Rule, Unreadable } from '../ical/event.js';
import { isZone } from '../ical/zones.js';

/** RFC 7265: how the library gives what it has parsed. */
type Property = [name: string, params: Record<string, string>, type: string, ...values: unknown[]];
type Component = [name: string, properties: Property[], parts: Component[]];

/** A calendar file as it came. Throws Unreadable. */
export function readCalendar(text: string): CalendarFile {
  const [name, properties, parts] = parsed(text);
  if (name !== 'vcalendar') throw new Unreadable('it is no calendar');
  const zone = textOf({ properties }, 'x-wr-timezone');
  const events = parts.filter(([part]) => part === 'vevent').map(eventOf);
  const summaries = new Map(events.flatMap(({ uid, summary, replaces }) => (replaces ? [] : [[uid, summary] as const])));
  return {
    // One that stands in the place of an occurrence is that event still, although it leaves its name away.
    events: events.map((event) => ({ ...event, summary: event.summary || (summaries.get(event.uid) ?? '') })),
    ...(zone !== '' && isZone(zone) ? { zone } : {}),
    zones: new Map(parts.filter(([part]) => part === 'vtimezone').flatMap(zoneOf)),
  };
}

function parsed(text: string): Component {
  try {
    const read = ICAL.parse(text.replace(/^\uFEFF/, '')) as Component | Component[];
    // Several calendars in one file are a list of them.
    const component = Array.isArray(read[0]) ? (read as Component[])[0] : (read as Component);
    if (Array.isArray(read[0]) && read.length > 1) throw new Unreadable('it holds more than one calendar');
    return component ?? ['', [], []];
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable('it is no calendar, or a broken one');
  }
}

type Properties = { properties: readonly Property[] };
const all = ({ properties }: Properties, name: string): Property[] => properties.filter(([one]) => one === name);

function textOf(component: Properties, name: string): string {
  const value = all(component, name)[0]?.[3];
  return typeof value === 'string' ? value : '';
}

const texts = (component: Properties, name: string): string[] =>
  all(component, name).flatMap(([, , , ...values]) => values.filter((value) => typeof value === 'string'));

function eventOf([, properties]: Component): CalendarEvent {
  const event = { properties };
  const one = (name: string): Moment | undefined => momentsOf(event, name)[0];
  const start = one('dtstart');
  if (!start) throw new Unreadable('it holds an event without a beginning');
  const replacing = all(event, 'recurrence-id')[0];
  if (replacing?.[1]['range'] !== undefined)
    throw new Unreadable('it holds an event that changes all later ones of its kind (RANGE)');
  const replaces = one('recurrence-id');
  const end = one('dtend');
  const length = textOf(event, 'duration');
  return {
    uid: textOf(event, 'uid'),
    summary: textOf(event, 'summary'),
    categories: texts(event, 'categories'),
    counts: textOf(event, 'status').toUpperCase() !== 'CANCELLED' && textOf(event, 'transp').toUpperCase() !== 'TRANSPARENT',
    start,
    ...(end ? { end } : {}),
    ...(length === '' ? {} : { length: lengthIn(length) }),
    rules: replaces ? [] : all(event, 'rrule').map(([, , , rule]) => ruleOf(rule, start)),
    dates: all(event, 'rdate').flatMap(datesOf),
    except: momentsOf(event, 'exdate'),
    ...(replaces ? { replaces } : {}),
  };
}

const momentsOf = (component: Properties, name: string): Moment[] =>
  all(component, name).flatMap(([, params, , ...values]) => values.map((value) => momentIn(value, params['tzid'])));

/** `2026-12-18`, `2026-12-18T08:00:00`, the same with Z. */
function momentIn(value: unknown, zone?: string): Moment {
  const text = typeof value === 'string' ? value : '';
  const [, date = '', time, utc] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2})?(Z?)$/.exec(text) ?? [];
  const wall = Date.parse(`${date}${time ?? 'T00:00:00'}Z`);
  if (Number.isNaN(wall)) throw new Unreadable('it holds a time that is none');
  if (time === undefined) return { wall, allDay: true };
  const named = utc === 'Z' ? 'UTC' : zone;
  return { wall, allDay: false, ...(named === undefined ? {} : { zone: named }) };
}

function lengthIn(text: string): Length {
  let length: ICAL.Duration;
  try {
    length = ICAL.Duration.fromString(text);
  } catch {
    throw new Unreadable('it holds a duration that is none');
  }
  const { isNegative, weeks, days, hours, minutes, seconds } = length;
  if (isNegative) throw new Unreadable('it holds a duration below nothing');
  return { days: weeks * 7 + days, ms: ((hours * 60 + minutes) * 60 + seconds) * 1_000 };
}

/** Moments, or periods with an end of their own. */
function datesOf([, params, type, ...values]: Property): CalendarEvent['dates'] {
  if (type !== 'period') return values.map((value) => ({ start: momentIn(value, params['tzid']) }));
  return (values as unknown[][]).map(([from, to]) => {
    const start = momentIn(from, params['tzid']);
    const isLength = typeof to === 'string' && to.startsWith('P');
    return { start, ...(isLength ? { length: lengthIn(to) } : { end: momentIn(to, params['tzid']) }) };
  });
}

/** The library gives one for a list of one. */
const many = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));
const weekDays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** What is read of a rule; one that says more is not read at all, since leaving a part away would make it another. */
const recur = z
  .strictObject({
    freq: z.enum(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']),
    interval: z.int().min(1).default(1),
    count: z.int().min(1).optional(),
    until: z.string().optional(),
    /** 1: Sunday. */
    wkst: z.int().min(1).max(7).default(2),
    bymonth: many(z.int().min(1).max(12)).optional(),
    bymonthday: many(z.int().min(-31).max(31)).optional(),
    byday: many(z.string().regex(/^[+-]?\d{0,2}(SU|MO|TU|WE|TH|FR|SA)$/)).optional(),
    bysetpos: many(z.int()).optional(),
  })
  .refine(({ freq, byday = [] }) => freq === 'MONTHLY' || freq === 'YEARLY' || byday.every((one) => one.length === 2))
  .refine(({ freq, bymonthday }) => freq !== 'WEEKLY' || bymonthday === undefined);

function ruleOf(given: unknown, start: Moment): Rule {
  const read = recur.safeParse(given);
  if (!read.success) throw new Unreadable('it holds an event that recurs in a way that is not read');
  const { freq, interval, count, until, wkst, bymonth, bymonthday, byday, bysetpos } = read.data;
  return {
    freq,
    interval,
    weekStart: wkst - 1,
    ...(count === undefined ? {} : { count }),
    ...(until === undefined ? {} : { until: momentIn(until, start.zone) }),
    ...(bymonth ? { months: bymonth } : {}),
    ...(bymonthday ? { monthDays: bymonthday } : {}),
    ...(byday ? { weekDays: byday.map(weekDayIn) } : {}),
    ...(bysetpos ? { positions: bysetpos } : {}),
  };
}

function weekDayIn(text: string): { weekDay: number; nth?: number } {
  const nth = Number(text.slice(0, -2));
  return { weekDay: weekDays.indexOf(text.slice(-2)), ...(nth === 0 ? {} : { nth }) };
}

/** Of the rules of time zones only those of the kind "last Sunday of March" are read: from others the library may not come back. */
const changing = z.strictObject({
  freq: z.literal('YEARLY'),
  interval: z.literal(1).optional(),
  bymonth: z.int(),
  byday: z.string(),
  until: z.string().optional(),
  wkst: z.int().optional(),
});

function zoneOf(component: Component): [string, (wall: number) => number][] {
  const [, properties, parts] = component;
  const name = textOf({ properties }, 'tzid');
  const rules = parts.flatMap(([, own]) => all({ properties: own }, 'rrule').map(([, , , rule]) => rule));
  if (name === '' || parts.length === 0 || !rules.every((rule) => changing.safeParse(rule).success)) return [];
  const zone = new ICAL.Timezone({ component: new ICAL.Component(component), tzid: name });
  return [[name, (wall) => wall - offset(zone, wall)]];
}

function offset(zone: ICAL.Timezone, wall: number): number {
  const date = new Date(wall);
  const data = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    isDate: false,
  };
  return zone.utcOffset(ICAL.Time.fromData(data)) * 1_000;
}
