import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandInput,
  DescribeInstanceRefreshesCommand,
  type DescribeInstanceRefreshesCommandInput,
  DescribeScalingActivitiesCommand,
  type DescribeScalingActivitiesCommandInput,
  SetDesiredCapacityCommand,
  type SetDesiredCapacityCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { At, Connection } from './connection.js';

export function autoScalingCalls(connection: Connection) {
  const { read, write } = connection((settings) => new AutoScalingClient(settings));
  return {
    describeGroups: (at: At, input: DescribeAutoScalingGroupsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeAutoScalingGroupsCommand(input), options)),
    describeActivities: (at: At, input: DescribeScalingActivitiesCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeScalingActivitiesCommand(input), options)),
    describeRefreshes: (at: At, input: DescribeInstanceRefreshesCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeInstanceRefreshesCommand(input), options)),
    setDesiredCapacity: (at: At, input: SetDesiredCapacityCommandInput) =>
      write(at, (sdk, options) => sdk.send(new SetDesiredCapacityCommand(input), options)),
  };
}
