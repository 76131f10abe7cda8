import type { JsonObject } from '../../../domain/json.js';
import type { Place } from '../../contract/call.js';
import type { Grant } from '../../contract/grant.js';
import { instanceArn, partitionOf } from '../arn.js';

const arn = ({ account, region }: Place, service: string, rest: string): string =>
  `arn:${partitionOf(region)}:${service}:${region}:${account}:${rest}`;

const services = (place: Place): string => arn(place, 'ecs', 'service/*');
const databases = (place: Place): string => arn(place, 'rds', 'db:*');
const clusters = (place: Place): string => arn(place, 'rds', 'cluster:*');

/**
 * Reads that take a resource (Service Authorization Reference); all others take `*` and nothing else. cloudwatch:DescribeAlarms takes one
 * too, but then its answer leaves composite alarms out (API reference of DescribeAlarms), so it is asked for on `*`.
 */
const readable: Readonly<Record<string, (place: Place) => string>> = {
  'cloudwatch:ListTagsForResource': (place) => arn(place, 'cloudwatch', 'alarm:*'),
  'ecs:DescribeServices': services,
  'rds:DescribeDBClusters': clusters,
  'rds:DescribeDBInstances': databases,
};

export const reads = (action: string): boolean => /^[a-z0-9-]+:(Describe|Get|List|Lookup)[A-Z]/.test(action);

export const readGrant = (action: string, place: Place): Grant => ({
  sid: `Read${action.split(':')[1] ?? ''}`,
  actions: [action],
  resources: [readable[action]?.(place) ?? '*'],
});

const ifTagged = { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } };

/** Writes that a document of ours may do: on what is tagged for it. */
const writable: Readonly<Record<string, (place: Place) => string>> = {
  'autoscaling:SetDesiredCapacity': (place) => arn(place, 'autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*'),
  'ec2:RebootInstances': (place) => instanceArn(place, '*'),
  'ec2:StartInstances': (place) => instanceArn(place, '*'),
  'ec2:StopInstances': (place) => instanceArn(place, '*'),
  'ecs:UpdateService': services,
  'rds:RebootDBInstance': databases,
};

/** `undefined`: what it would have to be given is not known here. */
export function stepGrant(action: string, place: Place): Grant | undefined {
  if (reads(action)) return readGrant(action, place);
  const resource = writable[action];
  return (
    resource && {
      sid: action.split(':')[1] ?? '',
      actions: [action],
      resources: [resource(place)],
      conditions: ifTagged as JsonObject,
    }
  );
}
