import type { AlarmArn } from './arn.js';

/** CloudWatch ends its times in `+0000`, which strict readers refuse (contracts 2.2); a time without a zone would be read as ours. */
const written = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|([+-]\d\d):?(\d\d))$/;

/** A time as CloudWatch writes it, in epoch milliseconds; `undefined` when it is none. */
export function alarmTime(text: string | null | undefined): number | undefined {
  const [, local, hours, minutes] = written.exec(text ?? '') ?? [];
  if (local === undefined) return undefined;
  const time = Date.parse(`${local}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(time) || time < 0 ? undefined : time;
}

/**
 * One stay of an alarm in ALARM, by when it began, in whole epoch seconds: messages have milliseconds, the API a fraction of a
 * second, and an alarm is evaluated every 10 s at most (CloudWatch, high-resolution alarms), so that no two begin in one second.
 */
export const occurrenceOf = (beganMs: number): string => String(Math.floor(beganMs / 1_000));

/** What one stay of an alarm in ALARM is known by, whichever way it is told. */
export const occurrenceKey = ({ arn }: Pick<AlarmArn, 'arn'>, beganMs: number): string =>
  `cloudwatch:${arn}:${new Date(Math.floor(beganMs / 1_000) * 1_000).toISOString()}`;
