import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import { defineAction } from '../../contract/action.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { deploymentOf, isDeploying, primaryOf, revisionOf, type ServiceState, serviceThatIs } from '../services.js';
import { ecsName, serviceFacts } from '../targets/ecs-service.js';
import { trailRight } from '../trail/writes.js';
import { aimsAtService, ecsGrants } from './ecs.js';
import { conflict, mayBegin, refused } from './parameters.js';
import { type RolloutRef, waitForRollout } from './rollout-wait.js';
import { seenRedeployed } from './seen-service.js';

const params = z.strictObject({
  cluster: z.string().regex(ecsName, 'is the name of an ECS cluster'),
  service: z.string().regex(ecsName, 'is the name of an ECS service'),
  /** What is running now and shall run again: it is compared, never sent. */
  taskDefinition: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition\/[A-Za-z0-9_-]{1,255}:[1-9][0-9]{0,8}$/,
      'is the ARN of a task definition with its revision',
    ),
});

type Params = z.infer<typeof params>;

/** Our clock and that of ECS may differ; what was there before is known by its id. Milliseconds. */
const clocksDiffer = 60_000;

/** Starts the tasks of a service anew, from the revision that it has. */
export const redeployService = defineAction<AwsClient>()({
  id: 'aws.ecs.redeploy-service',
  summary: 'Force a new deployment of an ECS service, of the same task definition.',
  risk: 'disruptive',
  idempotency: 'at-most-once',
  permissions: ['ecs:UpdateService', 'ecs:DescribeServices', trailRight],
  grants: ecsGrants,
  params,
  written: {
    params: z.strictObject({}),
    settle: (_said, target) => {
      const { cluster, taskDefinition } = serviceFacts.parse(target.facts);
      return { ok: true, params: { cluster, service: target.name, taskDefinition } };
    },
  },
  // contracts 5.5.
  warns: () => 'pulls the images again: a tag that moves, such as latest, may bring other code',
  says: ({ cluster, service, taskDefinition }) =>
    `ECS service ${cluster}/${service}: new deployment of ${revisionOf(taskDefinition)}`,
  preState: async (call, wanted, target) => {
    const service = await serviceThatIs(call, wanted);
    mayBeRedeployed(service, wanted, target);
    return {
      taskDefinition: service.taskDefinition,
      deployments: service.deployments.map(({ id }) => id),
      running: service.running,
    };
  },
  start: async (call, wanted, attempt) => {
    const before = idsIn(attempt.preState);
    const service = await serviceThatIs(call, wanted);
    // Each call begins another deployment: whatever began since admission, ours comes on top of nothing.
    const stranger = service.deployments.find(({ id }) => !before.includes(id));
    if (stranger) throw conflict(`deployment ${stranger.id} of ${where(wanted)} began since this was admitted`);
    unchanged(service, wanted);
    mayBegin(call.now(), attempt.startBy);
    const answer = await call.client.ecs.updateService(call, {
      cluster: wanted.cluster,
      service: wanted.service,
      forceNewDeployment: true,
    });
    const begun = (answer.service?.deployments ?? []).map(deploymentOf).find((one) => isNew(one, before));
    if (!begun) throw new VendorError('aws', 'ambiguous', 'UpdateService answered without a new deployment');
    return { ref: refOf(wanted, begun.id, before, call.now()), says: `ecs:UpdateService: ${begun.id}` };
  },
  wait: (call, ref) => waitForRollout(call, ref as RolloutRef),
  /** No call carries our key. Exactly one deployment that is new, wanted and of the same revision is taken for ours; nothing else proves anything. */
  adopt: async (call, wanted, { preState, since }) => {
    const before = idsIn(preState);
    const { deployments } = await serviceThatIs(call, wanted);
    const [begun, ...more] = deployments.filter(({ id }) => !before.includes(id));
    const ours =
      begun !== undefined &&
      more.length === 0 &&
      isNew(begun, before) &&
      begun.taskDefinition === wanted.taskDefinition &&
      Date.parse(begun.createdAt) >= since - clocksDiffer;
    return ours ? { found: true, ref: refOf(wanted, begun.id, before, since) } : { found: false, certain: false };
  },
  seenDone: (call, _params, target, within) => seenRedeployed(call, target, within),
  undo: 'none',
});

const where = ({ cluster, service }: Params): string => `${cluster}/${service}`;

const isNew = ({ id, status }: { id: string; status: string }, before: readonly string[]): boolean =>
  id !== '' && status === 'PRIMARY' && !before.includes(id);

function mayBeRedeployed(service: ServiceState, wanted: Params, target: Target): void {
  aimsAtService(wanted, service, target);
  if (service.status !== 'ACTIVE') throw conflict(`${where(wanted)} is ${service.status}, not ACTIVE`);
  if (service.controller !== 'ECS') throw conflict(`${where(wanted)} is rolled out by ${service.controller}, not by ECS`);
  unchanged(service, wanted);
}

/** Before the start and again at it: no rollout under way, and the revision that the plan names. */
function unchanged(service: ServiceState, wanted: Params): void {
  if (isDeploying(service)) throw conflict(`a rollout of ${where(wanted)} is under way`);
  if (!primaryOf(service)) throw conflict(`${where(wanted)} has no PRIMARY deployment`);
  if (service.taskDefinition !== wanted.taskDefinition)
    throw conflict(
      `${where(wanted)} runs ${revisionOf(service.taskDefinition)} by now, and this was decided when it was ${revisionOf(wanted.taskDefinition)}`,
    );
}

const recorded = z.object({ deployments: z.array(z.string()) });

function idsIn(preState: JsonObject): string[] {
  const { success, data } = recorded.safeParse(preState);
  if (!success) throw refused('admission recorded no deployments');
  return data.deployments;
}

const refOf = ({ cluster, service }: Params, deployment: string, before: string[], startedAt: number): RolloutRef => ({
  cluster,
  service,
  deployment,
  before,
  startedAt,
});
