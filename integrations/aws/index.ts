import { defineIntegration } from '../contract/integration.js';
import { ec2RebootInstance } from './actions/ec2-reboot-instance.js';
import { ec2RestartInstance } from './actions/ec2-restart-instance.js';
import { setDesiredCapacity } from './actions/autoscaling-set-desired-capacity.js';
import { redeployService } from './actions/ecs-redeploy-service.js';
import { setDesiredCount } from './actions/ecs-set-desired-count.js';
import { lambdaInvokeDurable } from './actions/lambda-invoke-durable.js';
import { lambdaInvoke } from './actions/lambda-invoke.js';
import { ssmRunCommand } from './actions/ssm-run-command.js';
import { rdsRebootInstance } from './actions/rds-reboot-instance.js';
import { ssmStartAutomation } from './actions/ssm-start-automation.js';
import { readCloudWatchBody } from './bodies/cloudwatch.js';
import { readEventBridgeBody } from './bodies/eventbridge.js';
import { changeCalendar } from './calendars/change-calendar.js';
import { autoscalingInService } from './checks/autoscaling-in-service.js';
import { cloudwatchAlarmOk } from './checks/cloudwatch-alarm-ok.js';
import { cloudwatchMetric } from './checks/cloudwatch-metric.js';
import { ec2StatusChecksOk } from './checks/ec2-status-checks.js';
import { ecsSteadyState } from './checks/ecs-steady-state.js';
import { ssmDiskBelow } from './checks/ssm-disk-below.js';
import { rdsAvailable } from './checks/rds-available.js';
import { connectAws } from './client.js';
import { sessionName, sourceIdentity } from './clients/sessions.js';
import { awsConfig, awsVariables } from './config.js';
import { iamRights } from './iam/rights.js';
import { iamStanding } from './iam/standing.js';
import { cloudwatchSource } from './sources/cloudwatch.js';
import { autoScalingGroup } from './targets/auto-scaling-group.js';
import { cloudwatchLogs } from './followers/cloudwatch-logs.js';
import { cloudwatchMetrics } from './followers/cloudwatch-metrics.js';
import { ec2Instance } from './targets/ec2-instance.js';
import { ecsService } from './targets/ecs-service.js';
import { rdsInstance } from './targets/rds-instance.js';
import { cloudwatchAlarmWitness } from './witnesses/cloudwatch-alarm.js';
import { unconfirmed } from './unconfirmed.js';

export const aws = defineIntegration({
  id: 'aws',
  summary: 'Amazon Web Services: SSM Automation, EC2, Auto Scaling, ECS and CloudWatch.',
  config: awsConfig,
  connect: (config) => connectAws(config),
  traces: (incident) => ({ roleSessionName: sessionName(incident), sourceIdentity: sourceIdentity(incident) }),
  variables: awsVariables,
  connectBy: 'AWS_REGION with AWS_PROFILE, AWS_ROLE_ARN or AWS_ACCESS_KEY_ID',
  sources: [cloudwatchSource],
  bodies: [readCloudWatchBody, readEventBridgeBody],
  witnesses: [cloudwatchAlarmWitness],
  targets: [ec2Instance, rdsInstance, autoScalingGroup, ecsService],
  actions: [
    ec2RebootInstance,
    ec2RestartInstance,
    rdsRebootInstance,
    setDesiredCapacity,
    redeployService,
    setDesiredCount,
    lambdaInvoke,
    lambdaInvokeDurable,
    ssmRunCommand,
    ssmStartAutomation,
  ],
  checks: [
    autoscalingInService,
    ecsSteadyState,
    cloudwatchAlarmOk,
    cloudwatchMetric,
    ec2StatusChecksOk,
    rdsAvailable,
    ssmDiskBelow,
  ],
  calendars: [changeCalendar],
  followers: [cloudwatchLogs, cloudwatchMetrics],
  rights: iamRights,
  rightsReader: iamStanding,
  unconfirmed,
});
