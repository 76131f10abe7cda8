import type { SourceDefinition } from '../../contract/source.js';
import type { AwsClient } from '../client.js';
import { eventBridgeDoor } from '../doors/eventbridge.js';
import { snsDoor } from '../doors/sns.js';
import { alarmOfId } from './cloudwatch/alarm-id.js';
import { normalise } from './cloudwatch/normalise.js';
import { readNamedAlarm } from './cloudwatch/read.js';

/** Alarms that reach us directly. One occurrence is one incident, whichever door told it, and however often. */
export const cloudwatchSource: SourceDefinition<AwsClient> = {
  id: 'cloudwatch',
  summary: 'CloudWatch alarms, by SNS or EventBridge.',
  permissions: ['cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource'],
  doors: [snsDoor, eventBridgeDoor],
  place: ({ externalId }) => {
    const alarm = alarmOfId(externalId);
    return alarm && { account: alarm.account, region: alarm.region };
  },
  read: readNamedAlarm,
  normalise,
};
