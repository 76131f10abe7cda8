import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { failure, formOf, isQuery, membersOf, type Scope } from './wire.js';

/** What each operation must be given, as it stands on the wire: contracts 5 and 6 (the services' models; `models.test.ts` compares). Paths are left out. */
export const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  'autoscaling:DescribeInstanceRefreshes': ['AutoScalingGroupName'],
  'autoscaling:SetDesiredCapacity': ['AutoScalingGroupName', 'DesiredCapacity'],
  'cloudwatch:GetMetricData': ['MetricDataQueries', 'StartTime', 'EndTime'],
  'cloudwatch:ListTagsForResource': ['ResourceARN'],
  'cloudwatch:PutMetricData': ['Namespace'],
  'ec2:RebootInstances': ['InstanceId'],
  'ec2:StartInstances': ['InstanceId'],
  'ec2:StopInstances': ['InstanceId'],
  'ecs:DescribeServices': ['services'],
  'ecs:UpdateService': ['service'],
  'iam:SimulatePrincipalPolicy': ['PolicySourceArn', 'ActionNames'],
  'logs:CreateLogStream': ['logGroupName', 'logStreamName'],
  'logs:PutLogEvents': ['logGroupName', 'logStreamName', 'logEvents'],
  'rds:RebootDBInstance': ['DBInstanceIdentifier'],
  'ssm:CancelCommand': ['CommandId'],
  'ssm:DescribeDocument': ['Name'],
  'ssm:DescribeSessions': ['State'],
  'ssm:GetAutomationExecution': ['AutomationExecutionId'],
  'ssm:GetCalendarState': ['CalendarNames'],
  'ssm:GetCommandInvocation': ['CommandId', 'InstanceId'],
  'ssm:GetDocument': ['Name'],
  'ssm:ListTagsForResource': ['ResourceType', 'ResourceId'],
  'ssm:SendCommand': ['DocumentName'],
  'ssm:StartAutomationExecution': ['DocumentName'],
  'ssm:StopAutomationExecution': ['AutomationExecutionId'],
  'sts:AssumeRole': ['RoleArn', 'RoleSessionName'],
};

/** As each service calls a member that is missing. */
const codes: Readonly<Record<string, string>> = {
  cloudwatch: 'MissingRequiredParameterException',
  ec2: 'MissingParameter',
  ecs: 'InvalidParameterException',
  logs: 'InvalidParameterException',
  rds: 'MissingParameter',
};

/** The refusal of a request that lacks what its operation must be given; `undefined`: it lacks nothing. */
export function lacking(request: WireRequest, operation: string, { service }: Scope): WireResponse | undefined {
  const wanted = requiredMembers[operation];
  if (!wanted) return undefined;
  const given = isQuery(service) ? [...formOf(request).keys()].map((key) => key.split('.')[0]) : Object.keys(membersOf(request));
  const missing = wanted.find((name) => !given.includes(name));
  if (missing === undefined) return undefined;
  const code = codes[operation.split(':')[0] ?? ''] ?? 'ValidationException';
  return failure(
    request,
    isQuery(service) && code === 'ValidationException' ? 'ValidationError' : code,
    `${missing} is required.`,
  );
}
