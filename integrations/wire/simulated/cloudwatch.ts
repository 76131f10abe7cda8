import type { JsonObject } from '../../../domain/json.js';
import type { SandboxAlarm } from '../../contract/simulator.js';

// What CloudWatch says of an alarm, which reaches us by Amazon's own ways and through PagerDuty (contracts 2.2).

/** An alarm that has just changed. `at`: epoch milliseconds. */
export interface AlarmChange {
  alarm: SandboxAlarm;
  state: 'ALARM' | 'OK';
  at: number;
}

/** Times end in `+0000`. */
export const amazonTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

export const topicOf = ({ region, account }: Pick<SandboxAlarm, 'region' | 'account'>): string =>
  `arn:aws:sns:${region}:${account}:alarms`;

export const reasonOf = ({ alarm, state }: Pick<AlarmChange, 'alarm' | 'state'>): string => {
  const reading = state === 'ALARM' ? alarm.reading.alarm : alarm.reading.ok;
  return `Threshold Crossed: 1 out of the last 1 datapoints [${reading}] was judged against the threshold (${alarm.threshold}).`;
};

/** Names that are shown to people stand where one expects a code. */
const displayNames: Readonly<Record<string, string>> = { 'eu-west-1': 'EU (Ireland)', 'us-east-1': 'US East (N. Virginia)' };
export const displayNameOf = ({ region }: Pick<SandboxAlarm, 'region'>): string => displayNames[region] ?? region;

/** The JSON inside `Message` of its SNS notification: a display name for the region, lower-case `name` and `value`. */
export function alarmMessage({ alarm, state, at }: AlarmChange): JsonObject {
  const actions = [topicOf(alarm)];
  return {
    AlarmName: alarm.name,
    AlarmDescription: null,
    AWSAccountId: alarm.account,
    AlarmConfigurationUpdatedTimestamp: amazonTime(at - 86_400_000),
    NewStateValue: state,
    NewStateReason: reasonOf({ alarm, state }),
    StateChangeTime: amazonTime(at),
    Region: displayNameOf(alarm),
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
