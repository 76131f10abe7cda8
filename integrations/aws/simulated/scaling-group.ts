import { randomUUID } from 'node:crypto';
import type { SimulatedInstance } from './instances.js';
import type { AwsWorld } from './world.js';

/** A scaling activity. Times are epoch milliseconds. */
export interface SimulatedActivity {
  id: string;
  description: string;
  cause: string;
  status: 'PreInService' | 'InProgress' | 'Successful' | 'Failed';
  message: string;
  startedAt: number;
  endedAt: number | undefined;
}

/** An Auto Scaling group of the sandbox. Its instances are those of the world that carry its tag. */
export interface SimulatedGroup {
  name: string;
  account: string;
  region: string;
  desired: number;
  min: number;
  max: number;
  suspended: string[];
  /** Status of its newest instance refresh; empty: there was none. */
  refresh: string;
  tags: Record<string, string>;
  /** Newest first. */
  activities: SimulatedActivity[];
  /** Somebody deletes it. */
  deleting: boolean;
}

const groupTag = 'aws:autoscaling:groupName';

/** How long an instance takes until it is in service, or gone. Milliseconds at speed 1; the real ones take minutes. */
const launchTakes = 900;
const terminationTakes = 500;

/** From this many in service the load is carried, and the alarms about the group end. */
const enough = 6;

export const shippedGroups = (): SimulatedGroup[] => [
  {
    name: 'checkout-web',
    account: '444455556666',
    region: 'eu-west-1',
    desired: 4,
    min: 2,
    max: 12,
    suspended: [],
    refresh: '',
    tags: { Name: 'checkout-web', opssentinel: 'allow' },
    activities: [],
    deleting: false,
  },
];

export const instancesOf = (world: AwsWorld, group: SimulatedGroup): SimulatedInstance[] =>
  [...world.instances.values()].filter(
    ({ tags, account, region, state }) =>
      tags[groupTag] === group.name && account === group.account && region === group.region && state !== 'terminated',
  );

const isInService = ({ state, checks }: SimulatedInstance): boolean => state === 'running' && checks !== 'impaired';

/** What launches come to; without one they are in service after a while. `Failed`: no capacity. `stuck`: they go on without an end. */
export type LaunchEnd = 'Failed' | 'stuck';

/** Begins what a new desired capacity asks for. */
export function scale(world: AwsWorld, group: SimulatedGroup, desired: number, ending: LaunchEnd | undefined): void {
  const cause = `At ${new Date(world.sandbox.now()).toISOString()} a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}.`;
  group.desired = desired;
  const present = instancesOf(world, group).filter(({ state }) => state !== 'stopping');
  for (let more = present.length; more < desired; more++) launch(world, group, cause, ending);
  const youngestFirst = [...present].sort((a, b) => b.launchedAt - a.launchedAt);
  for (const instance of youngestFirst.slice(0, Math.max(0, present.length - desired))) terminate(world, group, instance, cause);
}

function launch(world: AwsWorld, group: SimulatedGroup, cause: string, ending: LaunchEnd | undefined): void {
  if (group.suspended.includes('Launch')) return;
  const id = `i-0a5c${randomUUID().replaceAll('-', '').slice(0, 13)}`;
  const activity = begin(world, group, { description: `Launching a new EC2 instance: ${id}`, cause, status: 'PreInService' });
  const fails = ending === 'Failed';
  if (!fails)
    world.instances.set(id, {
      id,
      account: group.account,
      region: group.region,
      type: 't3.small',
      state: 'pending',
      checks: 'initializing',
      ssmPing: 'Online',
      launchedAt: world.sandbox.now(),
      tags: { Name: group.name, opssentinel: 'allow', [groupTag]: group.name },
    });
  if (ending === 'stuck') return;
  world.sandbox.later(world.paced(launchTakes), () => {
    activity.endedAt = world.sandbox.now();
    activity.status = fails ? 'Failed' : 'Successful';
    if (fails)
      activity.message =
        'Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have sufficient t3.small capacity in the Availability Zone you requested (eu-west-1a). Launching EC2 instance failed.';
    const instance = world.instances.get(id);
    if (instance) Object.assign(instance, { state: 'running', checks: 'ok' });
    if (instancesOf(world, group).filter(isInService).length >= enough) world.heal({ AutoScalingGroupName: group.name });
  });
}

function terminate(world: AwsWorld, group: SimulatedGroup, instance: SimulatedInstance, cause: string): void {
  if (group.suspended.includes('Terminate')) return;
  instance.state = 'stopping';
  const activity = begin(world, group, {
    description: `Terminating EC2 instance: ${instance.id}`,
    cause,
    status: 'InProgress',
  });
  world.sandbox.later(world.paced(terminationTakes), () => {
    Object.assign(activity, { endedAt: world.sandbox.now(), status: 'Successful' });
    instance.state = 'terminated';
  });
}

function begin(
  world: AwsWorld,
  group: SimulatedGroup,
  what: Pick<SimulatedActivity, 'description' | 'cause' | 'status'>,
): SimulatedActivity {
  const activity = { id: randomUUID(), message: '', startedAt: world.sandbox.now(), endedAt: undefined, ...what };
  group.activities.unshift(activity);
  return activity;
}
