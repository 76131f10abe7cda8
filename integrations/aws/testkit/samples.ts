import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ActionSample, VendorSamples } from '../../contract/testkit/sample.js';
import { ec2RebootInstance } from '../actions/ec2-reboot-instance.js';
import { ec2RestartInstance } from '../actions/ec2-restart-instance.js';
import { lambdaInvokeDurable } from '../actions/lambda-invoke-durable.js';
import { lambdaInvoke } from '../actions/lambda-invoke.js';
import { ssmRunCommand } from '../actions/ssm-run-command.js';
import { rdsRebootInstance } from '../actions/rds-reboot-instance.js';
import { ssmStartAutomation } from '../actions/ssm-start-automation.js';
import { type AwsClient, connectAws } from '../client.js';
import type { AwsConfig } from '../config.js';
import { calendarSamples } from './calendar-samples.js';
import { readSamples, tellSamples } from './call-samples.js';
import { capacitySamples } from './capacity-samples.js';
import { database, instance, online } from './targets.js';

export { database, instance, online } from './targets.js';

/** Against the sandbox, as patient as a busy machine needs. Milliseconds. */
export const connectSandbox = (address: string, requestMs = 5_000): AwsClient =>
  connectAws({ region: undefined, endpoint: address, credentials: 'sandbox' }, { connect: 2_000, request: requestMs }, requestMs);

/** For what never answers: with a deadline that a test can wait for. */
export const connectImpatient = (address: string): AwsClient => connectSandbox(address, 700);

export const documentHash = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(new URL(`../documents/${name}.yaml`, import.meta.url)))
    .digest('hex');

export const restart = (id: string, document = 'OpsSentinel-RestartInstance') => ({
  document,
  version: '7',
  sha256: documentHash(document),
  parameters: { InstanceId: id },
});

export const invocation = (id: string, name = 'ops-restart-instance', version = '12') => ({
  function: name,
  version,
  payload: { instanceId: id, force: false, attempts: 2 },
});

export const cleaning = {
  document: 'OpsSentinel-CleanTempFiles',
  version: '7',
  sha256: documentHash('OpsSentinel-CleanTempFiles'),
  parameters: { Path: '/', MinAgeHours: '24' },
  startWithin: '60s',
  timeout: '120s',
};

const actions: readonly ActionSample<AwsClient>[] = [
  ...capacitySamples.map((sample): ActionSample<AwsClient> => ({ ...sample, connect: connectImpatient })),
  {
    action: ssmStartAutomation,
    connect: connectImpatient,
    params: restart('i-0aa11bb22cc33dd44'),
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'ssm:StartAutomationExecution',
  },
  {
    action: lambdaInvoke,
    connect: connectImpatient,
    params: invocation('i-0aa11bb22cc33dd44'),
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'lambda:Invoke',
  },
  {
    action: lambdaInvokeDurable,
    connect: connectImpatient,
    params: invocation('i-0aa11bb22cc33dd44', 'ops-restart-instance-durable', '3'),
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'lambda:Invoke',
  },
  {
    action: ssmRunCommand,
    connect: connectImpatient,
    params: cleaning,
    target: online('i-0bb22cc33dd44ee55'),
    operation: 'ssm:SendCommand',
  },
  {
    action: ec2RebootInstance,
    connect: connectImpatient,
    params: { instance: 'i-0aa11bb22cc33dd44', allowGroupMember: false },
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'ec2:RebootInstances',
  },
  {
    action: ec2RestartInstance,
    connect: connectImpatient,
    params: { instance: 'i-0aa11bb22cc33dd44', allowGroupMember: false },
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'ec2:StopInstances',
  },
  {
    action: rdsRebootInstance,
    connect: connectImpatient,
    params: { instance: 'orders', failover: false },
    target: database('orders'),
    operation: 'rds:RebootDBInstance',
  },
];

export const samples: VendorSamples<AwsConfig, AwsClient> = {
  connect: (config, deadlineMs) => connectAws(config, { connect: 300, request: deadlineMs }, deadlineMs),
  environment: { OPSSENTINEL_CLOUDWATCH_NAMESPACE: 'OpsSentinel' },
  readBySdk: ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  actions,
  reads: [...readSamples, ...calendarSamples],
  tells: tellSamples,
};
