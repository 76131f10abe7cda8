import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { ActionSample } from '../../contract/testkit/sample.js';
import { setDesiredCapacity } from '../actions/autoscaling-set-desired-capacity.js';
import { redeployService } from '../actions/ecs-redeploy-service.js';
import { setDesiredCount } from '../actions/ecs-set-desired-count.js';

const place = { account: '444455556666', region: 'eu-west-1', environment: 'prod' };

/** The sandbox's group as it is when nothing has happened. */
export const group = (facts: JsonObject = {}): Target => ({
  type: 'aws.autoscaling.group',
  id: 'arn:aws:autoscaling:eu-west-1:444455556666:autoScalingGroup:8d1b1f3e-0000-4000-8000-000000000001:autoScalingGroupName/checkout-web',
  name: 'checkout-web',
  ...place,
  tags: { opssentinel: 'allow' },
  facts: { desiredCapacity: 4, minSize: 2, maxSize: 12, ...facts },
  readAt: '2026-09-30T08:14:02.000Z',
});

export const webRevision = 'arn:aws:ecs:eu-west-1:444455556666:task-definition/web:42';

/** The sandbox's service as it is when nothing has happened. */
export const service = (facts: JsonObject = {}): Target => ({
  type: 'aws.ecs.service',
  id: 'arn:aws:ecs:eu-west-1:444455556666:service/prod/web',
  name: 'web',
  ...place,
  tags: { opssentinel: 'allow' },
  facts: { cluster: 'prod', desiredCount: 3, taskDefinition: webRevision, ...facts },
  readAt: '2026-09-30T08:14:02.000Z',
});

/** One use of every action on capacity, but for how it connects. */
export const capacitySamples: readonly Omit<ActionSample, 'connect'>[] = [
  {
    action: setDesiredCapacity,
    params: { group: 'checkout-web', from: 4, desired: 6, ceiling: 12, move: 'out' },
    target: group(),
    operation: 'autoscaling:SetDesiredCapacity',
  },
  {
    action: redeployService,
    params: { cluster: 'prod', service: 'web', taskDefinition: webRevision },
    target: service(),
    operation: 'ecs:UpdateService',
  },
  {
    action: setDesiredCount,
    params: { cluster: 'prod', service: 'web', from: 3, desired: 5, ceiling: 6, move: 'out' },
    target: service(),
    operation: 'ecs:UpdateService',
  },
];
