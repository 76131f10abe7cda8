import { z } from 'zod';
import type { Json } from '../../../domain/json.js';
import type { BodyFacts, BodyReader } from '../../contract/source.js';
import { sharedLabels } from '../alarms.js';
import { parseAlarmArn } from '../arn.js';
import { alarmTime, occurrenceKey } from '../occurrence.js';

// CloudWatch writes lower-case keys here, its API upper-case ones; relays have been seen to pass on either.
const dimension = z.union([
  z.object({ name: z.string(), value: z.string() }),
  z.object({ Name: z.string(), Value: z.string() }).transform(({ Name, Value }) => ({ name: Name, value: Value })),
]);
const metric = z.object({
  MetricName: z.string().nullish(),
  Namespace: z.string().nullish(),
  Dimensions: z.array(dimension).nullish(),
});

/** Absent in composite alarms, which have `AlarmRule` instead. */
const trigger = metric.extend({
  Threshold: z.number().nullish(),
  Metrics: z.array(z.object({ MetricStat: z.object({ Metric: metric }).nullish() })).nullish(),
});

const alarmBody = z.object({
  AlarmName: z.string().min(1),
  NewStateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  AlarmArn: z.string().nullish(),
  StateChangeTime: z.string().nullish(),
  Trigger: trigger.nullish().catch(undefined),
});

type Metric = z.infer<typeof metric>;

/**
 * The JSON that CloudWatch publishes for an alarm: as an object, as a string, or still in its SNS envelope.
 * `Region` in it is a display name ("EU (Ireland)"): account and region come from the ARN alone.
 */
export const readCloudWatchBody: BodyReader = (details) => {
  const parsed = alarmBody.safeParse(unwrapped(details));
  if (!parsed.success) return undefined;
  const { AlarmName, AlarmArn, StateChangeTime, Trigger } = parsed.data;
  const arn = AlarmArn ? parseAlarmArn(AlarmArn) : undefined;
  const began = alarmTime(StateChangeTime);
  return {
    source: 'cloudwatch',
    name: AlarmName,
    ...metricFacts(Trigger ?? undefined),
    ...(began === undefined ? {} : { startedAt: new Date(began).toISOString() }),
    ...(arn ? { account: arn.account, region: arn.region, origin: { kind: 'aws.cloudwatch.alarm', id: arn.arn } } : {}),
    ...(arn && began !== undefined ? { correlationKey: occurrenceKey(arn, began) } : {}),
  };
};

function metricFacts(
  found: z.infer<typeof trigger> | undefined,
): Pick<BodyFacts, 'namespace' | 'metric' | 'threshold' | 'labels'> {
  if (!found) return {};
  const inMath = (found.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
  const metrics: Metric[] = inMath.length > 0 ? inMath : [found];
  // Of several metrics only what they share says what the alarm is about; guessing one of them could aim at the wrong host.
  const labels = sharedLabels(metrics.map(labelsOf));
  const namespace = same(metrics.map(({ Namespace }) => Namespace));
  const name = same(metrics.map(({ MetricName }) => MetricName));
  return {
    labels,
    ...(namespace ? { namespace } : {}),
    ...(name ? { metric: name } : {}),
    ...(typeof found.Threshold === 'number' ? { threshold: found.Threshold } : {}),
  };
}

const labelsOf = ({ Dimensions }: Metric): Record<string, string> =>
  Object.fromEntries((Dimensions ?? []).map(({ name, value }) => [name, value]));

const same = (values: readonly (string | null | undefined)[]): string | undefined =>
  values.every((value) => value === values[0]) ? (values[0] ?? undefined) : undefined;

/** Takes a JSON string or an SNS envelope apart, two layers at most. */
function unwrapped(details: Json, depth = 0): Json {
  if (depth > 2) return null;
  if (typeof details === 'string') return unwrapped(parsedJson(details), depth + 1);
  if (details === null || typeof details !== 'object' || Array.isArray(details)) return null;
  const { Message: message, AlarmName: name } = details;
  return typeof message === 'string' && name === undefined ? unwrapped(message, depth + 1) : details;
}

function parsedJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
