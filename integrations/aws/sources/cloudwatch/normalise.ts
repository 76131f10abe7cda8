import { z } from 'zod';
import type { Alert } from '../../../../domain/alert.js';
import type { Trust } from '../../../../domain/delivery.js';
import type { Incident, IncidentRef } from '../../../../domain/incident.js';
import type { SourceReading } from '../../../contract/source.js';
import { alarmFacts } from '../../alarms.js';
import { type AlarmArn, parseAlarmArn } from '../../arn.js';
import { alarmTime, occurrenceKey, occurrenceOf } from '../../occurrence.js';
import { alarmOfId, isNamed } from './alarm-id.js';

const dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).nullish();
const metric = z.object({ Namespace: z.string().nullish(), MetricName: z.string().nullish(), Dimensions: dimensions });

const described = metric.extend({
  AlarmName: z.string().min(1),
  AlarmArn: z.string(),
  StateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  StateTransitionedTimestamp: z.string().nullish(),
  StateUpdatedTimestamp: z.string().nullish(),
  Threshold: z.number().nullish(),
  Metrics: z.array(z.object({ MetricStat: z.object({ Metric: metric }).nullish() })).nullish(),
  AlarmRule: z.string().nullish(),
  Tags: z.record(z.string(), z.string()).nullish(),
});

type Described = z.infer<typeof described>;

/** A reading of DescribeAlarms in our words. Pure. Throws Error with a plain sentence when it cannot be understood. */
export function normalise(reading: SourceReading, ref: IncidentRef, trust: Trust): { incident: Incident; alert: Alert } {
  const parsed = described.safeParse(reading.incident);
  const wanted = alarmOfId(ref.externalId);
  const arn = parsed.success ? parseAlarmArn(parsed.data.AlarmArn) : undefined;
  if (!parsed.success || !arn || !wanted)
    throw new Error(`CloudWatch's alarm ${ref.externalId} cannot be understood: DescribeAlarms answered in another form.`);
  if (arn.account !== wanted.account || arn.region !== wanted.region || !isNamed(wanted, arn.name))
    throw new Error(`CloudWatch was asked for the alarm ${ref.externalId} and answered with ${arn.arn}.`);
  const began = beginningOf(parsed.data, ref);
  const startedAt = new Date(began).toISOString();
  return {
    incident: toIncident(parsed.data, arn, ref, startedAt),
    alert: {
      source: 'cloudwatch',
      name: arn.name,
      ...factsOf(parsed.data, reading),
      startedAt,
      account: arn.account,
      region: arn.region,
      trust,
      correlationKey: occurrenceKey(arn, began),
      origin: { kind: 'aws.cloudwatch.alarm', id: arn.arn },
    },
  };
}

/** Epoch milliseconds. The reference says it; one that names no beginning means what the alarm is now. */
function beginningOf(alarm: Described, { generation, externalId }: IncidentRef): number {
  if (/^[1-9]\d{0,11}$/.test(generation)) return Number(generation) * 1_000;
  const since = sinceOf(alarm);
  if (since === undefined) throw new Error(`CloudWatch does not say since when the alarm ${externalId} is what it is.`);
  return since;
}

/** `Updated` moves whenever the alarm is evaluated anew, `Transitioned` only when its value changes. */
const sinceOf = (alarm: Described): number | undefined =>
  alarmTime(alarm.StateTransitionedTimestamp) ?? alarmTime(alarm.StateUpdatedTimestamp);

function toIncident(alarm: Described, { name, region }: AlarmArn, ref: IncidentRef, startedAt: string): Incident {
  const service = alarm.Tags?.['service'] ?? alarm.Tags?.['Service'] ?? '';
  const life = lifeOf(alarm, ref);
  const url = consoleUrl(region, name);
  return {
    ref,
    id: name,
    title: `ALARM: ${name}`,
    // Without data nobody knows that it is well.
    status: alarm.StateValue === 'OK' ? 'resolved' : 'triggered',
    urgency: 'high',
    service: { id: service, name: service },
    ...(url === undefined ? {} : { url }),
    createdAt: startedAt,
    heldBy: [],
    ...(life === undefined ? {} : { life }),
  };
}

/**
 * Which occurrence it is in now; told only while it is in ALARM. Message and API may cut or round the same moment differently:
 * a second beside the reference's is the reference's own.
 */
function lifeOf(alarm: Described, { generation }: IncidentRef): string | undefined {
  const since = alarm.StateValue === 'ALARM' ? alarmTime(alarm.StateTransitionedTimestamp) : undefined;
  if (since === undefined) return undefined;
  const life = occurrenceOf(since);
  return generation !== '' && Math.abs(Number(life) - Number(generation)) <= 1 ? generation : life;
}

/** A composite alarm has no metric: only what all of its children share says what it is about. Not all known: nothing. */
function factsOf(
  alarm: Described,
  { incident, alerts }: SourceReading,
): Pick<Alert, 'namespace' | 'metric' | 'threshold' | 'labels'> {
  if (alarm.AlarmRule == null) return alarmFacts([alarm]);
  const children = z.array(described).safeParse(alerts);
  return children.success && incident['Whole'] === true ? alarmFacts(children.data) : { labels: {} };
}

const consoles: Readonly<Record<string, string>> = { cn: 'console.amazonaws.cn', 'us-gov': 'console.amazonaws-us-gov.com' };

/** `undefined` in partitions whose console has an address that we do not know. */
function consoleUrl(region: string, name: string): string | undefined {
  if (/^(us-iso|eusc)/.test(region)) return undefined;
  const host = consoles[/^(cn|us-gov)-/.exec(region)?.[1] ?? ''] ?? `${region}.console.aws.amazon.com`;
  return `https://${host}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name)}`;
}
