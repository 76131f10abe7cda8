import type { Call } from '../contract/call.js';
import { withDeadline } from '../contract/deadline.js';
import { VendorError } from '../contract/errors.js';
import { calendarFiles } from './calendar-files.js';
import type { HttpConfig } from './config.js';
import { whyNoAnswer } from './errors.js';
import { get } from './get.js';
import type { CalendarFile } from './ical/event.js';

/** From resolving the name to the last byte that is read. Milliseconds. */
export const longestProbeMs = 10_000;
/** What is looked into. Bytes. */
export const mostBody = 64 * 1024;

export type Probed =
  | { kind: 'answer'; status: number; ms: number; body: string; cut: boolean }
  /** Nobody answered, or not in time. */
  | { kind: 'none'; because: string; ms: number };

type Asking = Pick<Call, 'signal' | 'now'>;

/** Asks the configured addresses, and no others. */
export interface HttpClient {
  /**
   * One GET on a connection of its own: no redirect is followed, at most `mostBody` bytes are read. Throws VendorError `refused` when nobody
   * configured a probe of this name, and `unavailable` when the call itself was cancelled.
   */
  probe: (call: Asking, name: string) => Promise<Probed>;
  /** What a configured calendar file held at most a minute ago. Throws VendorError wherever that is not known. */
  calendar: (call: Asking, name: string) => Promise<CalendarFile>;
}

export function connectHttp({ probes, calendars }: HttpConfig, deadlineMs = longestProbeMs): HttpClient {
  return {
    probe: async (call, name) => {
      const url = probes.get(name);
      if (url === undefined)
        throw new VendorError('http', 'refused', `HTTP_PROBES names no probe ${name}; add it, or correct the runbook`);
      const from = call.now();
      try {
        const { status, body, cut } = await get(url, withDeadline(call.signal, deadlineMs), mostBody);
        return { kind: 'answer', status, body, cut, ms: call.now() - from };
      } catch (error) {
        if (call.signal.aborted) throw new VendorError('http', 'unavailable', `probe ${name}: cancelled`);
        return { kind: 'none', because: whyNoAnswer(error), ms: call.now() - from };
      }
    },
    calendar: calendarFiles(calendars, deadlineMs),
  };
}
