import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { Written } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { Grant, GrantUse } from '../../contract/grant.js';
import { instanceArn } from '../arn.js';
import type { AwsClient } from '../client.js';
import { statusChecksOf } from '../targets/ec2-status.js';
import { trailGrant } from '../trail/writes.js';
import { refused } from './parameters.js';

const instanceId = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;

/** What EC2 is told: one instance. */
export const instanceParams = z.strictObject({
  instance: z.string().regex(instanceId, 'is the id of an EC2 instance'),
  /** A group takes a member that does not answer for unhealthy, and terminates and replaces it (contracts 5.4). */
  allowGroupMember: z.boolean(),
});

export type InstanceParams = z.infer<typeof instanceParams>;

/** A runbook writes `{}` or `{ allowGroupMember: true }`: which instance comes from the target alone. */
export const instanceWritten: Written = {
  params: z.strictObject({ allowGroupMember: z.boolean().default(false) }),
  settle: ({ allowGroupMember = false }: { allowGroupMember?: boolean }, { type, name, facts }) => {
    if (type !== 'aws.ec2.instance') return { ok: false, because: `the target is ${type}, not an EC2 instance` };
    const because = whyNotInGroup(
      typeof facts['autoScalingGroup'] === 'string' ? facts['autoScalingGroup'] : '',
      allowGroupMember,
    );
    return because ? { ok: false, because } : { ok: true, params: { instance: name, allowGroupMember } };
  },
};

const whyNotInGroup = (group: string, allowed: boolean): string | undefined =>
  group === '' || allowed
    ? undefined
    : `it belongs to the Auto Scaling group ${group}, which would terminate and replace it; write allowGroupMember: true to do it all the same`;

/** An instance as EC2 has it now. */
export interface InstanceState {
  state: string;
  /** ISO 8601, UTC: moves with every start, never with a reboot. */
  launchTime: string;
  /** Auto Scaling group; empty: none. */
  group: string;
  /** `ebs` or `instance-store`. */
  rootDevice: string;
  /** What the worse of the two status checks says. */
  checks: string;
}

/** Throws VendorError; `absent` when there is none of that id. */
export async function readInstance(call: CallWith<AwsClient>, id: string): Promise<InstanceState> {
  const [{ Reservations = [] }, status] = await Promise.all([
    call.client.ec2.describeInstances(call, { InstanceIds: [id] }),
    statusChecksOf(call, call.place, id),
  ]);
  const found = Reservations.flatMap(({ Instances = [] }) => Instances).find(({ InstanceId }) => InstanceId === id);
  if (!found) throw new VendorError('aws', 'absent', `there is no instance ${id}`);
  return {
    state: found.State?.Name ?? 'unknown',
    launchTime: found.LaunchTime?.toISOString() ?? '',
    group: found.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value ?? '',
    rootDevice: found.RootDeviceType ?? 'unknown',
    checks: status === undefined ? 'unknown' : status.instance === 'ok' ? status.system : status.instance,
  };
}

/** Reads what admission records. Throws where EC2 would refuse it, or it would lose more than it says. */
export async function admissible(
  call: CallWith<AwsClient>,
  { instance, allowGroupMember }: InstanceParams,
  target: Target,
): Promise<InstanceState & JsonObject> {
  if (instance !== target.name) throw refused(`the parameters name ${instance}, and the target is ${target.name}`);
  const now = await readInstance(call, instance);
  const because = whyNotInGroup(now.group, allowGroupMember);
  if (because) throw refused(because);
  if (now.state !== 'running') throw new VendorError('aws', 'conflict', `${instance} is ${now.state}, not running`);
  return { ...now };
}

export const groupWarning = ({ allowGroupMember }: InstanceParams): string | undefined =>
  allowGroupMember ? 'a group takes a member that does not answer for unhealthy: it may be terminated and replaced' : undefined;

/** These actions on instances that are tagged for it (contracts 5.8); what describes has no resource at EC2. */
export const instanceGrants =
  (sid: string, actions: readonly string[]) =>
  ({ account, region }: GrantUse): Grant[] => [
    {
      sid,
      actions,
      resources: [instanceArn({ account, region }, '*')],
      conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
    },
    {
      sid: 'DescribeInstances',
      actions: ['ec2:DescribeInstances', 'ec2:DescribeInstanceStatus'],
      resources: ['*'],
      by: 'both',
    },
    trailGrant,
  ];

/** A text that was recorded. */
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
