import type { Alert } from '../../../domain/alert.js';
import type { Target } from '../../../domain/target.js';
import type { CallWith } from '../../contract/call.js';
import type { TargetDefinition } from '../../contract/check.js';
import { follow } from '../../contract/testkit/ledger.js';
import { aroundOf, type ReadSample, type TellSample } from '../../contract/testkit/sample.js';
import { autoscalingInService } from '../checks/autoscaling-in-service.js';
import { cloudwatchAlarmOk } from '../checks/cloudwatch-alarm-ok.js';
import { cloudwatchMetric } from '../checks/cloudwatch-metric.js';
import { ec2StatusChecksOk } from '../checks/ec2-status-checks.js';
import { ecsSteadyState } from '../checks/ecs-steady-state.js';
import { rdsAvailable } from '../checks/rds-available.js';
import { ssmDiskBelow } from '../checks/ssm-disk-below.js';
import type { AwsClient } from '../client.js';
import { cloudwatchLogs } from '../followers/cloudwatch-logs.js';
import { cloudwatchMetrics } from '../followers/cloudwatch-metrics.js';
import { cloudwatchSource } from '../sources/cloudwatch.js';
import { idOfAlarm } from '../sources/cloudwatch/alarm-id.js';
import { autoScalingGroup } from '../targets/auto-scaling-group.js';
import { ec2Instance } from '../targets/ec2-instance.js';
import { ecsService } from '../targets/ecs-service.js';
import { rdsInstance } from '../targets/rds-instance.js';
import { cloudwatchAlarmWitness } from '../witnesses/cloudwatch-alarm.js';
import { group, service } from './capacity-samples.js';
import { database, instance } from './targets.js';

const staging = { account: '111122223333', region: 'eu-west-1' };
const production = { account: '444455556666', region: 'eu-west-1' };
const server = instance('i-0aa11bb22cc33dd44');
const alarm = { name: 'ec2-cpu-high', ...staging };
const arn = `arn:aws:cloudwatch:${alarm.region}:${alarm.account}:alarm:${alarm.name}`;
const metric = { namespace: 'AWS/EC2', metric: 'CPUUtilization', dimensions: { InstanceId: server.name }, below: 90 };

const grouped = { ...server, tags: { ...server.tags, service: 'web' } };
const scaled = instance('i-0ff66aa77bb88cc99', production.account);
const scaledGroup = { ...scaled, tags: { ...scaled.tags, 'aws:autoscaling:groupName': 'checkout-web' } };
const member = { ...database('ledger-2'), facts: { cluster: 'ledger' } };

/** What stands around a target takes several reads: each of them meets the faults. */
const aroundSamples: readonly ReadSample<AwsClient>[] = [
  ...['ec2:DescribeInstances', 'ec2:DescribeInstanceStatus', 'ssm:DescribeSessions'].map(
    (operation): ReadSample<AwsClient> => ({
      of: aroundOf('aws.ec2.instance'),
      operation,
      run: (call) => around(ec2Instance, call, grouped),
    }),
  ),
  {
    of: aroundOf('aws.ec2.instance'),
    operation: 'autoscaling:DescribeAutoScalingGroups',
    place: production,
    run: (call) => around(ec2Instance, call, scaledGroup),
  },
  ...['rds:DescribeDBClusters', 'rds:DescribeDBInstances'].map(
    (operation): ReadSample<AwsClient> => ({
      of: aroundOf('aws.rds.instance'),
      operation,
      place: production,
      run: (call) => around(rdsInstance, call, member),
    }),
  ),
];

const around = async (type: TargetDefinition<AwsClient>, call: CallWith<AwsClient>, target: Target): Promise<unknown> =>
  type.around?.(call, target);

/** One use of everything that reads. */
export const readSamples: readonly ReadSample<AwsClient>[] = [
  ...aroundSamples,
  {
    of: 'aws.ec2.instance',
    operation: 'ec2:DescribeInstances',
    run: (call) => ec2Instance.read(call, { InstanceId: server.name }),
  },
  {
    of: 'aws.rds.instance',
    operation: 'rds:DescribeDBInstances',
    place: production,
    run: (call) => rdsInstance.read(call, { DBInstanceIdentifier: 'orders' }),
  },
  {
    of: 'aws.autoscaling.group',
    operation: 'autoscaling:DescribeAutoScalingGroups',
    place: production,
    run: (call) => autoScalingGroup.read(call, { name: 'checkout-web' }),
  },
  {
    of: 'aws.ecs.service',
    operation: 'ecs:DescribeServices',
    place: production,
    run: (call) => ecsService.read(call, { cluster: 'prod', service: 'web' }),
  },
  {
    of: 'aws.autoscaling.in-service',
    operation: 'autoscaling:DescribeAutoScalingGroups',
    place: production,
    run: (call) => autoscalingInService.read(call, {}, group()),
  },
  {
    of: 'aws.ecs.steady-state',
    operation: 'ecs:DescribeServices',
    place: production,
    run: (call) => ecsSteadyState.read(call, {}, service()),
  },
  {
    of: 'aws.cloudwatch.alarm-ok',
    operation: 'cloudwatch:DescribeAlarms',
    run: (call) => cloudwatchAlarmOk.read(call, { alarm: alarm.name }, server),
  },
  {
    of: 'aws.cloudwatch.metric',
    operation: 'cloudwatch:GetMetricData',
    run: (call) => cloudwatchMetric.read(call, cloudwatchMetric.params.parse({ ...metric, stat: 'Average' }), server),
  },
  {
    of: 'aws.ec2.status-checks-ok',
    operation: 'ec2:DescribeInstanceStatus',
    run: (call) => ec2StatusChecksOk.read(call, {}, server),
  },
  {
    of: 'aws.rds.available',
    operation: 'rds:DescribeDBInstances',
    place: production,
    run: (call) => rdsAvailable.read(call, {}, database('orders')),
  },
  {
    of: 'aws.ssm.disk-below',
    operation: 'cloudwatch:GetMetricData',
    run: (call) => ssmDiskBelow.read(call, { percent: 80, path: '/' }, instance('i-0bb22cc33dd44ee55')),
  },
  {
    of: 'aws.cloudwatch.alarm',
    operation: 'cloudwatch:DescribeAlarms',
    run: (call) =>
      cloudwatchAlarmWitness.read(call, { origin: { kind: 'aws.cloudwatch.alarm', id: arn }, labels: {} } as never as Alert),
  },
  {
    of: 'cloudwatch',
    operation: 'cloudwatch:DescribeAlarms',
    given: async (sandbox) => {
      await sandbox.alarm(alarm.name, 'ALARM');
      return idOfAlarm(alarm);
    },
    run: (call, externalId) => cloudwatchSource.read(call, { source: 'cloudwatch', externalId, generation: '0' }),
  },
];

/** One use of every follower. CloudWatch removes no duplicates (contracts 6): readers of the log tell them by `seq`. */
export const tellSamples: readonly TellSample<AwsClient>[] = [
  {
    of: 'aws.cloudwatch.logs',
    operation: 'logs:PutLogEvents',
    run: (call) => follow(cloudwatchLogs, call),
    stands: async (sandbox) => {
      const { streams } = (await sandbox.ask('aws/logs')) as { streams: { events: unknown[] }[] };
      return streams.reduce((sum, { events }) => sum + events.length, 0);
    },
    repeated: 'again',
  },
  {
    of: 'aws.cloudwatch.metrics',
    operation: 'cloudwatch:PutMetricData',
    run: (call) => follow(cloudwatchMetrics, call),
    stands: async (sandbox) => (await sandbox.ask('aws/metrics')).data.length,
    repeated: 'again',
  },
];
