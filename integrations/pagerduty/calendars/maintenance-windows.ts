import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import { type CalendarSubject, defineCalendar } from '../../contract/calendar.js';
import { VendorError } from '../../contract/errors.js';
import type { PagerDutyClient } from '../client.js';
import { pages, pageSize } from '../reads/pages.js';
import { identifier, time } from '../shapes/proven.js';

const mostPages = 3;
const longestName = 80;

const params = z.strictObject({
  /** A service by PagerDuty's id, for incidents that come from elsewhere. Default: the incident's own. */
  service: identifier.optional(),
});

const window = z.object({
  description: z.string().nullish(),
  start_time: time,
  end_time: time,
  services: z.array(z.object({ id: identifier })),
});

/**
 * Closed while a maintenance window covers the service. PagerDuty opens no incident on a service then; one that was open before, or that
 * somebody opens by hand, is not acted on either. GET /maintenance_windows with `filter` and `service_ids[]` of the published schema [M];
 * what a window covers and when is looked at here once more, so that a filter that is not kept to closes nothing else.
 */
export const maintenanceWindows = defineCalendar<PagerDutyClient>()({
  id: 'pagerduty.maintenance-windows',
  summary: 'Maintenance windows of PagerDuty: closed while one covers the service of the incident.',
  permissions: ['services.read'],
  params,
  always: { source: 'pagerduty' },
  dependsOn: ({ service }) => (service === undefined ? 'service' : undefined),
  read: async (call, { service }, subject) => {
    const of = service ?? serviceOf(subject);
    const at = Date.parse(subject.at);
    const windows = (await ongoing(call, of)).filter((one) => one.services.some(({ id }) => id === of));
    const until = endOfAll(windows, at);
    const last = windows.find(({ end }) => end === until);
    if (until === undefined || !last) return { closed: false, says: 'no maintenance window' };
    return { closed: true, says: `maintenance ${last.name}`.trim(), until: new Date(until).toISOString() };
  },
});

function serviceOf({ incident }: CalendarSubject): string {
  if (incident.ref.source === 'pagerduty') return incident.service.id;
  throw new VendorError(
    'pagerduty',
    'refused',
    `an incident from ${incident.ref.source} is on no service of PagerDuty; give the calendar one: with: { service: PXXXXXX }`,
  );
}

interface Window {
  name: string;
  /** Epoch milliseconds. */
  start: number;
  end: number;
  services: readonly { id: string }[];
}

/** One that cannot be read may be the one that covers it: unlike other lists, nothing is left out of this one. */
async function ongoing(call: CallWith<PagerDutyClient>, service: string): Promise<Window[]> {
  const query = [
    ['filter', 'ongoing'],
    ['service_ids[]', service],
  ] as const;
  const list = { path: '/maintenance_windows', query, items: 'maintenance_windows', item: z.unknown() };
  const found = await pages(call, list, mostPages);
  if (found.length >= mostPages * pageSize)
    throw new VendorError('pagerduty', 'unavailable', 'GET /maintenance_windows: there are more than are read');
  return found.map((one) => {
    const read = window.safeParse(one);
    if (!read.success)
      throw new VendorError('pagerduty', 'unavailable', 'GET /maintenance_windows: the answer is not what is documented');
    const { description, start_time: start, end_time: end, services } = read.data;
    return { name: named(description ?? ''), start: Date.parse(start), end: Date.parse(end), services };
  });
}

/** The end of the last of those that are on, and that follow them without a gap. */
function endOfAll(windows: readonly Window[], at: number): number | undefined {
  const endAt = (when: number): number | undefined => {
    const ends = windows.filter(({ start, end }) => start <= when && when < end).map(({ end }) => end);
    return ends.length > 0 ? Math.max(...ends) : undefined;
  };
  let until = endAt(at);
  for (let next = until; next !== undefined; next = endAt(next)) until = next;
  return until;
}

/** Somebody else's words, on one line. */
function named(text: string): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, longestName);
  return line === '' ? '' : `"${line}"`;
}
