import type { CallWith, Place } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { ofThisAccount, type Reading, within } from './call.js';
import type { AwsClient } from './client.js';
import { clean } from './errors.js';

/** An Auto Scaling group as it stands now. */
export interface GroupState {
  arn: string;
  name: string;
  desired: number;
  min: number;
  max: number;
  /** Instances that are InService and Healthy. */
  inService: number;
  /** All instances, whatever their lifecycle state. */
  instances: number;
  members: readonly GroupMember[];
  /** Names of suspended processes: `Launch`, `Terminate`, … */
  suspended: string[];
  tags: Record<string, string>;
}

export interface GroupMember {
  id: string;
  /** InService and Healthy. */
  inService: boolean;
  /** On its way out, or of the warm pool: nobody misses it. */
  leaving: boolean;
}

/** One scaling activity. Times are epoch milliseconds. */
export interface ScalingActivity {
  id: string;
  /** One of the 16 values of ScalingActivityStatusCode (contracts 5.4), or one that came later. */
  status: string;
  says: string;
}

/** Reads one group by its exact name. Throws VendorError; `undefined`: there is none, or it is being deleted. */
export async function readGroup(call: Reading<'autoScaling'>, place: Place, name: string): Promise<GroupState | undefined> {
  // A name that does not exist is an empty list, not an error.
  const { AutoScalingGroups = [] } = await call.client.autoScaling.describeGroups(within(call, place), {
    AutoScalingGroupNames: [name],
  });
  // `Status` is only ever there while the group is being deleted.
  const group = AutoScalingGroups.find(({ AutoScalingGroupName, Status }) => AutoScalingGroupName === name && !Status);
  if (!group) return undefined;
  const { AutoScalingGroupARN: arn = '', DesiredCapacity: desired, MinSize: min, MaxSize: max, Instances = [] } = group;
  ofThisAccount(arn, place);
  if (desired === undefined || min === undefined || max === undefined)
    throw new VendorError('aws', 'unavailable', `DescribeAutoScalingGroups told no sizes of ${name}`);
  const members = Instances.map(memberOf);
  return {
    arn,
    name,
    desired,
    min,
    max,
    inService: members.filter(({ inService }) => inService).length,
    instances: Instances.length,
    members,
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => (ProcessName ? [ProcessName] : [])),
    tags: Object.fromEntries((group.Tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']]))),
  };
}

/** The group that an effect works on. Throws `absent` where there is none any more. */
export async function groupThatIs(call: CallWith<AwsClient>, name: string): Promise<GroupState> {
  const group = await readGroup(call, call.place, name);
  if (!group) throw new VendorError('aws', 'absent', `there is no Auto Scaling group ${name}`);
  return group;
}

/** The newest hundred activities, newest first. Throws VendorError. */
export async function readActivities(call: Reading<'autoScaling'>, place: Place, group: string): Promise<ScalingActivity[]> {
  const { Activities = [] } = await call.client.autoScaling.describeActivities(within(call, place), {
    AutoScalingGroupName: group,
    MaxRecords: 100,
  });
  return Activities.map(({ ActivityId, StatusCode, StatusMessage, Description }) => ({
    id: ActivityId ?? '',
    status: StatusCode ?? 'unknown',
    says: clean(StatusMessage ?? Description ?? '', 200),
  }));
}

const ended = new Set(['Successful', 'Failed', 'Cancelled']);

/** A status that is not known counts as going on. */
export const isGoingOn = ({ status }: ScalingActivity): boolean => !ended.has(status);

// LifecycleState of the model of 2011-01-01: Terminating, Terminating:Wait, Detached, Warmed:Stopped, …
const leaving = /^(Terminat|Detach|Warmed)/;

interface Listed {
  InstanceId?: string | undefined;
  LifecycleState?: string | undefined;
  HealthStatus?: string | undefined;
}

const memberOf = ({ InstanceId, LifecycleState = '', HealthStatus }: Listed): GroupMember => ({
  id: InstanceId ?? '',
  inService: LifecycleState === 'InService' && isHealthy(HealthStatus),
  leaving: leaving.test(LifecycleState),
});

/** Auto Scaling writes `Healthy` and `HEALTHY`, depending on who reported it. */
const isHealthy = (status: string | undefined): boolean => status?.toLowerCase() === 'healthy';
