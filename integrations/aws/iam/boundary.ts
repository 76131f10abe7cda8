import type { JsonObject } from '../../../domain/json.js';
import type { RightsWish } from '../../contract/rights.js';
import { reads } from './resources.js';
import { policyOf, sorted } from './statements.js';

/**
 * What nobody needs to mend anything, of services that are used here: it ends something for good, or changes what runs or who may. No
 * role of ours is given any of it; the boundary holds although somebody should attach another policy.
 */
const never: Readonly<Record<string, readonly string[]>> = {
  autoscaling: ['Delete*', 'Detach*', 'Terminate*'],
  cloudtrail: ['Create*', 'Delete*', 'Put*', 'Stop*', 'Update*'],
  cloudwatch: ['Delete*', 'Disable*', 'PutMetricAlarm'],
  ec2: ['Delete*', 'Modify*', 'Terminate*'],
  ecs: ['Delete*', 'Deregister*', 'RegisterTaskDefinition'],
  lambda: ['AddPermission', 'Delete*', 'Put*', 'Update*'],
  rds: ['Delete*', 'Modify*', 'Restore*'],
  ssm: ['CreateDocument', 'Delete*', 'GetParameter*', 'Modify*', 'PutParameter', 'StartSession', 'UpdateDocument*'],
};

/**
 * The most that any role of ours can ever do, whatever is attached to it: what this version makes use of, and explicit refusals, which no
 * other policy can outweigh. It gives nothing by itself.
 */
export function boundaryOf(
  { able, protected: kept }: Pick<RightsWish, 'able' | 'protected'>,
  passable: readonly string[],
): JsonObject {
  const rights = sorted(able);
  const services = sorted(rights.map((right) => right.split(':')[0] ?? '')).filter((service) => service !== 'iam');
  const writes = rights.filter((right) => !reads(right));
  const deny = (Sid: string, rest: JsonObject): JsonObject => ({ Sid, Effect: 'Deny', ...rest });
  return policyOf([
    { Sid: 'WhatThisVersionCanUse', Effect: 'Allow', Action: rights, Resource: ['*'] },
    deny('NoOtherService', { NotAction: [...services.map((service) => `${service}:*`), 'iam:PassRole'], Resource: ['*'] }),
    deny('NoOtherRole', { Action: ['iam:PassRole'], NotResource: sorted(passable) }),
    deny('NothingForGood', {
      Action: services.flatMap((service) => (never[service] ?? []).map((name) => `${service}:${name}`)),
      Resource: ['*'],
    }),
    ...kept.map((one, index) =>
      'arn' in one
        ? deny(`Protected${index + 1}`, { Action: writes, Resource: [one.arn] })
        : deny(`Protected${index + 1}`, { Action: writes, Resource: ['*'], Condition: { StringEquals: tagsAs(one.tag) } }),
    ),
  ]);
}

const tagsAs = (tags: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
