import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import type { TargetDefinition } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { isGoingOn, readActivities, readGroup } from '../groups.js';

/** Auto Scaling takes nearly any name of up to 255 characters; names with spaces or slashes are not supported. */
export const groupName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/;

/** What rules and runbooks may read of a group, as `target.<fact>`. */
const facts = z.object({
  desiredCapacity: z.int().describe('instances that are wanted'),
  minSize: z.int(),
  maxSize: z.int(),
  inService: z.int().describe('instances that are InService and Healthy'),
  instances: z.int().describe('all instances, whatever their lifecycle state'),
  activityInProgress: z.boolean().describe('whether a scaling activity has not ended'),
  suspendedProcesses: z.array(z.string()).describe('e.g. Launch: then no instance is added'),
  instanceRefresh: z
    .string()
    .describe('status of the newest instance refresh; "" when there was none; unknown when it may not be read'),
  deploying: z.boolean().optional().describe('whether an instance refresh is under way; absent when that may not be read'),
});

/** What `settle` of an action needs of them. */
export const groupSizes = facts.pick({ desiredCapacity: true, minSize: true, maxSize: true });

// No `around`: the target is the group itself, there is no other that would stand in for it; Auto Scaling holds MinSize, and an instance
// refresh its own minimum. Nobody logs in to a group.
export const autoScalingGroup: TargetDefinition<AwsClient> = {
  type: 'aws.autoscaling.group',
  summary: 'One EC2 Auto Scaling group that is not being deleted.',
  permissions: [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeScalingActivities',
    'autoscaling:DescribeInstanceRefreshes',
  ],
  select: { name: groupName },
  facts,
  read: async (call, { name = '' }) => {
    const group = await readGroup(call, call.place, name);
    if (!group) return undefined;
    const [activities, refresh] = await Promise.all([readActivities(call, call.place, name), refreshOf(call, name)]);
    const known: JsonObject = {
      desiredCapacity: group.desired,
      minSize: group.min,
      maxSize: group.max,
      inService: group.inService,
      instances: group.instances,
      activityInProgress: activities.some(isGoingOn),
      suspendedProcesses: group.suspended,
      instanceRefresh: refresh,
      ...(refresh === 'unknown' ? {} : { deploying: refresh !== '' && !endedRefreshes.has(refresh) }),
    };
    return {
      type: 'aws.autoscaling.group',
      id: group.arn,
      name,
      account: call.place.account,
      region: call.place.region,
      tags: group.tags,
      facts: facts.parse(known) && known,
      readAt: new Date(call.now()).toISOString(),
    };
  },
};

// InstanceRefreshStatus of the model of 2011-01-01; one that is not here is under way.
const endedRefreshes = new Set(['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful']);

/** Status of the newest instance refresh. A role without that right still reads the rest. */
async function refreshOf(call: CallWith<AwsClient>, name: string): Promise<string> {
  try {
    const { InstanceRefreshes = [] } = await call.client.autoScaling.describeRefreshes(call, {
      AutoScalingGroupName: name,
      MaxRecords: 1,
    });
    return InstanceRefreshes[0]?.Status ?? '';
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'forbidden') return 'unknown';
    throw error;
  }
}
