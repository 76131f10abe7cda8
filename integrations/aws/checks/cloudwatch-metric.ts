import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import { within } from '../call.js';
import type { AwsClient } from '../client.js';

const printable = /^[\x20-\x7e]+$/;

const params = z
  .strictObject({
    namespace: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/#:-]{0,254}$/, 'is a CloudWatch namespace such as AWS/EC2'),
    metric: z.string().max(255).regex(printable, 'is the name of a metric'),
    /** All of them: one dimension more or less is another metric. */
    dimensions: z
      .record(z.string().max(255).regex(printable), z.string().max(1_024).regex(printable))
      .refine((dimensions) => Object.keys(dimensions).length <= 30, 'has more than the 30 dimensions that a metric can have')
      .default({}),
    stat: z
      .string()
      .regex(
        /^(Average|Maximum|Minimum|Sum|SampleCount|p(?:100|\d{1,2}(?:\.\d{1,10})?))$/,
        'is Average, Maximum, Minimum, Sum, SampleCount or a percentile such as p95',
      ),
    /** Well while the value is below it. */
    below: z.number().optional(),
    /** Well while the value is above it. */
    above: z.number().optional(),
    /** Seconds: whole minutes, as the metric is published. */
    period: z
      .int()
      .min(60)
      .max(86_400)
      .refine((period) => period % 60 === 0, 'is not a whole number of minutes, in seconds')
      .default(60),
  })
  .refine(({ below, above }) => below !== undefined || above !== undefined, 'needs below, above or both');

/** How far back a datapoint may lie, in periods: what AWS publishes arrives a minute or two late. */
const periodsBack = 3;

/** Well when the newest datapoint lies where it should. No datapoint is not well: what is dead reports nothing. */
export const cloudwatchMetric = defineCheck<AwsClient>()({
  id: 'aws.cloudwatch.metric',
  summary: 'The newest datapoint of a CloudWatch metric is below or above a limit.',
  permissions: ['cloudwatch:GetMetricData'],
  params,
  read: async (call, wanted, target) => {
    const { metric, stat, below, above, period } = wanted;
    const newest = await newestDatapoint(within(call, target), wanted);
    const what = `${metric} ${stat}`;
    if (!newest) return { ok: false, says: `no datapoint of ${what} in the last ${(periodsBack * period) / 60} min` };
    const ok = (below === undefined || newest.value < below) && (above === undefined || newest.value > above);
    const limits = [below === undefined ? '' : `below ${below}`, above === undefined ? '' : `above ${above}`].filter(Boolean);
    const value = Number(newest.value.toPrecision(6));
    return { ok, says: `${what} ${value} at ${newest.at.slice(11, 16)}Z, ${ok ? '' : 'not '}${limits.join(' and ')}` };
  },
});

/** One GetMetricData. `undefined`: CloudWatch has none in that time. */
async function newestDatapoint(
  call: CallWith<AwsClient>,
  { namespace, metric, dimensions, stat, period }: z.infer<typeof params>,
): Promise<{ at: string; value: number } | undefined> {
  const periodMs = period * 1_000;
  // What is summed up is too low until its period is over.
  const wholePeriods = stat === 'Sum' || stat === 'SampleCount';
  const end = wholePeriods ? Math.floor(call.now() / periodMs) * periodMs : call.now();
  const { MetricDataResults = [] } = await call.client.cloudwatch.getMetricData(call, {
    StartTime: new Date(Math.floor((end - periodsBack * periodMs) / periodMs) * periodMs),
    EndTime: new Date(end),
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [
      {
        Id: 'm1',
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: metric,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: period,
          Stat: stat,
        },
      },
    ],
  });
  const result = MetricDataResults.find(({ Id }) => Id === 'm1');
  if (result?.StatusCode === 'InternalError' || result?.StatusCode === 'Forbidden')
    throw new VendorError('aws', 'unavailable', `GetMetricData answered ${result.StatusCode} for ${metric}`);
  const [at, value] = [result?.Timestamps?.[0], result?.Values?.[0]];
  return at === undefined || value === undefined ? undefined : { at: at.toISOString(), value };
}
