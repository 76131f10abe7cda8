import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import { defineAction } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { partitionOf } from '../arn.js';
import type { AwsClient } from '../client.js';
import { groupThatIs, isGoingOn, readActivities } from '../groups.js';
import { groupName, groupSizes } from '../targets/auto-scaling-group.js';
import { trailGrant, trailRight } from '../trail/writes.js';
import {
  backwards,
  coherent,
  type Dial,
  exactCapacity,
  mayMove,
  movedSince,
  readBack,
  riskOfMove,
  saysMove,
  settleCapacity,
  writtenCapacity,
} from './capacity.js';
import { conflict, refused } from './parameters.js';
import { type ScalingRef, waitForCapacity } from './scaling-wait.js';
import { seenResized } from './seen-capacity.js';

const params = z
  .strictObject({ group: z.string().regex(groupName, 'is the name of an Auto Scaling group'), ...exactCapacity })
  .superRefine(coherent);

type Params = z.infer<typeof params>;

const id = 'aws.autoscaling.set-desired-capacity';

/** Sets how many instances a group wants: an absolute number, from the one that was read, within all bounds. */
export const setDesiredCapacity = defineAction<AwsClient>()({
  id,
  summary: 'Set how many instances an Auto Scaling group wants, within its bounds and those of the runbook.',
  risk: 'additive',
  riskOf: riskOfMove,
  idempotency: 'absolute',
  permissions: [
    'autoscaling:SetDesiredCapacity',
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeScalingActivities',
    trailRight,
  ],
  grants: ({ account, region, target }) => [
    {
      sid: 'SetDesiredCapacity',
      actions: ['autoscaling:SetDesiredCapacity'],
      // Where which group is known only when an alert comes, its tag says that it may be one of ours.
      resources: [
        `arn:${partitionOf(region)}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${target?.['name'] ?? '*'}`,
      ],
      conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
    },
    {
      sid: 'ReadAutoScaling',
      actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities'],
      resources: ['*'],
      by: 'both',
    },
    trailGrant,
  ],
  params,
  written: {
    params: writtenCapacity,
    settle: (said, target) => {
      const { desiredCapacity, minSize, maxSize } = groupSizes.parse(target.facts);
      const settled = settleCapacity(said, { current: desiredCapacity, least: minSize, most: maxSize }, 'instances');
      return settled.ok ? { ok: true, params: { group: target.name, ...settled.capacity } } : settled;
    },
  },
  warns: ({ from, desired, move }) =>
    move === 'in' ? `terminates ${from - desired} instances and what is only on them` : undefined,
  says: (exact) => `Auto Scaling group ${exact.group} ${saysMove(exact)}`,
  preState,
  start: async (call, wanted, attempt) => {
    await mayMove(call, wanted, attempt, dialOf(call, wanted));
    await call.client.autoScaling.setDesiredCapacity(call, {
      AutoScalingGroupName: wanted.group,
      DesiredCapacity: wanted.desired,
      // Without it the group's cooldown and what is going on there are ignored (contracts 5.4; reliability 7).
      HonorCooldown: true,
    });
    return {
      ref: refOf(wanted, attempt.preState, call.now()),
      says: `autoscaling:SetDesiredCapacity: ${wanted.group} ${wanted.from} -> ${wanted.desired}`,
    };
  },
  wait: (call, ref) => waitForCapacity(call, ref as ScalingRef),
  adopt: async (call, wanted, { preState: before, since }) =>
    readBack(await dialOf(call, wanted).read(), wanted, () => refOf(wanted, before, since)),
  seenDone: (call, wanted, target, within) => seenResized(call, wanted, target, within),
  undo: {
    action: id,
    params: (_before, done) => ({ group: done.group, ...backwards(done) }),
    says: (_before, { from }) => `back to ${from}`,
  },
});

const dialOf = (call: CallWith<AwsClient>, { group }: Params): Dial => ({
  what: 'desired capacity',
  of: group,
  read: async () => (await groupThatIs(call, group)).desired,
});

async function preState(call: CallWith<AwsClient>, wanted: Params, target: Target): Promise<JsonObject> {
  if (wanted.group !== target.name)
    throw refused(`the parameters name the group ${wanted.group}, and the target is ${target.name}`);
  const group = await groupThatIs(call, wanted.group);
  if (group.arn !== target.id) throw conflict(`${wanted.group} is another group than the one that was read before`);
  const { desired, min, max, inService, suspended } = group;
  if (desired !== wanted.from) throw conflict(movedSince(`the desired capacity of ${group.name}`, desired, wanted.from));
  if (wanted.desired < min || wanted.desired > max)
    throw conflict(`${group.name} takes ${min} to ${max} instances by now, and ${wanted.desired} is outside of that`);
  const process = wanted.desired > wanted.from ? 'Launch' : 'Terminate';
  if (suspended.includes(process))
    throw conflict(`the process ${process} of ${group.name} is suspended, so nothing would change`);
  const activities = await readActivities(call, call.place, wanted.group);
  const busy = activities.find(isGoingOn);
  // What is put back is put back also while the group still tries to get what did not help.
  if (busy && wanted.move !== 'back') throw conflict(`${group.name} is changing already (${busy.status}: ${busy.says})`);
  return { group: group.name, desired, min, max, inService, newest: activities[0]?.id ?? '' };
}

/** What `wait` needs of what admission recorded. */
const recorded = z.object({ inService: z.int(), newest: z.string() });

const refOf = ({ group, from, desired }: Params, before: JsonObject, startedAt: number): ScalingRef => ({
  group,
  from,
  desired,
  ...recorded.parse(before),
  startedAt,
});
