import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import type { SimulatedInstance } from './instances.js';
import {
  instancesOf,
  type LaunchEnd,
  scale,
  shippedGroups,
  type SimulatedActivity,
  type SimulatedGroup,
} from './scaling-group.js';
import { element, failure, formOf, listIn, queryResult, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

/** What a test may say: what the next SetDesiredCapacity meets, and what somebody else changed about a group. */
export interface ScalingSettings {
  nextScaling?: 'ScalingActivityInProgress' | LaunchEnd;
  group?: Partial<Omit<SimulatedGroup, 'name' | 'activities'>> & {
    name: string;
    /** Somebody else sets the desired capacity, and the group follows. */
    scaleTo?: number;
  };
}

export interface AutoScaling {
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  set: (wanted: ScalingSettings) => void;
  reset: () => void;
}

const namespace = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

type Operation = (scope: Scope, form: URLSearchParams, request: WireRequest) => WireResponse;

/** Auto Scaling in the query protocol: form in, XML out (contracts 5). */
export function createAutoScaling(world: AwsWorld): AutoScaling {
  let groups = shippedGroups();
  let next: ScalingSettings['nextScaling'];

  const taken = () => {
    const planned = next;
    next = undefined;
    return planned;
  };
  const here = ({ account, region }: Scope): SimulatedGroup[] =>
    groups.filter((group) => group.account === account && group.region === region);
  const find = (scope: Scope, form: URLSearchParams): SimulatedGroup | undefined =>
    here(scope).find(({ name }) => name === form.get('AutoScalingGroupName'));

  // contracts 5.4: no activity id in the answer; bounds, HonorCooldown.
  const setDesiredCapacity: Operation = (scope, form, request) => {
    const group = find(scope, form);
    if (!group) return notFound(request, form);
    const desired = Number(form.get('DesiredCapacity'));
    if (desired > group.max) return outside(request, desired, `above max value ${group.max}`);
    if (desired < group.min) return outside(request, desired, `below min value ${group.min}`);
    const before = group.desired;
    // The same number again is an empty success: nothing is left to do.
    if (desired === before) return empty('SetDesiredCapacity');
    const planned = taken();
    const busy = planned === 'ScalingActivityInProgress' || group.activities.some(({ endedAt }) => endedAt === undefined);
    if (busy && form.get('HonorCooldown') === 'true')
      return failure(
        request,
        'ScalingActivityInProgress',
        `Scaling activity ${group.activities[0]?.id ?? 'of a policy'} is in progress and blocks this action`,
      );
    scale(world, group, desired, planned === 'ScalingActivityInProgress' ? undefined : planned);
    world.sandbox.effect({
      vendor: 'aws',
      operation: 'autoscaling:SetDesiredCapacity',
      target: group.name,
      key: '',
      outcome: `${before} -> ${desired}`,
    });
    return empty('SetDesiredCapacity');
  };

  const operations: Readonly<Record<string, Operation>> = { ...reads(world, here, find), SetDesiredCapacity: setDesiredCapacity };

  return {
    answer: (scope, action, request) => operations[action]?.(scope, formOf(request), request),
    set: ({ nextScaling, group: wanted }) => {
      next = nextScaling ?? next;
      const group = groups.find(({ name }) => name === wanted?.name);
      if (!group || !wanted) return;
      const { scaleTo, ...fields } = wanted;
      Object.assign(group, fields);
      if (scaleTo === undefined) return;
      const planned = taken();
      scale(world, group, scaleTo, planned === 'ScalingActivityInProgress' ? undefined : planned);
    },
    reset: () => {
      groups = shippedGroups();
      next = undefined;
    },
  };
}

/** What changes nothing. */
const reads = (
  world: AwsWorld,
  here: (scope: Scope) => SimulatedGroup[],
  find: (scope: Scope, form: URLSearchParams) => SimulatedGroup | undefined,
): Readonly<Record<string, Operation>> => ({
  // contracts 5.4. A name that does not exist is left out of the list.
  DescribeAutoScalingGroups: (scope, form) => {
    const asked = listIn(form, 'AutoScalingGroupNames');
    const found = here(scope).filter(({ name }) => asked.length === 0 || asked.includes(name));
    const members = found.map((group) => member(described(group, instancesOf(world, group))));
    return queryResult(namespace, 'DescribeAutoScalingGroups', list('AutoScalingGroups', members));
  },
  // contracts 5.4: StatusCode is how the change goes.
  DescribeScalingActivities: (scope, form, request) => {
    const group = find(scope, form);
    if (!group) return notFound(request, form);
    const members = group.activities.slice(0, Number(form.get('MaxRecords') ?? 100)).map((one) => member(told(group, one)));
    return queryResult(namespace, 'DescribeScalingActivities', list('Activities', members));
  },
  DescribeInstanceRefreshes: (scope, form, request) => {
    const group = find(scope, form);
    if (!group) return notFound(request, form);
    const refresh =
      element('InstanceRefreshId', 'b5c0ffee-0000-4000-8000-000000000001') +
      element('AutoScalingGroupName', group.name) +
      element('Status', group.refresh);
    return queryResult(namespace, 'DescribeInstanceRefreshes', list('InstanceRefreshes', group.refresh ? [member(refresh)] : []));
  },
});

const member = (inner: string): string => `<member>${inner}</member>`;
const list = (tag: string, members: readonly string[]): string => `<${tag}>${members.join('')}</${tag}>`;

/** An answer without a result holds its metadata alone. */
const empty = (action: string): WireResponse => queryResult(namespace, action, '');

const notFound = (request: WireRequest, form: URLSearchParams): WireResponse =>
  failure(
    request,
    'ValidationError',
    `AutoScalingGroup name not found - no such group: ${form.get('AutoScalingGroupName') ?? ''}`,
  );

const outside = (request: WireRequest, desired: number, because: string): WireResponse =>
  failure(request, 'ValidationError', `New SetDesiredCapacity value ${desired} is ${because} for the AutoScalingGroup.`);

function described(group: SimulatedGroup, instances: readonly SimulatedInstance[]): string {
  const { name, account, region } = group;
  const tags = Object.entries(group.tags).map(([key, value]) =>
    member(
      element('ResourceId', name) +
        element('ResourceType', 'auto-scaling-group') +
        element('Key', key) +
        element('Value', value) +
        element('PropagateAtLaunch', true),
    ),
  );
  const suspended = group.suspended.map((process) =>
    member(element('ProcessName', process) + element('SuspensionReason', 'User suspended')),
  );
  return [
    element('AutoScalingGroupName', name),
    element(
      'AutoScalingGroupARN',
      `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:8d1b1f3e-0000-4000-8000-000000000001:autoScalingGroupName/${name}`,
    ),
    element('MinSize', group.min),
    element('MaxSize', group.max),
    element('DesiredCapacity', group.desired),
    element('DefaultCooldown', 300),
    list('AvailabilityZones', [member(`${region}a`)]),
    element('HealthCheckType', 'ELB'),
    element('HealthCheckGracePeriod', 300),
    list('Instances', instances.map(memberOf)),
    element('CreatedTime', '2026-01-15T09:00:00.000Z'),
    list('SuspendedProcesses', suspended),
    list('Tags', tags),
    ...(group.deleting ? [element('Status', 'Delete in progress')] : []),
  ].join('');
}

const lifecycles: Readonly<Record<SimulatedInstance['state'], string>> = {
  pending: 'Pending',
  running: 'InService',
  stopping: 'Terminating',
  stopped: 'InService',
  terminated: 'Terminated',
};

/** What is stopped or fails its checks stays InService until the group has noticed, and is unhealthy. */
const memberOf = ({ id, region, state, checks, type }: SimulatedInstance): string =>
  member(
    element('InstanceId', id) +
      element('InstanceType', type) +
      element('AvailabilityZone', `${region}a`) +
      element('LifecycleState', lifecycles[state]) +
      element('HealthStatus', state === 'stopped' || checks === 'impaired' ? 'Unhealthy' : 'Healthy') +
      element('ProtectedFromScaleIn', false),
  );

function told(group: SimulatedGroup, activity: SimulatedActivity): string {
  const { id, description, cause, status, message, startedAt, endedAt } = activity;
  return [
    element('ActivityId', id),
    element('AutoScalingGroupName', group.name),
    element('Description', description),
    element('Cause', cause),
    element('StartTime', new Date(startedAt).toISOString()),
    ...(endedAt === undefined ? [] : [element('EndTime', new Date(endedAt).toISOString())]),
    element('StatusCode', status),
    ...(message ? [element('StatusMessage', message)] : []),
    element('Progress', endedAt === undefined ? 30 : 100),
    element('Details', '{}'),
  ].join('');
}
