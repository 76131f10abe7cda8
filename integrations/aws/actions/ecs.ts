import type { Target } from '../../../domain/target.js';
import type { Grant, GrantUse } from '../../contract/grant.js';
import { partitionOf } from '../arn.js';
import type { ServiceName, ServiceState } from '../services.js';
import { trailGrant } from '../trail/writes.js';
import { refused } from './parameters.js';

/** The locked and budgeted target must be the very service that the parameters name. Throws `refused`. */
export function aimsAtService({ cluster, service: name }: ServiceName, service: ServiceState, target: Target): void {
  if (name !== target.name || cluster !== target.facts['cluster'] || service.arn !== target.id)
    throw refused(`the parameters name the service ${cluster}/${name}, and the target is ${target.id}`);
}

/** No condition key limits UpdateService to a forced deployment or to a count (contracts 5.8); iam:PassRole is not given, so no other role can come in. */
export function ecsGrants({ account, region }: GrantUse): Grant[] {
  return [
    {
      sid: 'UpdateEcsService',
      actions: ['ecs:UpdateService'],
      // Which service is known only when an alert comes; its tag says that it may be one of ours.
      resources: [`arn:${partitionOf(region)}:ecs:${region}:${account}:service/*`],
      conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
    },
    {
      sid: 'ReadEcsServices',
      actions: ['ecs:DescribeServices'],
      resources: [`arn:${partitionOf(region)}:ecs:${region}:${account}:service/*`],
      by: 'both',
    },
    trailGrant,
  ];
}
