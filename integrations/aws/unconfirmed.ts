import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'aws.pagerduty-alarm-details',
    assumes: 'PagerDuty’s CloudWatch integration passes the alarm’s JSON on, for composite and metric-math alarms too.',
    tryIt:
      'Bring an EC2, an ECS, an RDS and a composite alarm into ALARM and compare GET /incidents/{id}/alerts with the fixtures.',
    rests: ['integrations/aws/bodies/cloudwatch.ts'],
  },
  {
    id: 'aws.sns-raw-delivery',
    assumes: 'A raw SNS delivery says so in the header x-amz-sns-rawdelivery, and carries no signature.',
    tryIt: 'Switch raw delivery on for a test subscription: the door should refuse it and name the header.',
    rests: ['integrations/aws/doors/sns.ts'],
  },
  {
    id: 'aws.sns-waits-for-the-answer',
    assumes: 'SNS waits about 15 s for an answer, and takes a 4xx other than 429 for final.',
    tryIt: 'Subscribe an endpoint that answers after 20 s and one that answers 400, and count the deliveries of one message.',
    rests: ['integrations/aws/doors/sns.ts', 'integrations/aws/doors/sns/door.ts'],
  },
  {
    id: 'aws.metric-math-alarm',
    assumes: 'An alarm on metric math has Trigger.Metrics in place of Dimensions.',
    tryIt: 'Bring a metric-math alarm into ALARM and compare the message with the reader of it.',
    rests: ['integrations/aws/bodies/cloudwatch.ts'],
  },
  {
    id: 'aws.repeated-client-token',
    assumes:
      'StartAutomationExecution with a ClientToken that was used answers with an error, or with the same execution; never with a second one.',
    tryIt: 'Send the same request twice on a harmless document; count the executions.',
    rests: ['integrations/aws/actions/ssm-start-automation.ts', 'integrations/aws/actions/automation-adopt.ts'],
  },
  {
    id: 'aws.automation-endings',
    assumes:
      'Runs of change requests and rate controls end as Rejected, ChangeCalendarOverrideRejected, CompletedWithSuccess, CompletedWithFailure or Exited.',
    tryIt: 'Run a document with a rate control of which one child fails, and look at the status that it ends with.',
    rests: ['integrations/aws/actions/automation-status.ts'],
  },
  {
    id: 'aws.automation-seen-late',
    assumes: 'Right after the start GetAutomationExecution may not find the execution yet.',
    tryIt: 'Ask in the same second as the start, some dozen times; AutomationExecutionNotFoundException is waited for.',
    rests: ['integrations/aws/actions/automation-wait.ts'],
  },
  {
    id: 'aws.capacity-out-of-bounds',
    assumes: 'A desired capacity out of the group’s bounds is refused with ValidationError and changes nothing.',
    tryIt: 'Set more than MaxSize on a test group: HTTP 400, and the capacity as it was.',
    rests: ['integrations/aws/errors.ts', 'integrations/aws/actions/autoscaling-set-desired-capacity.ts'],
  },
  {
    id: 'aws.reboot-of-a-stopped-instance',
    assumes: 'A reboot of a stopped instance is refused with IncorrectState or IncorrectInstanceState.',
    tryIt: 'Reboot a stopped test instance.',
    rests: ['integrations/aws/errors.ts', 'integrations/aws/actions/ec2-reboot-instance.ts'],
  },
  {
    id: 'aws.rights-of-the-effects',
    assumes:
      'What `opssentinel iam` writes for Lambda, Run Command, ECS, EC2, RDS, Auto Scaling and the log is enough, and its conditions hold.',
    tryIt: 'Put it on a test account’s roles and play each runbook once; then once on a resource without the tag: AccessDenied.',
    rests: [
      'integrations/aws/actions/lambda-function.ts',
      'integrations/aws/actions/ssm-run-command.ts',
      'integrations/aws/actions/ecs.ts',
      'integrations/aws/actions/ec2-instance.ts',
      'integrations/aws/actions/rds-reboot-instance.ts',
    ],
  },
  {
    id: 'aws.simulated-rights',
    assumes:
      'SimulatePrincipalPolicy compares a pattern in ResourceArns (instance/*) as text, judges the actions of one service together or answers InvalidInput, and refuses a role of another account.',
    tryIt:
      'Run opssentinel iam --rule NAME --env NAME --diff roles with credentials of the account: nothing with the written policies in force, one statement when it was taken away; once with credentials of another account.',
    rests: ['integrations/aws/iam/standing.ts'],
  },
  {
    id: 'aws.change-calendar-transition',
    assumes:
      'NextTransitionTime of a closed change calendar is when it opens again, and is left out where no event of it changes that.',
    tryIt: 'Add an event of ten minutes to a test calendar and ask GetCalendarState in it, then of a calendar without events.',
    rests: ['integrations/aws/calendars/change-calendar.ts'],
  },
  {
    id: 'aws.role-sessions',
    assumes:
      'A session whose role was reached through another role lasts 3,600 s at most; the trust policy needs sts:SetSourceIdentity and sts:TagSession.',
    tryIt: 'Start the effect worker with a role of its own and look at the first AssumeRole in CloudTrail.',
    rests: ['integrations/aws/clients/sessions.ts'],
  },
  {
    id: 'aws.trail-names-the-incident',
    assumes: 'CloudTrail shows session name and source identity on every call, and session tags on AssumeRole alone.',
    tryIt: 'After one remediation, look for the incident’s id in the events of the Act role.',
    rests: ['integrations/aws/clients/sessions.ts', 'integrations/aws/trail/event.ts'],
  },
  {
    id: 'aws.trail-names-resources',
    assumes:
      'CloudTrail’s event history finds EC2, RDS and Auto Scaling calls by ResourceName (instance id, database, group); calls of ECS and SSM only by EventName.',
    tryIt: 'Reboot, stop and modify one of each on a test account, and ask LookupEvents by ResourceName 15 minutes later.',
    rests: ['integrations/aws/trail/subjects.ts', 'integrations/aws/trail/writes.ts'],
  },
  {
    id: 'aws.trail-request-members',
    assumes:
      'requestParameters of an event hold instancesSet.items[].instanceId, dBInstanceIdentifier and forceFailover, autoScalingGroupName and desiredCapacity, service, cluster, desiredCount and forceNewDeployment; SendCommand shows instanceIds where they were given, and responseElements.command.commandId.',
    tryIt: 'Make each of these calls by hand on a test account and read CloudTrailEvent of its event.',
    rests: [
      'integrations/aws/trail/subjects.ts',
      'integrations/aws/actions/seen-trail.ts',
      'integrations/aws/actions/seen-document.ts',
    ],
  },
  {
    id: 'aws.trail-invoked-by',
    assumes:
      'What a service does on somebody’s behalf (an automation’s steps, Auto Scaling, CloudFormation) carries userIdentity.invokedBy, or the session of a role AWSServiceRoleFor….',
    tryIt: 'Run AWS-RestartEC2Instance on a test instance and read the events of StopInstances and StartInstances.',
    rests: ['integrations/aws/trail/event.ts'],
  },
  {
    id: 'aws.trail-tells-within',
    assumes: 'The event history tells of a management event within 15 minutes.',
    tryIt: 'Reboot a test instance some dozen times over a day, and measure when LookupEvents finds each.',
    rests: ['integrations/aws/actions/seen-trail.ts'],
  },
];
