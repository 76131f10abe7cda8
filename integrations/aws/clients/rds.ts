import {
  DescribeDBClustersCommand,
  type DescribeDBClustersCommandInput,
  DescribeDBInstancesCommand,
  type DescribeDBInstancesCommandInput,
  RDSClient,
  RebootDBInstanceCommand,
  type RebootDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import type { At, Connection } from './connection.js';

export function rdsCalls(connection: Connection) {
  const { read, write } = connection((settings) => new RDSClient(settings));
  return {
    describeInstances: (at: At, input: DescribeDBInstancesCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeDBInstancesCommand(input), options)),
    describeClusters: (at: At, input: DescribeDBClustersCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeDBClustersCommand(input), options)),
    rebootInstance: (at: At, input: RebootDBInstanceCommandInput) =>
      write(at, (sdk, options) => sdk.send(new RebootDBInstanceCommand(input), options)),
  };
}
