import {
  DescribeServicesCommand,
  type DescribeServicesCommandInput,
  ECSClient,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import type { At, Connection } from './connection.js';

export function ecsCalls(connection: Connection) {
  const { read, write } = connection((settings) => new ECSClient(settings));
  return {
    describeServices: (at: At, input: DescribeServicesCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeServicesCommand(input), options)),
    updateService: (at: At, input: UpdateServiceCommandInput) =>
      write(at, (sdk, options) => sdk.send(new UpdateServiceCommand(input), options)),
  };
}
