import { randomInt } from 'node:crypto';
import type { AlarmEvent } from '../../contract/simulator.js';
import type { AwsWorld } from './world.js';

export interface SimulatedDeployment {
  id: string;
  status: 'PRIMARY' | 'ACTIVE';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  because: string;
  running: number;
  failed: number;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** An ECS service of the sandbox. */
export interface SimulatedService {
  cluster: string;
  name: string;
  account: string;
  region: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desired: number;
  running: number;
  /** Family and revision. */
  taskDefinition: string;
  scheduling: 'REPLICA' | 'DAEMON';
  controller: 'ECS' | 'CODE_DEPLOY';
  circuitBreaker: boolean;
  /** Its tasks end as soon as they have begun: only a new deployment helps. */
  broken: boolean;
  tags: Record<string, string>;
  /** Newest first. */
  deployments: SimulatedDeployment[];
  /** Newest first. */
  events: { id: number; at: number; message: string }[];
}

/** What the next rollout comes to; without one it completes. `stuck`: it goes on without an end. */
export type RolloutEnd = 'FAILED' | 'rolled-back' | 'stuck';

/** Until new tasks run, and until those that were asked for beside them do. Milliseconds at speed 1; the real ones take minutes. */
const rolloutTakes = 350;
const tasksTake = 400;
/** How long a failed deployment stays visible beside the one that it is rolled back to. Milliseconds at speed 1. */
const failedShows = 300;

/** The alarm that tells of this service, if it is in ALARM now: then its tasks die. */
export function followAlarm(world: AwsWorld, service: SimulatedService, { name, state }: AlarmEvent): void {
  const alarm = world.sandbox.alarms.find((one) => one.name === name);
  const { ClusterName, ServiceName } = alarm?.dimensions ?? {};
  if (ClusterName !== service.cluster || ServiceName !== service.name || alarm?.account !== service.account) return;
  service.broken = state === 'ALARM';
  service.running = service.broken ? Math.min(service.desired, alarm.reading.alarm) : service.desired;
}

export const newDeployment = (now: number, running: number, over: Partial<SimulatedDeployment> = {}): SimulatedDeployment => ({
  id: `ecs-svc/${randomInt(10 ** 9, 10 ** 10)}${randomInt(10 ** 8, 10 ** 9)}`,
  status: 'PRIMARY',
  rolloutState: 'IN_PROGRESS',
  because: '',
  running,
  failed: 0,
  createdAt: now,
  ...over,
});

/** Begins another deployment; the one before becomes ACTIVE until this has ended. */
export function deploy(world: AwsWorld, service: SimulatedService, ending: RolloutEnd | undefined): SimulatedDeployment {
  const begun = newDeployment(world.sandbox.now(), 0);
  begun.because = `ECS deployment ${begun.id} in progress.`;
  for (const older of service.deployments) older.status = 'ACTIVE';
  service.deployments.unshift(begun);
  tell(world, service, `(service ${service.name}) has begun deployment (${begun.id}).`);
  world.sandbox.later(world.paced(rolloutTakes), () => {
    if (begun.status !== 'PRIMARY' || ending === 'stuck') return;
    if (ending === undefined) complete(world, service, begun);
    else fail(world, service, begun, ending);
  });
  return begun;
}

function complete(world: AwsWorld, service: SimulatedService, deployment: SimulatedDeployment): void {
  Object.assign(deployment, {
    rolloutState: 'COMPLETED',
    because: `ECS deployment ${deployment.id} completed.`,
    running: service.desired,
  });
  service.deployments = [deployment];
  Object.assign(service, { running: service.desired, broken: false });
  tell(world, service, `(service ${service.name}) has reached a steady state.`);
  world.heal({ ClusterName: service.cluster, ServiceName: service.name });
}

/** contracts 5.5: with a rollback the failed deployment vanishes into a new PRIMARY; without one it stays as it is. */
function fail(world: AwsWorld, service: SimulatedService, deployment: SimulatedDeployment, ending: RolloutEnd): void {
  Object.assign(deployment, {
    rolloutState: 'FAILED',
    because: 'ECS deployment circuit breaker: tasks failed to start.',
    failed: 3,
  });
  if (ending !== 'rolled-back') return;
  const back = newDeployment(world.sandbox.now(), service.running);
  back.because = `ECS deployment circuit breaker: rolling back to deploymentId ${service.deployments[1]?.id ?? ''}.`;
  deployment.status = 'ACTIVE';
  service.deployments.unshift(back);
  tell(world, service, `(service ${service.name}) (deployment ${deployment.id}) deployment failed: tasks failed to start.`);
  world.sandbox.later(world.paced(failedShows), () => {
    back.rolloutState = 'COMPLETED';
    service.deployments = [back];
  });
}

/** Begins or stops tasks beside any deployment (contracts 5.5: desiredCount alone does not deploy). */
export function setCount(world: AwsWorld, service: SimulatedService, desired: number): void {
  service.desired = desired;
  world.sandbox.later(world.paced(tasksTake), () => {
    if (service.desired !== desired || service.broken) return;
    service.running = desired;
    for (const deployment of service.deployments) if (deployment.status === 'PRIMARY') deployment.running = desired;
  });
}

function tell(world: AwsWorld, service: SimulatedService, message: string): void {
  service.events.unshift({ id: service.events.length + 1, at: world.sandbox.now(), message });
}
