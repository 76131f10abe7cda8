import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import { within } from '../call.js';
import type { AwsClient } from '../client.js';

const params = z.strictObject({
  /** Well while less than this is used. */
  percent: z.number().gt(0).max(100),
  /** Where the disk is mounted. */
  path: z
    .string()
    .max(255)
    .regex(/^\/[A-Za-z0-9._/-]*$/, 'is an absolute path of letters, digits and . _ / -')
    .default('/'),
});

/** Newer than this is what the disk is like now: the agent publishes every minute, or every five. Milliseconds. */
const fresh = 6 * 60_000;
const period = 60;

/**
 * Reads what the CloudWatch agent publishes of the instance's disk (docs/adr/0005: a command on the host would be a write).
 * No datapoint is not well: what is dead reports nothing.
 */
export const ssmDiskBelow = defineCheck<AwsClient>()({
  id: 'aws.ssm.disk-below',
  summary: 'The newest disk_used_percent of a disk of the instance is below a limit.',
  permissions: ['cloudwatch:GetMetricData'],
  params,
  read: async (call, { percent, path }, target) => {
    if (target.type !== 'aws.ec2.instance' || !/^i-[0-9a-f]{8,17}$/.test(target.name))
      throw new VendorError('aws', 'refused', `a disk is one of an instance, and the target is ${target.type} ${target.name}`);
    const used = await usedPercent(within(call, target), target.name, path);
    if (used === undefined)
      return {
        ok: false,
        says: `no disk_used_percent of ${path} in the last ${fresh / 60_000} min; does the CloudWatch agent run?`,
      };
    const ok = used < percent;
    return { ok, says: `disk ${path} ${Number(used.toFixed(1))} % used, ${ok ? '' : 'not '}below ${percent} %` };
  },
});

/**
 * One Metrics Insights query: the agent's metric has more dimensions than anybody knows (device, fstype, image, type), and as
 * MetricStat all of them would have to be named. The values cannot hold a quote.
 */
async function usedPercent(call: CallWith<AwsClient>, instance: string, path: string): Promise<number | undefined> {
  const { MetricDataResults = [] } = await call.client.cloudwatch.getMetricData(call, {
    StartTime: new Date(call.now() - fresh),
    EndTime: new Date(call.now()),
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [
      {
        Id: 'used',
        Expression: `SELECT MAX(disk_used_percent) FROM CWAgent WHERE "InstanceId" = '${instance}' AND "path" = '${path}'`,
        Period: period,
      },
    ],
  });
  const result = MetricDataResults.find(({ Id }) => Id === 'used');
  if (result?.StatusCode === 'InternalError' || result?.StatusCode === 'Forbidden')
    throw new VendorError('aws', 'unavailable', `GetMetricData answered ${result.StatusCode} for disk_used_percent`);
  return result?.Values?.[0];
}
