import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import type { TargetDefinition } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import { ofThisAccount } from '../call.js';
import type { AwsClient } from '../client.js';
import { clusterGroup } from './database-cluster.js';
import { surroundingsOf } from './surroundings.js';

/** What rules and runbooks may read of a database instance, as `target.<fact>`. */
const facts = z.object({
  status: z.string().describe('available, rebooting, modifying, backing-up, …'),
  engine: z.string().describe('e.g. postgres; custom-… is RDS Custom'),
  multiAz: z.boolean().describe('it has a standby in another zone'),
  class: z.string().describe('e.g. db.m6g.large'),
  cluster: z.string().describe('the cluster that it belongs to; "" when none'),
  endpoint: z.string().describe('host and port; "" while it has none'),
});

/** A database instance as RDS has it now. */
export interface DatabaseState extends z.infer<typeof facts> {
  name: string;
  arn: string;
  zone: string;
  tags: Record<string, string>;
}

export const rdsInstance: TargetDefinition<AwsClient> = {
  type: 'aws.rds.instance',
  summary: 'One RDS database instance.',
  permissions: ['rds:DescribeDBInstances', 'rds:DescribeDBClusters'],
  // At most 63 letters, digits and hyphens, a letter first, no hyphen last and no two in a row (RDS, DBInstanceIdentifier).
  select: { DBInstanceIdentifier: /^[A-Za-z](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,62}$/ },
  facts,
  read: async (call, { DBInstanceIdentifier: id }) => {
    const found = id === undefined ? undefined : await readDatabase(call, id);
    if (!found) return undefined;
    const { name, arn, tags } = found;
    return {
      type: 'aws.rds.instance',
      id: arn,
      name,
      account: call.place.account,
      region: call.place.region,
      tags,
      facts: facts.parse(found),
      readAt: new Date(call.now()).toISOString(),
    };
  },
  // Whoever is logged in to the database is the application too: RDS lists no people.
  around: (call, target) => surroundingsOf(() => clusterGroup(call, target)),
};

/** Throws VendorError; `undefined`: there is none of that name. */
export async function readDatabase(
  call: Pick<CallWith<AwsClient>, 'client' | 'place' | 'signal' | 'incident'>,
  id: string,
): Promise<DatabaseState | undefined> {
  try {
    const { DBInstances = [] } = await call.client.rds.describeInstances(call, { DBInstanceIdentifier: id });
    // RDS keeps names in lower case, whatever they are asked by.
    const found = DBInstances.find(({ DBInstanceIdentifier: name }) => name?.toLowerCase() === id.toLowerCase());
    if (!found) return undefined;
    ofThisAccount(found.DBInstanceArn ?? '', call.place);
    const { Address: host, Port: port } = found.Endpoint ?? {};
    return {
      name: found.DBInstanceIdentifier ?? id,
      arn: found.DBInstanceArn ?? '',
      status: found.DBInstanceStatus ?? 'unknown',
      engine: found.Engine ?? 'unknown',
      multiAz: found.MultiAZ ?? false,
      class: found.DBInstanceClass ?? 'unknown',
      cluster: found.DBClusterIdentifier ?? '',
      endpoint: host === undefined ? '' : `${host}:${port ?? ''}`,
      zone: found.AvailabilityZone ?? '',
      tags: Object.fromEntries(
        (found.TagList ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])),
      ),
    };
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'absent') return undefined;
    throw error;
  }
}
