import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import { within } from '../call.js';
import type { AwsClient } from '../client.js';
import { readDatabase } from '../targets/rds-instance.js';

/** `available` says that RDS lets clients connect; not that the database answers well. */
export const rdsAvailable = defineCheck<AwsClient>()({
  id: 'aws.rds.available',
  summary: 'The RDS database instance is available.',
  permissions: ['rds:DescribeDBInstances'],
  params: z.strictObject({}),
  read: async (call, _params, target) => {
    const found = await readDatabase(within(call, target), target.name);
    if (!found) return { ok: false, says: `RDS knows no instance ${target.name}` };
    return { ok: found.status === 'available', says: `database ${found.status}` };
  },
});
