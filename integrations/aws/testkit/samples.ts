import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Target } from '../../../domain/target.js';
import type { ActionSample } from '../../contract/testkit/sample.js';
import { ec2RebootInstance } from '../actions/ec2-reboot-instance.js';
import { ec2RestartInstance } from '../actions/ec2-restart-instance.js';
import { lambdaInvokeDurable } from '../actions/lambda-invoke-durable.js';
import { lambdaInvoke } from '../actions/lambda-invoke.js';
import { ssmRunCommand } from '../actions/ssm-run-command.js';
import { rdsRebootInstance } from '../actions/rds-reboot-instance.js';
import { ssmStartAutomation } from '../actions/ssm-start-automation.js';
import { type AwsClient, connectAws } from '../client.js';
import { capacitySamples } from './capacity-samples.js';

/** Against the sandbox, with a deadline that a test can wait for. */
export const connectSandbox = (address: string): AwsClient =>
  connectAws({ region: undefined, endpoint: address, credentials: 'sandbox' }, { connect: 300, request: 700 }, 700);

export const documentHash = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(new URL(`../documents/${name}.yaml`, import.meta.url)))
    .digest('hex');

export const instance = (id: string, account = '111122223333'): Target => ({
  type: 'aws.ec2.instance',
  id: `arn:aws:ec2:eu-west-1:${account}:instance/${id}`,
  name: id,
  account,
  region: 'eu-west-1',
  environment: 'staging',
  tags: { opssentinel: 'allow' },
  facts: {},
  readAt: '2026-09-30T08:14:02.000Z',
});

export const database = (id: string, account = '444455556666'): Target => ({
  ...instance(id, account),
  type: 'aws.rds.instance',
  id: `arn:aws:rds:eu-west-1:${account}:db:${id}`,
});

export const restart = (id: string, document = 'OpsSentinel-RestartInstance') => ({
  document,
  version: '7',
  sha256: documentHash(document),
  parameters: { InstanceId: id },
});

/** An instance whose SSM agent answers. */
export const online = (id: string): Target => ({ ...instance(id), facts: { ssmPing: 'Online' } });

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

/** One use of every action of this integration. */
export const awsSamples: readonly ActionSample[] = [
  ...capacitySamples.map((sample): ActionSample => ({ ...sample, connect: connectSandbox })),
  {
    action: ssmStartAutomation,
    connect: connectSandbox,
    params: restart('i-0aa11bb22cc33dd44'),
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'ssm:StartAutomationExecution',
  },
  {
    action: lambdaInvoke,
    connect: connectSandbox,
    params: invocation('i-0aa11bb22cc33dd44'),
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'lambda:Invoke',
  },
  {
    action: lambdaInvokeDurable,
    connect: connectSandbox,
    params: invocation('i-0aa11bb22cc33dd44', 'ops-restart-instance-durable', '3'),
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'lambda:Invoke',
  },
  {
    action: ssmRunCommand,
    connect: connectSandbox,
    params: cleaning,
    target: online('i-0bb22cc33dd44ee55'),
    operation: 'ssm:SendCommand',
  },
  {
    action: ec2RebootInstance,
    connect: connectSandbox,
    params: { instance: 'i-0aa11bb22cc33dd44', allowGroupMember: false },
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'ec2:RebootInstances',
  },
  {
    action: ec2RestartInstance,
    connect: connectSandbox,
    params: { instance: 'i-0aa11bb22cc33dd44', allowGroupMember: false },
    target: instance('i-0aa11bb22cc33dd44'),
    operation: 'ec2:StopInstances',
  },
  {
    action: rdsRebootInstance,
    connect: connectSandbox,
    params: { instance: 'orders', failover: false },
    target: database('orders'),
    operation: 'rds:RebootDBInstance',
  },
];
