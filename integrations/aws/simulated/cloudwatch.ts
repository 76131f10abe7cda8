import type { SandboxAlarm, WireRequest, WireResponse } from '../../contract/simulator.js';
import { reasonOf, topicOf } from '../../wire/simulated/cloudwatch.js';
import { createMetrics, type Metrics } from './metrics.js';
import { createPublished, type Published } from './published.js';
import type { AlarmLife, AwsWorld } from './world.js';
import { json, membersOf, type Scope } from './wire.js';

export interface CloudWatch {
  metrics: Metrics;
  published: Published;
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  reset: () => void;
}

/** CloudWatch in awsJson1.0, which is what the JavaScript client speaks (contracts 5). Times are epoch seconds. */
export function createCloudWatch(world: AwsWorld): CloudWatch {
  const metrics = createMetrics(world);
  const published = createPublished(world);
  return {
    metrics,
    published,
    answer: (scope, action, request) => {
      if (action === 'DescribeAlarms') return describeAlarms(world, scope, request);
      if (action === 'GetMetricData') return metrics.answer(scope, request);
      return action === 'PutMetricData' ? published.answer(scope, request) : undefined;
    },
    reset: () => {
      metrics.reset();
      published.reset();
    },
  };
}

/** Source: the service's model (botocore cloudwatch 2010-08-01), DescribeAlarms; what an alarm is: contracts 2.2. */
function describeAlarms(world: AwsWorld, scope: Scope, request: WireRequest): WireResponse {
  const { AlarmNames: names, AlarmTypes: types = ['MetricAlarm'] } = membersOf<{ AlarmNames: string[]; AlarmTypes: string[] }>(
    request,
  );
  const here = world.sandbox.alarms.filter(
    ({ account, region, name, title }) =>
      title === undefined && account === scope.account && region === scope.region && (!names || names.includes(name)),
  );
  const metricAlarms = types.includes('MetricAlarm') ? here.map((alarm) => described(alarm, world.lifeOf(alarm.name))) : [];
  return json(request, { MetricAlarms: metricAlarms, CompositeAlarms: [] });
}

function described(alarm: SandboxAlarm, { state, since }: AlarmLife): Record<string, unknown> {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    ActionsEnabled: true,
    AlarmActions: [topicOf(alarm)],
    OKActions: [topicOf(alarm)],
    InsufficientDataActions: [],
    StateValue: state,
    StateReason: reasonOf({ alarm, state }),
    StateUpdatedTimestamp: since / 1_000,
    StateTransitionedTimestamp: since / 1_000,
    MetricName: alarm.metric,
    Namespace: alarm.namespace,
    Statistic: 'Average',
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Period: alarm.period,
    EvaluationPeriods: 1,
    DatapointsToAlarm: 1,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: 'missing',
  };
}
