import type { GroupHealth } from '../../../domain/surroundings.js';
import type { Target } from '../../../domain/target.js';
import { VendorError } from '../../contract/errors.js';
import type { Reading } from '../call.js';
import { clean } from '../errors.js';
import { allOf } from './surroundings.js';

/** A cluster has at most 16 members (Amazon Aurora User Guide, quotas); RDS gives at most a hundred at once. */
const pageOf = 100;

/**
 * The members of a database cluster that stand in for this one: for a reader the readers, for the writer every member, since a reader takes
 * its place. `undefined`: it is in no cluster. Throws VendorError.
 */
export async function clusterGroup(
  call: Reading<'rds'>,
  { name: id, facts }: Pick<Target, 'name' | 'facts'>,
): Promise<GroupHealth | undefined> {
  const { cluster } = facts;
  if (typeof cluster !== 'string' || cluster === '') return undefined;
  const [{ DBClusters = [] }, available] = await Promise.all([
    call.client.rds.describeClusters(call, { DBClusterIdentifier: cluster }),
    availableIn(call, cluster),
  ]);
  const members = DBClusters.find(({ DBClusterIdentifier: name }) => name === cluster)?.DBClusterMembers ?? [];
  const own = members.find(({ DBInstanceIdentifier: name }) => name === id);
  if (!own) throw new VendorError('aws', 'absent', `cluster ${clean(cluster, 80)} does not list ${id}`);
  const writer = own.IsClusterWriter === true;
  const alike = members.filter((member) => writer || member.IsClusterWriter !== true);
  const isWell = ({ DBInstanceIdentifier: name = '' }: (typeof members)[number]): boolean => available.has(name);
  return {
    name: `${writer ? 'members' : 'readers'} of cluster ${clean(cluster, 80)}`,
    total: alike.length,
    healthy: alike.filter(isWell).length,
    targetHealthy: isWell(own),
  };
}

async function availableIn(call: Reading<'rds'>, cluster: string): Promise<Set<string>> {
  const instances = await allOf(`members of cluster ${clean(cluster, 80)}`, pageOf, async (marker) => {
    const { DBInstances = [], Marker } = await call.client.rds.describeInstances(call, {
      Filters: [{ Name: 'db-cluster-id', Values: [cluster] }],
      MaxRecords: pageOf,
      ...(marker === undefined ? {} : { Marker: marker }),
    });
    return { items: DBInstances, next: Marker };
  });
  return new Set(
    instances.flatMap(({ DBInstanceIdentifier: name, DBInstanceStatus: status, DBClusterIdentifier: of }) =>
      name !== undefined && status === 'available' && of === cluster ? [name] : [],
    ),
  );
}
