import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import type { AwsClient } from '../client.js';
import { readService, revisionOf } from '../services.js';
import { serviceFacts } from '../targets/ecs-service.js';

/** ECS calls a service steady when nothing is left to do. Tasks that run beside a rollout are no proof: the old ones run until its end. */
export const ecsSteadyState = defineCheck<AwsClient>()({
  id: 'aws.ecs.steady-state',
  summary: 'The ECS service has one deployment, completed, and runs as many tasks as it wants.',
  permissions: ['ecs:DescribeServices'],
  params: z.strictObject({}),
  read: async (call, _params, target) => {
    const { cluster } = serviceFacts.pick({ cluster: true }).parse(target.facts);
    const service = await readService(call, target, { cluster, service: target.name });
    if (!service) return { ok: false, says: 'the service is not there any more' };
    const { desired, running, pending, deployments } = service;
    const [deployment, ...more] = deployments;
    const tasks = `${running} of ${desired} running`;
    if (!deployment) return { ok: false, says: `${tasks}, no deployment` };
    if (more.length > 0) return { ok: false, says: `${tasks}, ${deployments.length} deployments` };
    if (deployment.status !== 'PRIMARY' || deployment.rolloutState !== 'COMPLETED')
      return { ok: false, says: `${tasks}, deployment ${deployment.status} ${deployment.rolloutState || 'of an unknown state'}` };
    // A service that wants nothing serves nobody.
    if (desired === 0) return { ok: false, says: 'it wants no task at all' };
    if (running !== desired || pending > 0) return { ok: false, says: `${tasks}, ${pending} pending` };
    return { ok: true, says: `${tasks}, ${revisionOf(deployment.taskDefinition)} COMPLETED` };
  },
});
