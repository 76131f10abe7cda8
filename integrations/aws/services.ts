import type { CallWith, Place } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { ofThisAccount, type Reading, within } from './call.js';
import type { AwsClient } from './client.js';
import { clean } from './errors.js';

/** One deployment of a service. */
export interface DeploymentState {
  id: string;
  /** PRIMARY (what is wanted), ACTIVE (what it replaces). */
  status: string;
  /** IN_PROGRESS, COMPLETED, FAILED; empty where ECS does not roll it out itself. */
  rolloutState: string;
  /** Why, in the words of ECS: of a rollback it names the deployment that it goes back to. */
  because: string;
  desired: number;
  running: number;
  failed: number;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ARN with revision. */
  taskDefinition: string;
}

/** An ECS service as it stands now. */
export interface ServiceState {
  arn: string;
  cluster: string;
  name: string;
  /** ACTIVE or DRAINING. */
  status: string;
  desired: number;
  running: number;
  pending: number;
  /** ARN with revision. */
  taskDefinition: string;
  deployments: DeploymentState[];
  circuitBreaker: boolean;
  /** ECS, CODE_DEPLOY or EXTERNAL: who rolls out. */
  controller: string;
  /** REPLICA or DAEMON. */
  scheduling: string;
  /** The newest event, in the words of ECS. */
  lastEvent: string;
  tags: Record<string, string>;
}

export interface ServiceName {
  cluster: string;
  service: string;
}

/** Reads one service by its exact names. Throws VendorError; `undefined`: there is none, or it was deleted. */
export async function readService(
  call: Reading<'ecs'>,
  place: Place,
  { cluster, service: name }: ServiceName,
): Promise<ServiceState | undefined> {
  const answer = await described(call, place, { cluster, service: name });
  // What does not exist is a line among the failures of an answer 200, and a deleted service stays visible as INACTIVE.
  const failure = answer?.failures?.find(({ reason }) => reason !== 'MISSING');
  if (failure) throw new VendorError('aws', 'unavailable', `DescribeServices: ${failure.reason ?? 'failed without a reason'}`);
  const service = answer?.services?.find(({ serviceName, status }) => serviceName === name && status !== 'INACTIVE');
  if (!service) return undefined;
  const arn = service.serviceArn ?? '';
  ofThisAccount(arn, place);
  return {
    arn,
    cluster,
    name,
    status: service.status ?? 'unknown',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    taskDefinition: service.taskDefinition ?? '',
    deployments: (service.deployments ?? []).map(deploymentOf),
    circuitBreaker: service.deploymentConfiguration?.deploymentCircuitBreaker?.enable ?? false,
    controller: service.deploymentController?.type ?? 'ECS',
    scheduling: service.schedulingStrategy ?? 'REPLICA',
    lastEvent: clean(service.events?.[0]?.message ?? '', 200),
    tags: Object.fromEntries((service.tags ?? []).flatMap(({ key, value }) => (key === undefined ? [] : [[key, value ?? '']]))),
  };
}

async function described(call: Reading<'ecs'>, place: Place, { cluster, service }: ServiceName) {
  try {
    // Without `include` the answer has no tags.
    return await call.client.ecs.describeServices(within(call, place), { cluster, services: [service], include: ['TAGS'] });
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'absent') return undefined;
    throw error;
  }
}

/** The service that an effect works on. Throws `absent` where there is none any more. */
export async function serviceThatIs(call: CallWith<AwsClient>, wanted: ServiceName): Promise<ServiceState> {
  const service = await readService(call, call.place, wanted);
  if (!service) throw new VendorError('aws', 'absent', `there is no ECS service ${wanted.cluster}/${wanted.service}`);
  return service;
}

type Described = NonNullable<NonNullable<Awaited<ReturnType<typeof described>>>['services']>[number];

export const deploymentOf = (deployment: NonNullable<Described['deployments']>[number]): DeploymentState => ({
  id: deployment.id ?? '',
  status: deployment.status ?? 'unknown',
  rolloutState: deployment.rolloutState ?? '',
  because: clean(deployment.rolloutStateReason ?? '', 200),
  desired: deployment.desiredCount ?? 0,
  running: deployment.runningCount ?? 0,
  failed: deployment.failedTasks ?? 0,
  createdAt: deployment.createdAt?.toISOString() ?? '',
  taskDefinition: deployment.taskDefinition ?? '',
});

/** A rollout is under way until ECS says how it ended; a state that is not known has not ended. */
export const isDeploying = ({ deployments }: Pick<ServiceState, 'deployments'>): boolean =>
  deployments.some(({ rolloutState }) => rolloutState !== 'COMPLETED' && rolloutState !== 'FAILED');

export const primaryOf = ({ deployments }: Pick<ServiceState, 'deployments'>): DeploymentState | undefined =>
  deployments.find(({ status }) => status === 'PRIMARY');

/** `web:42`. */
export const revisionOf = (taskDefinition: string): string => taskDefinition.split('/').at(-1) ?? taskDefinition;
