import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import { readAlarm, sinceClock } from '../alarms.js';
import { parseAlarmArn } from '../arn.js';
import type { AwsClient } from '../client.js';

/** Well when the alarm says OK. INSUFFICIENT_DATA is not well: a dead instance reports nothing. */
export const cloudwatchAlarmOk = defineCheck<AwsClient>()({
  id: 'aws.cloudwatch.alarm-ok',
  summary: 'A CloudWatch alarm, by name or ARN, is in state OK.',
  permissions: ['cloudwatch:DescribeAlarms'],
  params: z.strictObject({
    alarm: z
      .string()
      .regex(/^[\x20-\x7e\u00a0-\uffff]{1,400}$/, 'is the name or the ARN of a CloudWatch alarm')
      .refine(
        (alarm) => !alarm.startsWith('arn:') || parseAlarmArn(alarm) !== undefined,
        'begins like an ARN, but is not the ARN of a CloudWatch alarm',
      ),
  }),
  read: async (call, { alarm }, target) => {
    const arn = parseAlarmArn(alarm);
    // A bare name means the target's own account and region.
    const state = await readAlarm(call, arn ?? target, arn ?? { name: alarm });
    if (!state)
      throw new VendorError(
        'aws',
        'absent',
        `there is no alarm ${alarm} in ${(arn ?? target).account}/${(arn ?? target).region}`,
      );
    return { ok: state.value === 'OK', says: `alarm ${state.value}${sinceClock(state.since)}` };
  },
});
