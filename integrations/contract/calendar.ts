import type { z } from 'zod';
import type { CalendarWord } from '../../domain/calendar.js';
import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { Target } from '../../domain/target.js';
import type { CallWith } from './call.js';

/** What a calendar is asked about: an incident and its target, or a service and a place that nothing has happened to. */
export interface CalendarSubject {
  incident: Pick<Incident, 'ref' | 'service'>;
  target: Pick<Target, 'account' | 'region' | 'environment'>;
  /** ISO 8601, UTC. */
  at: string;
}

/** Something that says when nothing may be done: a change calendar, a maintenance window. Reads only. */
export interface CalendarDefinition<Client, Params extends z.ZodType<JsonObject>> {
  /** e.g. `aws.ssm.change-calendar`: what a policy's `calendars` name by `use`. */
  id: string;
  summary: string;
  permissions: readonly string[];
  params: Params;
  /** Asked about every incident of this source although no policy names it, where its integration is connected. */
  always?: { source: string };
  /** What of the subject the word depends on, so that it is shown for all that it holds for. Absent: on nothing but the time. */
  dependsOn?: (params: z.infer<Params>) => 'service' | 'place' | undefined;
  /** Throws VendorError when it cannot tell: not knowing is not open. */
  read: (
    call: CallWith<Client>,
    params: z.infer<Params>,
    about: CalendarSubject,
  ) => Promise<Pick<CalendarWord, 'closed' | 'says' | 'until'>>;
}

export const defineCalendar =
  <Client>() =>
  <Params extends z.ZodType<JsonObject>>(definition: CalendarDefinition<Client, Params>): CalendarDefinition<Client, Params> =>
    definition;
