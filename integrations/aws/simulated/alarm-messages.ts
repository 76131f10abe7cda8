import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import { type AlarmChange, amazonTime, displayNameOf, reasonOf } from '../../wire/simulated/cloudwatch.js';

export interface Change extends AlarmChange {
  /** Since when it was what it has been. Epoch milliseconds. */
  before: number;
}

/** `ALARM: "web-cpu-high" in EU (Ireland)`, cut to 100 characters (contracts 2.2). */
export function subjectOf({ alarm, state }: Change): string {
  const subject = `${state}: "${alarm.name}" in ${displayNameOf(alarm)}`;
  return subject.length > 100 ? `${subject.slice(0, 97)}...` : subject;
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
