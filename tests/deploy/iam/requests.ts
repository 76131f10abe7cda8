import type { Target } from '../../../domain/target.js';
import type { Asked } from './evaluate.js';

/** A line of the simulator's CloudTrail. */
export interface TrailEvent {
  operation: string;
  account: string;
  region: string;
  role: string;
  requestParameters: Record<string, unknown>;
}

/** Which right, on which kind of resource: Service Authorization Reference of each service. These take no resource at all. */
const withoutResource = new Set([
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeInstanceRefreshes',
  'autoscaling:DescribeScalingActivities',
  // Takes one, and then leaves composite alarms out.
  'cloudwatch:DescribeAlarms',
  'cloudwatch:GetMetricData',
  'cloudtrail:LookupEvents',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstances',
  'ssm:CancelCommand',
  'ssm:DescribeAutomationExecutions',
  'ssm:DescribeInstanceInformation',
  'ssm:DescribeSessions',
  'ssm:GetCommandInvocation',
  'ssm:ListCommands',
]);

/** What AWS asks IAM before it answers this call. Throws Error for an operation that this test does not know. */
export function askedBy(event: TrailEvent, targets: ReadonlyMap<string, Target>): Asked[] {
  const { operation, account, region, requestParameters: given } = event;
  const text = (name: string): string => String(given[name]);
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;
  const one = (resource: string, context: Asked['context'] = {}, action = operation): Asked => ({ action, resource, context });
  const tag = (resource: string): readonly string[] => [targets.get(resource)?.tags['opssentinel'] ?? ''];
  const tagged = (resource: string): Asked => one(resource, { 'aws:ResourceTag/opssentinel': tag(resource) });
  if (withoutResource.has(operation)) return [one('*')];
  switch (operation) {
    case 'ssm:StartAutomationExecution': {
      const execution = arn('ssm', 'automation-execution/00000000-0000-4000-8000-000000000000');
      const parameters = given['Parameters'] as Record<string, string[]>;
      return [
        one(documentOf(text('DocumentName'), arn), { 'ssm:DocumentVersion': [text('DocumentVersion')] }),
        one(execution),
        one(execution, {}, 'ssm:AddTagsToResource'),
        one(parameters['AutomationAssumeRole']?.[0] ?? '', { 'iam:PassedToService': ['ssm.amazonaws.com'] }, 'iam:PassRole'),
      ];
    }
    case 'ssm:SendCommand':
      return [
        one(documentOf(text('DocumentName'), arn)),
        ...(given['InstanceIds'] as string[]).map((id) => {
          const instance = arn('ec2', `instance/${id}`);
          return one(instance, { 'ssm:resourceTag/opssentinel': tag(instance) });
        }),
      ];
    case 'ssm:DescribeDocument':
      return [one(documentOf(text('Name'), arn))];
    case 'ssm:GetAutomationExecution':
    case 'ssm:StopAutomationExecution':
      return [one(arn('ssm', `automation-execution/${text('AutomationExecutionId')}`))];
    case 'ssm:ListTagsForResource':
      return [one(arn('ssm', `automation-execution/${text('ResourceId')}`))];
    case 'lambda:Invoke':
      return [one(arn('lambda', `function:${text('functionName')}:${text('qualifier')}`), {}, 'lambda:InvokeFunction')];
    case 'lambda:GetFunctionConfiguration':
      return [one(arn('lambda', `function:${text('functionName')}:${text('qualifier')}`))];
    case 'cloudwatch:ListTagsForResource':
      return [one(text('ResourceARN'))];
    case 'autoscaling:SetDesiredCapacity':
      return [tagged(named(targets, 'aws.autoscaling.group', text('AutoScalingGroupName')))];
    case 'lambda:ListDurableExecutionsByFunction':
      return [one(arn('lambda', `function:${text('functionName')}:${text('qualifier')}`))];
    case 'lambda:GetDurableExecution':
      return [one(text('durableExecutionArn'))];
    case 'ec2:RebootInstances':
    case 'ec2:StartInstances':
    case 'ec2:StopInstances':
      return [tagged(arn('ec2', `instance/${text('InstanceId.1')}`))];
    case 'rds:DescribeDBInstances':
      return [one(arn('rds', `db:${String(given['DBInstanceIdentifier'] ?? '*')}`))];
    case 'rds:DescribeDBClusters':
      return [one(arn('rds', `cluster:${text('DBClusterIdentifier')}`))];
    case 'rds:RebootDBInstance':
      return [tagged(arn('rds', `db:${text('DBInstanceIdentifier')}`))];
    case 'ecs:DescribeServices':
      return (given['services'] as string[]).map((name) => one(arn('ecs', `service/${text('cluster')}/${name}`)));
    case 'ecs:UpdateService':
      return [tagged(arn('ecs', `service/${text('cluster')}/${text('service')}`))];
    default:
      throw new Error(
        `Which right ${operation} takes is not known to this test: add it from the Service Authorization Reference.`,
      );
  }
}

/** Documents of AWS belong to no account (contracts 5.8). */
const documentOf = (name: string, arn: (service: string, rest: string) => string): string =>
  name.startsWith('AWS') ? arn('ssm', `document/${name}`).replace(/:\d{12}:/, '::') : arn('ssm', `document/${name}`);

const named = (targets: ReadonlyMap<string, Target>, type: string, name: string): string =>
  [...targets.values()].find((target) => target.type === type && target.name === name)?.id ?? '';
