import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import type { TargetDefinition } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import { instanceArn } from '../arn.js';
import type { Reading } from '../call.js';
import type { AwsClient } from '../client.js';
import { statusChecksOf } from './ec2-status.js';
import { instanceGroup, instancesTagged } from './instance-group.js';
import { peopleOn } from './instance-people.js';
import { surroundingsOf } from './surroundings.js';

/** What rules and runbooks may read of an instance, as `target.<fact>`. */
const facts = z.object({
  state: z.string().describe('pending, running, stopping, stopped'),
  instanceType: z.string().describe('e.g. t3.small'),
  autoScalingGroup: z
    .string()
    .describe('the group that it belongs to; "" when none: a group replaces an instance that is stopped'),
  ssmPing: z.string().describe('Online, ConnectionLost or Inactive; "" when it is not managed by Systems Manager'),
  launchTime: z.string().describe('ISO 8601, UTC: the last start, not the creation'),
  statusChecks: z.string().describe('ok when both checks are; otherwise what the worse one says'),
});

export const ec2Instance: TargetDefinition<AwsClient> = {
  type: 'aws.ec2.instance',
  summary: 'One EC2 instance that is not terminated.',
  permissions: [
    'ec2:DescribeInstances',
    'ec2:DescribeInstanceStatus',
    'ssm:DescribeInstanceInformation',
    'autoscaling:DescribeAutoScalingGroups',
    'ssm:DescribeSessions',
  ],
  select: { InstanceId: /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/ },
  facts,
  read: async (call, { InstanceId: id }) => {
    const instance = id === undefined ? undefined : await describe(call, id);
    if (!instance || id === undefined) return undefined;
    const [status, ssmPing] = await Promise.all([statusChecksOf(call, call.place, id), pingOf(call, id)]);
    const tags = tagsOf(instance.Tags);
    return {
      type: 'aws.ec2.instance',
      id: instanceArn(call.place, id),
      name: id,
      account: call.place.account,
      region: call.place.region,
      tags,
      facts: facts.parse({
        state: instance.State?.Name ?? 'unknown',
        instanceType: instance.InstanceType ?? 'unknown',
        autoScalingGroup: tags['aws:autoscaling:groupName'] ?? '',
        ssmPing,
        launchTime: instance.LaunchTime?.toISOString() ?? '',
        statusChecks: worse(status?.instance, status?.system),
      }),
      readAt: new Date(call.now()).toISOString(),
    };
  },
  list: async (call, tags, atMost) =>
    (await instancesTagged(call, tags))
      .sort()
      .slice(0, atMost + 1)
      .map((id) => ({ InstanceId: id })),
  around: (call, target) =>
    surroundingsOf(
      () => instanceGroup(call, target),
      () => peopleOn(call, target.name),
    ),
};

/** Terminated instances stay visible for about an hour; they are none that anybody could act on. */
const gone = new Set(['terminated', 'shutting-down']);

async function describe(call: CallWith<AwsClient>, id: string) {
  const { client, place } = call;
  try {
    const { Reservations = [] } = await client.ec2.describeInstances(call, { InstanceIds: [id] });
    const found = Reservations.flatMap(({ OwnerId, Instances = [] }) => Instances.map((instance) => ({ ...instance, OwnerId })));
    const instance = found.find(({ InstanceId, State }) => InstanceId === id && !gone.has(State?.Name ?? ''));
    if (instance?.OwnerId !== undefined && instance.OwnerId !== place.account)
      throw new VendorError(
        'aws',
        'forbidden',
        `the credentials reach account ${instance.OwnerId}, and ${place.account} was meant`,
      );
    return instance;
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'absent') return undefined;
    throw error;
  }
}

async function pingOf(call: Reading<'ssm'>, id: string): Promise<string> {
  const answer = await call.client.ssm.describeInstanceInformation(call, { Filters: [{ Key: 'InstanceIds', Values: [id] }] });
  return answer.InstanceInformationList?.find(({ InstanceId }) => InstanceId === id)?.PingStatus ?? '';
}

const tagsOf = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): Record<string, string> =>
  Object.fromEntries(tags.flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])));

const worse = (instance = 'unknown', system = 'unknown'): string => (instance === 'ok' ? system : instance);
