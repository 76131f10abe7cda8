import { z } from 'zod';
import { defineCalendar } from '../../contract/calendar.js';
import { unreadable } from '../calendar-files.js';
import type { HttpClient } from '../client.js';
import { addressName } from '../config.js';
import { closedAt, type Closing } from '../ical/closed.js';
import { type CalendarEvent, type CalendarFile, Unreadable } from '../ical/event.js';
import { isZone } from '../ical/zones.js';

const params = z.strictObject({
  /** A name of HTTP_CALENDARS: no policy and no alert can name an address. */
  calendar: z.string().regex(addressName, 'is the name of a calendar of HTTP_CALENDARS'),
  /** The whole name or category of the events that count, or how it begins: `Change freeze`, `Freeze*`. Without it all of them do. */
  match: z
    .string()
    .regex(/^[^*\p{C}]{1,100}\*?$/u, 'is the whole name or category of an event; * may stand at its end')
    .optional(),
  /** Where days and times without a time zone are. Default: what the file says, or UTC. */
  zone: z.string().max(64).refine(isZone, 'is a time zone such as Europe/Berlin').optional(),
});

/** Closed while an event of a calendar file is on (RFC 5545). */
export const httpIcal = defineCalendar<HttpClient>()({
  id: 'http.ical',
  summary: 'A calendar file (iCalendar) at a configured address: closed while one of its events is on.',
  permissions: ['GET of the addresses in HTTP_CALENDARS'],
  params,
  read: async (call, { calendar, match, zone }, { at }) => {
    const closing = closingOf(await call.client.calendar(call, calendar), calendar, Date.parse(at), zone, counting(match));
    if (!closing) return { closed: false, says: `nothing is on in the calendar ${calendar}` };
    const name = shown(closing.summary);
    return {
      closed: true,
      says: `${name === '' ? 'an event' : `"${name}"`} in the calendar ${calendar}`,
      ...(closing.until === undefined ? {} : { until: new Date(closing.until).toISOString() }),
    };
  },
});

function closingOf(
  file: CalendarFile,
  name: string,
  at: number,
  zone: string | undefined,
  wanted: (event: CalendarEvent) => boolean,
): Closing | undefined {
  try {
    return closedAt(file, at, zone, wanted);
  } catch (error) {
    throw error instanceof Unreadable ? unreadable(name, shown(error.message)) : error;
  }
}

/** Anchored at both ends, but for a star at the end; upper and lower case are one. */
function counting(match: string | undefined): (event: CalendarEvent) => boolean {
  if (match === undefined) return () => true;
  const wanted = plain(match.replace(/\*$/, ''));
  const fits = (text: string): boolean => (match.endsWith('*') ? plain(text).startsWith(wanted) : plain(text) === wanted);
  return ({ summary, categories }) => fits(summary) || categories.some(fits);
}

const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();

/** Somebody else's words, on one line. */
const shown = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, 100);
