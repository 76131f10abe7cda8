import type { Witness } from '../../../domain/alert.js';
import type { WitnessDefinition } from '../../contract/check.js';
import { isFinal, VendorError } from '../../contract/errors.js';
import { readAlarm, sinceClock } from '../alarms.js';
import { parseAlarmArn } from '../arn.js';
import type { AwsClient } from '../client.js';

const by = 'aws.cloudwatch.alarm';

const stateOf: Readonly<Record<string, Witness['state']>> = { ALARM: 'firing', OK: 'clear' };

/** Reads the alarm at CloudWatch itself. Account and region come from its ARN, never from the alert's text. */
export const cloudwatchAlarmWitness: WitnessDefinition<AwsClient> = {
  id: by,
  permissions: ['cloudwatch:DescribeAlarms'],
  covers: ({ origin }) => origin?.kind === by && parseAlarmArn(origin.id) !== undefined,
  read: async (call, { origin }) => {
    const readAt = new Date(call.now()).toISOString();
    const unknown = (says: string): Witness => ({ by, state: 'unknown', readAt, says });
    const arn = parseAlarmArn(origin?.id ?? '');
    if (!arn) return unknown('the alert names no CloudWatch alarm');
    try {
      const alarm = await readAlarm(call, arn, arn);
      if (!alarm) return unknown(`DescribeAlarms: no alarm ${arn.name} in ${arn.account}/${arn.region}`);
      return {
        by,
        state: stateOf[alarm.value] ?? 'unknown',
        readAt,
        says: `DescribeAlarms: ${alarm.value}${sinceClock(alarm.since)}`,
        ...(alarm.since ? { since: alarm.since } : {}),
        ...(alarm.labels ? { labels: alarm.labels } : {}),
      };
    } catch (error) {
      // Asking again would not mend it, and "cannot tell" is an answer: an unattended effect needs a confirmation.
      if (error instanceof VendorError && isFinal(error.fault)) return unknown(error.message);
      throw error;
    }
  },
};
