import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeInstanceStatusCommand,
  type DescribeInstanceStatusCommandInput,
  EC2Client,
  RebootInstancesCommand,
  type RebootInstancesCommandInput,
  StartInstancesCommand,
  type StartInstancesCommandInput,
  StopInstancesCommand,
  type StopInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import type { At, Connection } from './connection.js';

export function ec2Calls(connection: Connection) {
  const { read, write } = connection((settings) => new EC2Client(settings));
  return {
    describeInstances: (at: At, input: DescribeInstancesCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeInstancesCommand(input), options)),
    describeInstanceStatus: (at: At, input: DescribeInstanceStatusCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeInstanceStatusCommand(input), options)),
    rebootInstances: (at: At, input: RebootInstancesCommandInput) =>
      write(at, (sdk, options) => sdk.send(new RebootInstancesCommand(input), options)),
    stopInstances: (at: At, input: StopInstancesCommandInput) =>
      write(at, (sdk, options) => sdk.send(new StopInstancesCommand(input), options)),
    startInstances: (at: At, input: StartInstancesCommandInput) =>
      write(at, (sdk, options) => sdk.send(new StartInstancesCommand(input), options)),
  };
}
