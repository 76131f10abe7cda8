import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxAlarm } from '../../contract/simulator.js';

/** An alarm that has just changed. Times in epoch milliseconds. */
export interface Change {
  alarm: SandboxAlarm;
  state: 'ALARM' | 'OK';
  at: number;
  /** Since when it was what it has been. */
  before: number;
}

const amazonTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

const reasonOf = ({ alarm, state }: Change): string => {
  const reading = state === 'ALARM' ? alarm.reading.alarm : alarm.reading.ok;
  return `Threshold Crossed: 1 out of the last 1 datapoints [${reading}] was judged against the threshold (${alarm.threshold}).`;
};

/** Names that are shown to people stand where one expects a code. */
const displayNames: Readonly<Record<string, string>> = { 'eu-west-1': 'EU (Ireland)', 'us-east-1': 'US East (N. Virginia)' };

export const topicOf = ({ region, account }: Pick<SandboxAlarm, 'region' | 'account'>): string =>
  `arn:aws:sns:${region}:${account}:alarms`;

/** `ALARM: "web-cpu-high" in EU (Ireland)`, cut to 100 characters (contracts 2.2). */
export function subjectOf({ alarm, state }: Change): string {
  const subject = `${state}: "${alarm.name}" in ${displayNames[alarm.region] ?? alarm.region}`;
  return subject.length > 100 ? `${subject.slice(0, 97)}...` : subject;
}

/** The JSON inside `Message` (contracts 2.2). */
export function notificationOf(change: Change): JsonObject {
  const { alarm, state, at } = change;
  const actions = [topicOf(alarm)];
  return {
    AlarmName: alarm.name,
    AlarmDescription: null,
    AWSAccountId: alarm.account,
    AlarmConfigurationUpdatedTimestamp: amazonTime(at - 86_400_000),
    NewStateValue: state,
    NewStateReason: reasonOf(change),
    StateChangeTime: amazonTime(at),
    Region: displayNames[alarm.region] ?? alarm.region,
    AlarmArn: alarm.arn,
    OldStateValue: state === 'ALARM' ? 'OK' : 'ALARM',
    OKActions: actions,
    AlarmActions: actions,
    InsufficientDataActions: [],
    Trigger: {
      MetricName: alarm.metric,
      Namespace: alarm.namespace,
      StatisticType: 'Statistic',
      Statistic: 'AVERAGE',
      Unit: null,
      Dimensions: Object.entries(alarm.dimensions).map(([name, value]) => ({ value, name })),
      Period: alarm.period,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: '- TreatMissingData:                    missing',
      EvaluateLowSampleCountPercentile: '',
    },
  };
}

/** The event on EventBridge's bus (contracts 2.3): a map of dimensions, lower camel case, the region's code. */
export function eventOf(change: Change): JsonObject {
  const { alarm, state, at, before } = change;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account: alarm.account,
    time: new Date(Math.floor(at / 1_000) * 1_000).toISOString().replace('.000Z', 'Z'),
    region: alarm.region,
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      configuration: {
        metrics: [
          {
            id: 'm1',
            metricStat: {
              metric: { dimensions: alarm.dimensions, name: alarm.metric, namespace: alarm.namespace },
              period: alarm.period,
              stat: 'Average',
            },
            returnData: true,
          },
        ],
      },
      previousState: {
        reason: 'Threshold Crossed.',
        reasonData: '{"version":"1.0"}',
        timestamp: amazonTime(before),
        value: state === 'ALARM' ? 'OK' : 'ALARM',
      },
      state: { reason: reasonOf(change), reasonData: '{"version":"1.0"}', timestamp: amazonTime(at), value: state },
      alarmTags: { team: 'web' },
      alarmTagsStatus: 'OK',
    },
  };
}
