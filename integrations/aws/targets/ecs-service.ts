import { z } from 'zod';
import type { TargetDefinition } from '../../contract/check.js';
import type { AwsClient } from '../client.js';
import { isDeploying, readService } from '../services.js';

/** Letters, digits, `-` and `_`, as ECS takes them (CreateCluster, CreateService); one that begins with a dash is not supported. */
export const ecsName = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,254}$/;

const deployment = z.object({
  id: z.string(),
  status: z.string().describe('PRIMARY or ACTIVE'),
  rolloutState: z.string().describe('IN_PROGRESS, COMPLETED or FAILED'),
  desiredCount: z.int(),
  runningCount: z.int(),
  failedTasks: z.int(),
  createdAt: z.string().describe('ISO 8601, UTC'),
});

/** What rules and runbooks may read of a service, as `target.<fact>`. */
const facts = z.object({
  cluster: z.string(),
  status: z.string().describe('ACTIVE or DRAINING'),
  desiredCount: z.int(),
  runningCount: z.int(),
  pendingCount: z.int(),
  taskDefinition: z.string().describe('ARN with revision'),
  deployments: z.array(deployment),
  deploying: z.boolean().describe('whether a rollout is under way'),
  circuitBreaker: z.boolean().describe('whether ECS gives up a rollout that fails'),
});

/** What `settle` of an action needs of them. */
export const serviceFacts = facts.pick({ cluster: true, desiredCount: true, taskDefinition: true });

// No `around`: the target is the group itself; while it rolls, ECS keeps minimumHealthyPercent of its tasks. Whoever looks into
// a task (ECS Exec) works on what the next deployment replaces anyway, and is not asked for.
export const ecsService: TargetDefinition<AwsClient> = {
  type: 'aws.ecs.service',
  summary: 'One ECS service that is not deleted.',
  permissions: ['ecs:DescribeServices'],
  select: { cluster: ecsName, service: ecsName },
  facts,
  read: async (call, { cluster = '', service: name = '' }) => {
    const service = await readService(call, call.place, { cluster, service: name });
    if (!service) return undefined;
    return {
      type: 'aws.ecs.service',
      id: service.arn,
      name,
      account: call.place.account,
      region: call.place.region,
      tags: service.tags,
      facts: facts.parse({
        cluster,
        status: service.status,
        desiredCount: service.desired,
        runningCount: service.running,
        pendingCount: service.pending,
        taskDefinition: service.taskDefinition,
        deployments: service.deployments.map(({ id, status, rolloutState, desired, running, failed, createdAt }) => ({
          id,
          status,
          rolloutState,
          desiredCount: desired,
          runningCount: running,
          failedTasks: failed,
          createdAt,
        })),
        deploying: isDeploying(service),
        circuitBreaker: service.circuitBreaker,
      }),
      readAt: new Date(call.now()).toISOString(),
    };
  },
};
