import type { Alert } from '../../domain/alert.js';
import { clock } from '../../domain/words.js';
import type { Place } from '../contract/call.js';
import { type Reading, within } from './call.js';

/** An alarm as CloudWatch has it now. */
export interface AlarmState {
  value: string;
  /** ISO 8601, UTC: since when the value has been what it is. */
  since: string | undefined;
  /** Dimensions; absent for composite alarms and where several metrics disagree. */
  labels: Record<string, string> | undefined;
}

interface Dimension {
  Name?: string | undefined;
  Value?: string | undefined;
}

interface DescribedAlarm {
  AlarmName?: string | undefined;
  AlarmArn?: string | undefined;
  StateValue?: string | undefined;
  StateTransitionedTimestamp?: Date | undefined;
  StateUpdatedTimestamp?: Date | undefined;
  Dimensions?: Dimension[] | undefined;
  Metrics?: { MetricStat?: { Metric?: { Dimensions?: Dimension[] | undefined } | undefined } | undefined }[] | undefined;
}

/** Reads one alarm by its exact name (and ARN, when it is known). Throws VendorError; `undefined`: there is none. */
export async function readAlarm(
  call: Reading<'cloudwatch'>,
  place: Place,
  wanted: { name: string; arn?: string },
): Promise<AlarmState | undefined> {
  // Without AlarmTypes the answer leaves composite alarms out.
  const found = await call.client.cloudwatch.describeAlarms(within(call, place), {
    AlarmNames: [wanted.name],
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
  });
  const alarms: DescribedAlarm[] = [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
  const alarm = alarms.find(
    ({ AlarmName, AlarmArn }) => AlarmName === wanted.name && (wanted.arn === undefined || AlarmArn === wanted.arn),
  );
  if (!alarm) return undefined;
  // `Updated` moves whenever the alarm is evaluated anew, `Transitioned` only when its value changes.
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return { value: alarm.StateValue ?? 'unknown', since: since?.toISOString(), labels: labelsOf(alarm) };
}

/** A metric-math alarm has dimensions per metric: only what all of them share says what the alarm is about. */
function labelsOf(alarm: DescribedAlarm): Record<string, string> | undefined {
  const { labels } = alarmFacts([alarm]);
  return Object.keys(labels).length > 0 ? labels : undefined;
}

interface Metric {
  Namespace?: string | null | undefined;
  MetricName?: string | null | undefined;
  Dimensions?: readonly Dimension[] | null | undefined;
}

interface Measured extends Metric {
  Threshold?: number | null | undefined;
  Metrics?: readonly { MetricStat?: { Metric?: Metric | undefined } | null | undefined }[] | null | undefined;
}

/** What alarms measure, as far as all of them, with all of their metrics, agree. Guessing one could aim at the wrong host. */
export function alarmFacts(
  alarms: readonly Measured[],
): Pick<Alert, 'namespace' | 'metric' | 'threshold'> & { labels: Record<string, string> } {
  const metrics = alarms.flatMap((alarm): Metric[] => {
    const inMath = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric ?? {}] : []));
    return inMath.length > 0 ? inMath : [alarm];
  });
  const namespace = same(metrics.map(({ Namespace }) => Namespace));
  const metric = same(metrics.map(({ MetricName }) => MetricName));
  const threshold = same(alarms.map(({ Threshold }) => Threshold));
  return {
    labels: sharedLabels(metrics.map(({ Dimensions }) => asLabels(Dimensions ?? []))),
    ...(namespace ? { namespace } : {}),
    ...(metric ? { metric } : {}),
    ...(threshold === undefined ? {} : { threshold }),
  };
}

const same = <Value>(values: readonly (Value | null | undefined)[]): Value | undefined =>
  values.every((value) => value === values[0]) ? (values[0] ?? undefined) : undefined;

const asLabels = (dimensions: readonly Dimension[]): Record<string, string> =>
  Object.fromEntries(dimensions.flatMap(({ Name, Value }) => (Name && Value !== undefined ? [[Name, Value]] : [])));

/** What every one of them has, with the same value. */
export function sharedLabels(all: readonly Record<string, string>[]): Record<string, string> {
  const [first, ...others] = all;
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) => others.every((other) => other[name] === value)),
  );
}

/** ` since 03:14:20Z`, or nothing when the time is not known. */
export const sinceClock = (since: string | undefined): string => (since ? ` since ${clock(since)}` : '');
