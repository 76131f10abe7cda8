import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import type { AwsClient } from '../client.js';
import { statusChecksOf } from '../targets/ec2-status.js';

/** EC2's own two reachability checks. A reboot never changes the instance's state, so the state alone proves nothing. */
export const ec2StatusChecksOk = defineCheck<AwsClient>()({
  id: 'aws.ec2.status-checks-ok',
  summary: 'The EC2 instance runs, and both of its status checks are ok.',
  permissions: ['ec2:DescribeInstanceStatus'],
  params: z.strictObject({}),
  read: async (call, _params, target) => {
    const status = await statusChecksOf(call, target, target.name);
    if (!status) return { ok: false, says: 'EC2 tells no status of it' };
    if (status.state !== 'running') return { ok: false, says: `the instance is ${status.state}` };
    if (status.instance === 'ok' && status.system === 'ok') return { ok: true, says: 'both status checks ok' };
    return { ok: false, says: `instance check ${status.instance}, system check ${status.system}` };
  },
});
