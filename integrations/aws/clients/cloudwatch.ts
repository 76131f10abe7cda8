import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListTagsForResourceCommand,
  type ListTagsForResourceCommandInput,
  PutMetricDataCommand,
  type PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { At, Connection } from './connection.js';

export function cloudwatchCalls(connection: Connection) {
  const { read, write } = connection((settings) => new CloudWatchClient(settings));
  return {
    describeAlarms: (at: At, input: DescribeAlarmsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeAlarmsCommand(input), options)),
    getMetricData: (at: At, input: GetMetricDataCommandInput) =>
      read(at, (sdk, options) => sdk.send(new GetMetricDataCommand(input), options)),
    listTagsForResource: (at: At, input: ListTagsForResourceCommandInput) =>
      read(at, (sdk, options) => sdk.send(new ListTagsForResourceCommand(input), options)),
    putMetricData: (at: At, input: PutMetricDataCommandInput) =>
      write(at, (sdk, options) => sdk.send(new PutMetricDataCommand(input), options)),
  };
}
