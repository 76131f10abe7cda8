import type { AlarmEvent, WireRequest, WireResponse } from '../../contract/simulator.js';
import {
  deploy,
  followAlarm,
  newDeployment,
  type RolloutEnd,
  setCount,
  type SimulatedDeployment,
  type SimulatedService,
} from './rollout.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld, Commission, DocumentWork } from './world.js';

/** What a test may say: how the next rollout ends, and what somebody else did to a service. */
export interface EcsSettings {
  nextRollout?: RolloutEnd;
  service?: Partial<Omit<SimulatedService, 'deployments' | 'events'>> & {
    cluster: string;
    name: string;
    /** Somebody else deploys. */
    deploys?: boolean;
  };
}

export interface Ecs {
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  set: (wanted: EcsSettings) => void;
  reset: () => void;
}

interface Members {
  cluster: string;
  services: string[];
  include: string[];
  service: string;
  forceNewDeployment: boolean;
  desiredCount: number;
  taskDefinition: string;
}

const shippedServices = (now: number): SimulatedService[] => [
  {
    cluster: 'prod',
    name: 'web',
    account: '444455556666',
    region: 'eu-west-1',
    status: 'ACTIVE',
    desired: 3,
    running: 3,
    taskDefinition: 'web:42',
    scheduling: 'REPLICA',
    controller: 'ECS',
    circuitBreaker: true,
    broken: false,
    tags: { opssentinel: 'allow', service: 'web' },
    deployments: [newDeployment(now - 7 * 24 * 3_600_000, 3, { rolloutState: 'COMPLETED' })],
    events: [],
  },
];

type Place = Pick<Scope, 'account' | 'region'>;

/** The services, and what happens to them. */
interface Services {
  /** Whether there is such a cluster. */
  hasCluster: (place: Place, cluster: string | undefined) => boolean;
  find: (place: Place, cluster: string | undefined, name: string | undefined) => SimulatedService | undefined;
  /** A new deployment, with the end that a test has set. */
  begin: (service: SimulatedService) => SimulatedDeployment;
}

/** ECS in awsJson1.1. Times are epoch seconds. */
export function createEcs(world: AwsWorld): Ecs {
  let services = shippedServices(world.sandbox.now());
  let next: RolloutEnd | undefined;
  const inCluster = ({ account, region }: Place, cluster = 'default'): SimulatedService[] =>
    services.filter((one) => one.account === account && one.region === region && one.cluster === last(cluster));
  const state: Services = {
    hasCluster: (place, cluster) => inCluster(place, cluster).length > 0,
    find: (place, cluster, name = '') => inCluster(place, cluster).find((service) => service.name === last(name)),
    begin: (service) => {
      const begun = deploy(world, service, next);
      next = undefined;
      return begun;
    },
  };
  world.works.set('OpsSentinel-RedeployService', redeployDocument(state));
  world.sandbox.on('alarm', (event) => {
    for (const service of services) followAlarm(world, service, event as AlarmEvent);
  });
  return {
    answer: (scope, action, request) => {
      if (action === 'DescribeServices') return describeServices(state, scope, request);
      return action === 'UpdateService' ? updateService(world, state, scope, request) : undefined;
    },
    set: ({ nextRollout, service: wanted }) => {
      next = nextRollout ?? next;
      const service = services.find(({ cluster, name }) => cluster === wanted?.cluster && name === wanted.name);
      if (!service || !wanted) return;
      const { deploys, ...fields } = wanted;
      Object.assign(service, fields);
      if (deploys) state.begin(service);
    },
    reset: () => {
      services = shippedServices(world.sandbox.now());
      next = undefined;
    },
  };
}

/** contracts 5.5: no token; every forced call begins another deployment. */
function updateService(world: AwsWorld, { hasCluster, find, begin }: Services, scope: Scope, request: WireRequest): WireResponse {
  const { cluster, service: name, forceNewDeployment, desiredCount, taskDefinition } = membersOf<Members>(request);
  if (!hasCluster(scope, cluster)) return failure(request, 'ClusterNotFoundException', 'Cluster not found.');
  const service = find(scope, cluster, name);
  if (!service) return failure(request, 'ServiceNotFoundException', 'Service not found.');
  if (service.status !== 'ACTIVE') return failure(request, 'ServiceNotActiveException', 'Service was not ACTIVE.');
  if (taskDefinition !== undefined)
    return failure(request, 'ClientException', 'The sandbox knows no other task definition than the one that is there.');
  if (desiredCount !== undefined && service.scheduling === 'DAEMON')
    return failure(request, 'InvalidParameterException', 'The desired count cannot be set for a DAEMON service.');
  const done: string[] = [];
  // The same number again is an empty success: nothing is left to do.
  if (desiredCount !== undefined && desiredCount !== service.desired) {
    done.push(`${service.desired} -> ${desiredCount}`);
    setCount(world, service, desiredCount);
  }
  if (forceNewDeployment) done.push(`deployment ${begin(service).id}`);
  const outcome = done.join(', ');
  if (outcome) world.sandbox.effect({ vendor: 'aws', operation: 'ecs:UpdateService', target: service.name, key: '', outcome });
  return json(request, { service: described(service) });
}

/** contracts 5.5. What does not exist stands among the failures of a 200; tags come only where `include` asks for them. */
function describeServices({ hasCluster, find }: Services, scope: Scope, request: WireRequest): WireResponse {
  const { cluster = 'default', services: names = [], include = [] } = membersOf<Members>(request);
  if (!hasCluster(scope, cluster)) return failure(request, 'ClusterNotFoundException', 'Cluster not found.');
  const found = names.map((name) => ({ name, service: find(scope, cluster, name) }));
  const missing = found.filter(({ service }) => !service).map(({ name }) => `${last(cluster)}/${last(name)}`);
  return json(request, {
    services: found.flatMap(({ service }) =>
      service ? [{ ...described(service), ...(include.includes('TAGS') ? { tags: tagsOf(service) } : {}) }] : [],
    ),
    failures: missing.map((path) => ({ arn: `arn:aws:ecs:${scope.region}:${scope.account}:service/${path}`, reason: 'MISSING' })),
  });
}

/** What the Automation document of that name does, step by step. */
function redeployDocument({ find, begin }: Services): DocumentWork {
  const deployments = new Map<string, string>();
  const serviceOf = ({ account, region, parameters }: Commission): SimulatedService | undefined =>
    find({ account, region }, parameters['Cluster']?.[0], parameters['Service']?.[0]);
  return {
    begin: (commission, step) => {
      const service = serviceOf(commission);
      if (service && step === 'redeployService') deployments.set(commission.id, begin(service).id);
    },
    problem: (commission, step) => {
      const service = serviceOf(commission);
      if (!service) return failed('resolving the step inputs', 'Service not found.');
      if (step === 'checkNoRollout' && service.deployments[0]?.rolloutState === 'IN_PROGRESS')
        return failed('executing the action', 'Property value IN_PROGRESS is not one of [COMPLETED, FAILED].');
      if (step !== 'waitForRollout') return undefined;
      const ours = service.deployments.find(({ id }) => id === deployments.get(commission.id));
      return ours?.rolloutState === 'COMPLETED'
        ? undefined
        : failed('polling', 'Resource never reached the desired value COMPLETED.');
    },
  };
}

const failed = (when: string, because: string): string => `Step fails when it is ${when}. ${because}`;
const last = (text: string): string => text.split('/').at(-1) ?? text;
const seconds = (ms: number): number => ms / 1_000;
const tagsOf = ({ tags }: SimulatedService) => Object.entries(tags).map(([key, value]) => ({ key, value }));

function described(service: SimulatedService): Record<string, unknown> {
  const { account, region, cluster, name, taskDefinition } = service;
  const revision = `arn:aws:ecs:${region}:${account}:task-definition/${taskDefinition}`;
  return {
    serviceArn: `arn:aws:ecs:${region}:${account}:service/${cluster}/${name}`,
    serviceName: name,
    clusterArn: `arn:aws:ecs:${region}:${account}:cluster/${cluster}`,
    status: service.status,
    desiredCount: service.desired,
    runningCount: service.running,
    pendingCount: Math.max(0, service.desired - service.running),
    launchType: 'FARGATE',
    schedulingStrategy: service.scheduling,
    deploymentController: { type: service.controller },
    taskDefinition: revision,
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: service.circuitBreaker, rollback: service.circuitBreaker },
      maximumPercent: 200,
      minimumHealthyPercent: 100,
    },
    deployments: service.deployments.map(({ id, status, rolloutState, because, running, failed, createdAt }) => ({
      id,
      status,
      taskDefinition: revision,
      desiredCount: service.desired,
      runningCount: status === 'PRIMARY' && rolloutState === 'COMPLETED' ? service.running : running,
      pendingCount: 0,
      failedTasks: failed,
      rolloutState,
      rolloutStateReason: because,
      createdAt: seconds(createdAt),
      updatedAt: seconds(createdAt),
    })),
    events: service.events.map(({ id, at, message }) => ({ id: String(id), createdAt: seconds(at), message })),
  };
}
