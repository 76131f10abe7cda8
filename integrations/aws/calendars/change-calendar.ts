import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import { defineCalendar } from '../../contract/calendar.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';

// Names of SSM documents, of which calendars are one kind. A calendar that was shared by another account is named by its ARN.
const calendarName = /^[A-Za-z0-9_.-]{3,128}$/;
const calendarArn = /^arn:aws[a-z-]*:ssm:([a-z0-9-]+):[0-9]{12}:document\/([A-Za-z0-9_.-]{3,128})$/;

const params = z.strictObject({
  calendars: z
    .array(
      z
        .string()
        .refine((text) => calendarName.test(text) || calendarArn.test(text), 'is the name or the ARN of a change calendar'),
    )
    .min(1, 'names no calendar; name one')
    .max(10, 'names more than the 10 calendars that are asked one after the other'),
});

/**
 * Closed while one of the calendars of AWS Systems Manager is. A name means the calendar in the target's account and region, an ARN the
 * one in its own. Each is asked by itself, so that people are told which: of several at once SSM says only that one is closed.
 * Source: GetCalendarState of the service's model (botocore ssm 2014-11-06).
 */
export const changeCalendar = defineCalendar<AwsClient>()({
  id: 'aws.ssm.change-calendar',
  summary: 'Calendars of AWS Systems Manager Change Calendar: closed while one of them is.',
  permissions: ['ssm:GetCalendarState'],
  params,
  dependsOn: () => 'place',
  read: async (call, { calendars }, { at }) => {
    const closed: { name: string; until: number | undefined }[] = [];
    for (const calendar of calendars) {
      const state = await stateOf(call, calendar, at);
      if (state.closed) closed.push({ name: calendarArn.exec(calendar)?.[2] ?? calendar, until: state.until });
    }
    const names = (closed.length > 0 ? closed : calendars.map((name) => ({ name }))).map(({ name }) => name).join(', ');
    if (closed.length === 0) return { closed: false, says: `change calendar ${names} is open` };
    // One whose end is not known may outlast the others.
    const last = Math.max(...closed.map(({ until }) => until ?? Number.POSITIVE_INFINITY));
    const until = Number.isFinite(last) ? { until: new Date(last).toISOString() } : {};
    return { closed: true, says: `change calendar ${names} is closed`, ...until };
  },
});

/** `until`: epoch milliseconds, where it is known. */
async function stateOf(
  call: CallWith<AwsClient>,
  calendar: string,
  at: string,
): Promise<{ closed: boolean; until: number | undefined }> {
  const region = calendarArn.exec(calendar)?.[1] ?? call.place.region;
  const asked = { ...call, place: { ...call.place, region } };
  const { State, NextTransitionTime: next = '' } = await call.client.ssm.getCalendarState(asked, {
    CalendarNames: [calendar],
    AtTime: at,
  });
  // A state that is not known is not open.
  if (State !== 'OPEN' && State !== 'CLOSED')
    throw new VendorError('aws', 'unavailable', `GetCalendarState: the answer has no state of the calendar ${calendar}`);
  const until = Date.parse(next);
  // One that has passed cannot be the end of what is closed now.
  return { closed: State === 'CLOSED', until: until > Date.parse(at) ? until : undefined };
}
