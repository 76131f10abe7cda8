import type { Grant, GrantUse } from '../../contract/grant.js';
import { partitionOf, roleArn } from '../arn.js';
import { trailGrant } from '../trail/writes.js';

export const standardRole = 'OpsSentinelAutomation';

/**
 * What one pinned document needs (contracts 5.8): the document itself, by version where it is our own, and the executions.
 * Documents of AWS have no account in their ARN. Without the condition on PassRole the role could be handed to any service.
 */
export function automationGrants({ account, region, params }: GrantUse): Grant[] {
  const arn = `arn:${partitionOf(region)}:ssm:${region}`;
  const { document, version, assumeRole = standardRole } = params as { document: string; version: string; assumeRole?: string };
  // Nobody else may call a document so: the prefixes are AWS's own.
  const awsOwned = document.startsWith('AWS');
  const resource = document.startsWith('arn:') ? document : `${arn}:${awsOwned ? '' : account}:document/${document}`;
  return [
    {
      sid: awsOwned ? 'StartAwsOwned' : 'StartPinned',
      actions: ['ssm:StartAutomationExecution'],
      resources: [resource],
      ...(awsOwned || version === '*'
        ? {}
        : { conditions: { 'ForAnyValue:StringEquals': { 'ssm:DocumentVersion': [version] } } }),
    },
    { sid: 'ReadDocument', actions: ['ssm:DescribeDocument'], resources: [resource], by: 'read' },
    {
      sid: 'Execution',
      actions: [
        'ssm:StartAutomationExecution',
        'ssm:GetAutomationExecution',
        'ssm:StopAutomationExecution',
        'ssm:AddTagsToResource',
        'ssm:ListTagsForResource',
      ],
      resources: [`${arn}:${account}:automation-execution/*`],
    },
    { sid: 'FindExecutions', actions: ['ssm:DescribeAutomationExecutions'], resources: ['*'], by: 'both' },
    // Whether somebody else ran it, for a rule that only observes.
    {
      sid: 'ReadExecutions',
      actions: ['ssm:GetAutomationExecution', 'ssm:ListTagsForResource'],
      resources: [`${arn}:${account}:automation-execution/*`],
      by: 'read',
    },
    trailGrant,
    {
      sid: 'PassAutomationRole',
      actions: ['iam:PassRole'],
      resources: [roleArn({ account, region }, assumeRole)],
      conditions: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
    },
  ];
}
