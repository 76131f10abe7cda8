import type { Call } from '../contract/call.js';
import { withDeadline } from '../contract/deadline.js';
import { VendorError } from '../contract/errors.js';
import { faultOfStatus, retryAfterMs } from '../wire/http.js';
import { readCalendar } from './clients/ical.js';
import { whyNoAnswer } from './errors.js';
import { get, type Got } from './get.js';
import { type CalendarFile, Unreadable } from './ical/event.js';

/** How old a copy may be without being asked after again. Milliseconds. */
export const freshMs = 60_000;
/** Parsing one of so many bytes takes about half a second, in which nothing else runs. */
export const largestCalendar = 1024 * 1024;

interface Copy {
  readAt: number;
  etag: string | undefined;
  file: CalendarFile;
}

type ReadFile = (call: Pick<Call, 'signal' | 'now'>, name: string) => Promise<CalendarFile>;

/** Calendars by name. An address may hold what only its owner knows: it stands in no error. */
export function calendarFiles(addresses: ReadonlyMap<string, string>, deadlineMs: number): ReadFile {
  const copies = new Map<string, Copy>();
  return async (call, name) => {
    const url = addresses.get(name);
    if (url === undefined)
      throw new VendorError('http', 'refused', `HTTP_CALENDARS names no calendar ${name}; add it, or correct the policy`);
    const known = copies.get(name);
    const asked = call.now();
    if (known && asked - known.readAt >= 0 && asked - known.readAt < freshMs) return known.file;
    const got = await fetched(call, name, url, deadlineMs, known?.etag);
    if (got.status === 304 && known) {
      copies.set(name, { ...known, readAt: asked });
      return known.file;
    }
    const file = fileIn(got, name, call.now());
    copies.set(name, { readAt: asked, etag: got.headers.etag, file });
    return file;
  };
}

async function fetched(
  call: Pick<Call, 'signal'>,
  name: string,
  url: string,
  deadlineMs: number,
  etag: string | undefined,
): Promise<Got> {
  const signal = withDeadline(call.signal, deadlineMs);
  const headers = { accept: 'text/calendar, */*;q=0.1', ...(etag === undefined ? {} : { 'if-none-match': etag }) };
  try {
    return await get(url, signal, largestCalendar, headers);
  } catch (error) {
    const because = call.signal.aborted ? 'cancelled' : `no answer: ${whyNoAnswer(error)}`;
    throw new VendorError('http', 'unavailable', `calendar ${name}: ${because}`);
  }
}

function fileIn({ status, headers, body, cut }: Got, name: string, now: number): CalendarFile {
  if (status !== 200) {
    const hint = status >= 300 && status < 400 ? ', a redirect, which is never followed; check the address' : '';
    const wait = retryAfterMs(headers['retry-after'], now);
    throw new VendorError('http', faultOfStatus(status, 'read'), `calendar ${name}: HTTP ${status}${hint}`, wait);
  }
  if (cut) throw unreadable(name, `it is larger than ${largestCalendar / 1024} KiB`);
  try {
    return readCalendar(body);
  } catch (error) {
    throw error instanceof Unreadable ? unreadable(name, error.message) : error;
  }
}

/** Asking again may help, once somebody has mended the file. */
export const unreadable = (name: string, because: string): VendorError =>
  new VendorError('http', 'unavailable', `calendar ${name} cannot be read: ${because}`);
