import type { CalendarSubject } from '../../contract/calendar.js';
import type { ReadSample } from '../../contract/testkit/sample.js';
import { changeCalendar } from '../calendars/change-calendar.js';
import type { AwsClient } from '../client.js';

const at = '2026-12-18T12:00:00.000Z';

/** One use of every calendar. */
export const calendarSamples: readonly ReadSample<AwsClient>[] = [
  {
    of: 'aws.ssm.change-calendar',
    operation: 'ssm:GetCalendarState',
    run: (call) => changeCalendar.read(call, { calendars: ['prod-changes'] }, { at } as CalendarSubject),
  },
];
