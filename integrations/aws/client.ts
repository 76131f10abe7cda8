import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  type DescribeAlarmsCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  type DescribeInstancesCommandOutput,
  DescribeInstanceStatusCommand,
  type DescribeInstanceStatusCommandInput,
  type DescribeInstanceStatusCommandOutput,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeAutomationExecutionsCommand,
  type DescribeAutomationExecutionsCommandInput,
  type DescribeAutomationExecutionsCommandOutput,
  DescribeDocumentCommand,
  type DescribeDocumentCommandInput,
  type DescribeDocumentCommandOutput,
  DescribeInstanceInformationCommand,
  type DescribeInstanceInformationCommandInput,
  type DescribeInstanceInformationCommandOutput,
  GetAutomationExecutionCommand,
  type GetAutomationExecutionCommandInput,
  type GetAutomationExecutionCommandOutput,
  ListTagsForResourceCommand,
  type ListTagsForResourceCommandInput,
  type ListTagsForResourceCommandOutput,
  SSMClient,
  StartAutomationExecutionCommand,
  type StartAutomationExecutionCommandInput,
  type StartAutomationExecutionCommandOutput,
} from '@aws-sdk/client-ssm';
import type { Call, Place } from '../contract/call.js';
import type { AwsConfig } from './config.js';
import { asVendorError } from './errors.js';

/** What a request needs to know of its call. */
type At = Pick<Call, 'place' | 'signal'>;
type Operation<Input, Output> = (at: At, input: Input) => Promise<Output>;

/** The AWS calls that this product makes, and no others. Each is one HTTP request, at most once, and throws VendorError. */
export interface AwsClient {
  describeAlarms: Operation<DescribeAlarmsCommandInput, DescribeAlarmsCommandOutput>;
  describeInstances: Operation<DescribeInstancesCommandInput, DescribeInstancesCommandOutput>;
  describeInstanceStatus: Operation<DescribeInstanceStatusCommandInput, DescribeInstanceStatusCommandOutput>;
  describeInstanceInformation: Operation<DescribeInstanceInformationCommandInput, DescribeInstanceInformationCommandOutput>;
  describeDocument: Operation<DescribeDocumentCommandInput, DescribeDocumentCommandOutput>;
  getAutomation: Operation<GetAutomationExecutionCommandInput, GetAutomationExecutionCommandOutput>;
  describeAutomations: Operation<DescribeAutomationExecutionsCommandInput, DescribeAutomationExecutionsCommandOutput>;
  listTags: Operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>;
  /** The one write. `ambiguous` when it may have happened. */
  startAutomation: Operation<StartAutomationExecutionCommandInput, StartAutomationExecutionCommandOutput>;
}

/** Milliseconds. */
export interface AwsTimeouts {
  connect: number;
  /** From the first byte sent to the last byte read. */
  request: number;
}

export function connectAws(config: AwsConfig, timeouts: AwsTimeouts = { connect: 2_000, request: 8_000 }): AwsClient {
  const ssm = perPlace((place) => new SSMClient(settings(config, place, timeouts)));
  const ec2 = perPlace((place) => new EC2Client(settings(config, place, timeouts)));
  const cloudwatch = perPlace((place) => new CloudWatchClient(settings(config, place, timeouts)));
  const read = <Output>(at: At, send: (options: SendOptions) => Promise<Output>) => attempt(at, 'read', timeouts, send);
  return {
    describeAlarms: (at, input) => read(at, (options) => cloudwatch(at.place).send(new DescribeAlarmsCommand(input), options)),
    describeInstances: (at, input) => read(at, (options) => ec2(at.place).send(new DescribeInstancesCommand(input), options)),
    describeInstanceStatus: (at, input) =>
      read(at, (options) => ec2(at.place).send(new DescribeInstanceStatusCommand(input), options)),
    describeInstanceInformation: (at, input) =>
      read(at, (options) => ssm(at.place).send(new DescribeInstanceInformationCommand(input), options)),
    describeDocument: (at, input) => read(at, (options) => ssm(at.place).send(new DescribeDocumentCommand(input), options)),
    getAutomation: (at, input) => read(at, (options) => ssm(at.place).send(new GetAutomationExecutionCommand(input), options)),
    describeAutomations: (at, input) =>
      read(at, (options) => ssm(at.place).send(new DescribeAutomationExecutionsCommand(input), options)),
    listTags: (at, input) => read(at, (options) => ssm(at.place).send(new ListTagsForResourceCommand(input), options)),
    startAutomation: (at, input) =>
      attempt(at, 'write', timeouts, (options) => ssm(at.place).send(new StartAutomationExecutionCommand(input), options)),
  };
}

interface SendOptions {
  abortSignal: AbortSignal;
}

async function attempt<Output>(
  at: At,
  kind: 'read' | 'write',
  timeouts: AwsTimeouts,
  send: (options: SendOptions) => Promise<Output>,
): Promise<Output> {
  try {
    return await send({ abortSignal: AbortSignal.any([at.signal, AbortSignal.timeout(timeouts.connect + timeouts.request)]) });
  } catch (error) {
    throw asVendorError(error, kind);
  }
}

/** One SDK client per account and region, made on first use. */
function perPlace<Client>(make: (place: Place) => Client): (place: Place) => Client {
  const made = new Map<string, Client>();
  return (place) => {
    const key = `${place.account}/${place.region}`;
    const known = made.get(key) ?? make(place);
    made.set(key, known);
    return known;
  };
}

/**
 * `maxAttempts: 1`: the SDK would repeat a write after a timeout or a 5xx, whatever the operation, and Temporal repeats reads.
 * Without `throwOnRequestTimeout` the SDK only logs a request that takes too long.
 */
function settings(config: AwsConfig, place: Place, timeouts: AwsTimeouts) {
  return {
    region: place.region || config.region || 'us-east-1',
    maxAttempts: 1,
    customUserAgent: 'opssentinel',
    requestHandler: {
      connectionTimeout: timeouts.connect,
      requestTimeout: timeouts.request,
      socketTimeout: timeouts.request,
      throwOnRequestTimeout: true,
    },
    ...(config.endpoint ? { endpoint: config.endpoint } : {}),
    ...(config.credentials === 'sandbox' ? { credentials: sandboxCredentials(place.account) } : {}),
  };
}

/** Worth nothing anywhere. The key id carries the account, because a simulator cannot look up whose key it is. */
const sandboxCredentials = (account: string) => ({ accessKeyId: `SANDBOX${account}`, secretAccessKey: 'sandbox' });
