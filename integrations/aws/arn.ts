import type { Place } from '../contract/call.js';

export interface AlarmArn extends Place {
  arn: string;
  name: string;
}

// The alarm's name is everything after the sixth colon: names may hold colons, slashes and spaces.
const alarmPattern = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):([0-9]{12}):alarm:([\x20-\x7e\u00a0-\uffff]{1,255})$/;

/** Account, region and name of an alarm, or `undefined` when it is no alarm's ARN. */
export function parseAlarmArn(text: string): AlarmArn | undefined {
  const [, region, account, name] = alarmPattern.exec(text) ?? [];
  return region && account && name ? { arn: text, region, account, name } : undefined;
}

/** `aws`, or the partition of regions that stand apart. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

export const instanceArn = ({ account, region }: Place, id: string): string =>
  `arn:${partitionOf(region)}:ec2:${region}:${account}:instance/${id}`;

export const roleArn = ({ account, region }: Place, name: string): string =>
  `arn:${partitionOf(region)}:iam::${account}:role/${name}`;

export const functionArn = ({ account, region }: Place, name: string): string =>
  `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;

export const documentArn = ({ account, region }: Place, name: string): string =>
  `arn:${partitionOf(region)}:ssm:${region}:${account}:document/${name}`;
