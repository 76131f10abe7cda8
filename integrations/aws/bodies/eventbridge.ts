import { z } from 'zod';
import type { BodyReader } from '../../contract/source.js';
import { alarmFacts } from '../alarms.js';
import { alarmTime, occurrenceKey } from '../occurrence.js';
import { alarmNamed } from '../sources/cloudwatch/alarm-id.js';

/** Lower camel case, and dimensions as a map: unlike both the message of SNS and the API (contracts 2.3). */
const metric = z.object({
  namespace: z.string().nullish(),
  name: z.string().nullish(),
  dimensions: z.record(z.string(), z.string()).nullish(),
});

const event = z.object({
  source: z.literal('aws.cloudwatch'),
  'detail-type': z.literal('CloudWatch Alarm State Change'),
  resources: z.array(z.string()).length(1),
  detail: z.object({
    alarmName: z.string().min(1),
    state: z.object({ value: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']), timestamp: z.string() }),
    /** Composite alarms have no metrics. */
    configuration: z
      .object({ metrics: z.array(z.object({ metricStat: z.object({ metric }).nullish() })).nullish() })
      .nullish()
      .catch(undefined),
  }),
});

/** The event that CloudWatch gives to EventBridge, where another tool passes it on. `configuration` has no threshold. */
export const readEventBridgeBody: BodyReader = (details) => {
  const parsed = event.safeParse(details);
  if (!parsed.success) return undefined;
  const { resources, detail } = parsed.data;
  const alarm = alarmNamed(resources[0] ?? '', { name: detail.alarmName });
  const began = alarmTime(detail.state.timestamp);
  const { labels, ...measured } = alarmFacts([{ Metrics: (detail.configuration?.metrics ?? []).map(asDescribed) }]);
  return {
    source: 'cloudwatch',
    name: detail.alarmName,
    ...measured,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(began === undefined ? {} : { startedAt: new Date(began).toISOString() }),
    ...(typeof alarm === 'string'
      ? {}
      : { account: alarm.account, region: alarm.region, origin: { kind: 'aws.cloudwatch.alarm', id: alarm.arn } }),
    ...(typeof alarm === 'string' || began === undefined ? {} : { correlationKey: occurrenceKey(alarm, began) }),
  };
};

const asDescribed = ({ metricStat }: { metricStat?: { metric: z.infer<typeof metric> } | null | undefined }) => ({
  MetricStat: metricStat && {
    Metric: {
      Namespace: metricStat.metric.namespace,
      MetricName: metricStat.metric.name,
      Dimensions: Object.entries(metricStat.metric.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
    },
  },
});
