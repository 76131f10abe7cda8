import type { Place } from '../../contract/call.js';
import { type Reading, within } from '../call.js';

export interface StatusChecks {
  /** `pending`, `running`, `stopping`, … */
  state: string;
  /** `ok`, `impaired`, `initializing`, `insufficient-data`, `not-applicable`. */
  instance: string;
  system: string;
}

/** DescribeInstanceStatus of one instance, running or not. Throws VendorError. */
export async function statusChecksOf(call: Reading<'ec2'>, place: Place, id: string): Promise<StatusChecks | undefined> {
  // Without IncludeAllInstances EC2 answers for running instances only.
  const answer = await call.client.ec2.describeInstanceStatus(within(call, place), {
    InstanceIds: [id],
    IncludeAllInstances: true,
  });
  const status = answer.InstanceStatuses?.find(({ InstanceId }) => InstanceId === id);
  if (!status) return undefined;
  return {
    state: status.InstanceState?.Name ?? 'unknown',
    instance: status.InstanceStatus?.Status ?? 'unknown',
    system: status.SystemStatus?.Status ?? 'unknown',
  };
}
