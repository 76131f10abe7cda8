import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import type { AwsClient } from '../client.js';
import { readGroup } from '../groups.js';

/** Well when what is wanted is there: InService and Healthy. */
export const autoscalingInService = defineCheck<AwsClient>()({
  id: 'aws.autoscaling.in-service',
  summary: 'The Auto Scaling group has as many healthy instances in service as it wants.',
  permissions: ['autoscaling:DescribeAutoScalingGroups'],
  params: z.strictObject({}),
  read: async (call, _params, target) => {
    const group = await readGroup(call, target, target.name);
    if (!group) return { ok: false, says: 'the group is not there any more' };
    // A group that wants nothing serves nobody.
    return {
      ok: group.desired > 0 && group.inService >= group.desired,
      says: `${group.inService} of ${group.desired} in service`,
    };
  },
});
