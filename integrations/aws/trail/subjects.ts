import type { Target } from '../../../domain/target.js';
import { serviceFacts } from '../targets/ecs-service.js';
import type { TrailWrite } from './event.js';

/** What a write is about, as its service tells CloudTrail. */
export interface Subject {
  /** For people. */
  says: string;
  /** What it is called among an event's resources; absent where its service names none. */
  resource?: string;
  is: (write: TrailWrite) => boolean;
  /** Operations, beside the wanted one, that change its state: who did one of them did something else. */
  changes: readonly string[];
  /** Operations that begin work on it of which CloudTrail shows nothing more. */
  hides: readonly string[];
  /** Of all of these, those that may not be found by `resource`: they are looked up by name. */
  lookups: readonly string[];
}

/** Of a target that CloudTrail tells about; `undefined` of any other. */
export const subjectOf = (target: Target): Subject | undefined => subjects[target.type]?.(target);

const subjects: Readonly<Record<string, (target: Target) => Subject>> = {
  'aws.ec2.instance': ofInstance,
  'aws.rds.instance': ofDatabase,
  'aws.autoscaling.group': ofGroup,
  'aws.ecs.service': ofService,
};

/** EC2 writes ids in many places (`instancesSet.items[].instanceId`, `instanceId`, `target`), and they are nobody else's. */
export function ofInstance({ name, id }: Pick<Target, 'name' | 'id'>): Subject {
  return {
    says: name,
    resource: name,
    is: ({ request, resources }) => resources.some((one) => one.name === name) || mentions(request, [name, id]),
    changes: [
      'AttachVolume',
      'CreateReplaceRootVolumeTask',
      'DetachVolume',
      'ModifyInstanceAttribute',
      'RebootInstances',
      'StartInstances',
      'StopInstances',
      'TerminateInstanceInAutoScalingGroup',
      'TerminateInstances',
    ],
    hides: ['SendCommand', 'SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey', 'StartAutomationExecution', 'StartSession'],
    lookups: ['SendCommand', 'StartSession'],
  };
}

/** RDS takes identifiers without regard to case. */
export function ofDatabase({ name, id }: Pick<Target, 'name' | 'id'>): Subject {
  const named = (value: unknown): boolean =>
    typeof value === 'string' && (value.toLowerCase() === name.toLowerCase() || value === id);
  return {
    says: name,
    resource: name,
    is: ({ request }) => named(request['dBInstanceIdentifier']),
    changes: [
      'DeleteDBInstance',
      'ModifyDBInstance',
      'PromoteReadReplica',
      'RebootDBInstance',
      'StartDBInstance',
      'StopDBInstance',
      'SwitchoverReadReplica',
    ],
    hides: [],
    lookups: [],
  };
}

export function ofGroup({ name, id }: Pick<Target, 'name' | 'id'>): Subject {
  return {
    says: name,
    resource: name,
    is: ({ request, resources }) =>
      [name, id].includes(textOf(request['autoScalingGroupName'])) ||
      resources.some((one) => one.type === 'AWS::AutoScaling::AutoScalingGroup' && (one.name === name || one.name === id)),
    changes: [
      'DeleteAutoScalingGroup',
      'DetachInstances',
      'EnterStandby',
      'ExecutePolicy',
      'ExitStandby',
      'ResumeProcesses',
      'SetDesiredCapacity',
      'StartInstanceRefresh',
      'SuspendProcesses',
      'TerminateInstanceInAutoScalingGroup',
      'UpdateAutoScalingGroup',
    ],
    hides: [],
    lookups: [],
  };
}

/** Two clusters may each have a service of this name. No `resource`: ECS names none that could be looked up by. */
export function ofService(target: Pick<Target, 'name' | 'id' | 'facts'>): Subject {
  const { name, id } = target;
  const { cluster } = serviceFacts.parse(target.facts);
  return {
    says: `${cluster}/${name}`,
    is: ({ request }) => {
      const service = textOf(request['service']);
      // Who names none means the cluster `default`.
      const where = textOf(request['cluster']) || 'default';
      return service === id || (service === name && (where === cluster || where.endsWith(`:cluster/${cluster}`)));
    },
    changes: ['DeleteService', 'UpdateService'],
    hides: [],
    lookups: ['DeleteService', 'UpdateService'],
  };
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Whole values alone: `i-0aa1` is not `i-0aa11`. */
function mentions(value: unknown, wanted: readonly string[], deep = 8): boolean {
  if (typeof value === 'string') return wanted.includes(value);
  if (typeof value !== 'object' || value === null || deep === 0) return false;
  return Object.values(value).some((one) => mentions(one, wanted, deep - 1));
}
