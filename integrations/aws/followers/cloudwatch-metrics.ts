import { VendorError } from '../../contract/errors.js';
import type { FollowerDefinition } from '../../contract/follower.js';
import type { AwsClient } from '../client.js';
import { isMeasured, type Measure, measuresOf } from './measures.js';

/** Most metrics of one PutMetricData (contracts 6). */
const mostPerCall = 1_000;

/**
 * How incidents, effects and verifications ended, and how long it took. PutMetricData removes no duplicates: lines that are delivered
 * again after a crash count twice. The exact figures are the ledger's.
 */
export const cloudwatchMetrics: FollowerDefinition<AwsClient> = {
  id: 'aws.cloudwatch.metrics',
  summary: 'Outcomes, effects, verifications and durations as CloudWatch metrics.',
  permissions: ['cloudwatch:PutMetricData'],
  on: ({ sinks }) => sinks.namespace !== undefined,
  wants: isMeasured,
  deliver: async (call, lines, reads) => {
    const { namespace } = call.client.sinks;
    if (namespace === undefined) throw new VendorError('aws', 'forbidden', 'set OPSSENTINEL_CLOUDWATCH_NAMESPACE');
    const measures: Measure[] = [];
    for (const line of lines) measures.push(...(await measuresOf(line, reads)));
    for (let from = 0; from < measures.length; from += mostPerCall)
      await call.client.cloudwatch.putMetricData(call, {
        Namespace: namespace,
        MetricData: measures.slice(from, from + mostPerCall).map(datum),
      });
  },
};

const datum = ({ name, unit, value, dimensions, at }: Measure) => ({
  MetricName: name,
  Unit: unit,
  Value: value,
  Timestamp: new Date(at),
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value: printable(Value) })),
});

/** A dimension's value is 1 to 1,024 characters of ASCII. */
const printable = (value: string): string => value.replace(/[^\x20-\x7e]/g, '_').slice(0, 1_024) || 'none';
