import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { shippedDatabases, type SimulatedDatabase } from './databases.js';
import { element, failure, formOf, listIn, queryResult, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

const namespace = 'http://rds.amazonaws.com/doc/2014-10-31/';

/** How long a reboot takes. Milliseconds at speed 1; the real one takes a minute or more. */
const rebootTakes = 1_500;

/** Of `POST settings`: `{"database": {"id": "orders", "status": "modifying", …}}`. */
export interface RdsSettings {
  database?: { id: string; [field: string]: unknown };
}

export interface Rds {
  set: (wanted: RdsSettings) => void;
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  reset: () => void;
}

/** RDS in the query protocol: DescribeDBInstances, DescribeDBClusters and RebootDBInstance. */
export function createRds(world: AwsWorld): Rds {
  let databases = shippedDatabases();

  const listed = (scope: Scope): SimulatedDatabase[] =>
    [...databases.values()].filter(({ account, region }) => account === scope.account && region === scope.region);

  const describe = (scope: Scope, request: WireRequest): WireResponse => {
    const form = formOf(request);
    const wanted = form.get('DBInstanceIdentifier')?.toLowerCase();
    // Source: the service's model (botocore rds 2014-10-31), DescribeDBInstances: the filter db-cluster-id.
    const clusters = listIn(form, 'Filters.Filter.1.Values.Value');
    const found = listed(scope).filter(
      ({ id, cluster }) => (wanted ?? id) === id && (clusters.length === 0 || clusters.includes(cluster ?? '')),
    );
    if (wanted !== undefined && found.length === 0) return notFound(request, wanted);
    const { page, next } = world.page(found, form.get('Marker'));
    const items = page.map((database) => `<DBInstance>${described(database)}</DBInstance>`).join('');
    const marker = next === undefined ? '' : element('Marker', next);
    return queryResult(namespace, 'DescribeDBInstances', `${marker}<DBInstances>${items}</DBInstances>`);
  };

  // Source: the service's model (botocore rds 2014-10-31), DescribeDBClusters.
  const describeClusters = (scope: Scope, request: WireRequest): WireResponse => {
    const wanted = formOf(request).get('DBClusterIdentifier')?.toLowerCase();
    const names = [...new Set(listed(scope).flatMap(({ cluster }) => cluster ?? []))];
    const found = names.filter((name) => (wanted ?? name) === name);
    if (wanted !== undefined && found.length === 0)
      return failure(request, 'DBClusterNotFoundFault', `DBCluster ${wanted} not found.`, 404);
    const items = found.map((name) => clusterOf(name, scope, listed(scope)));
    return queryResult(namespace, 'DescribeDBClusters', `<DBClusters>${items.join('')}</DBClusters>`);
  };

  const reboot = (scope: Scope, request: WireRequest): WireResponse => {
    const form = formOf(request);
    const id = form.get('DBInstanceIdentifier')?.toLowerCase() ?? '';
    const failover = form.get('ForceFailover') === 'true';
    const database = databases.get(id);
    if (!database || database.account !== scope.account || database.region !== scope.region) return notFound(request, id);
    const problem = problemWith(database, failover);
    if (problem) return failure(request, problem.code, problem.says);
    database.status = 'rebooting';
    if (failover) [database.zone, database.standby] = [database.standby ?? database.zone, database.zone];
    world.sandbox.later(world.paced(rebootTakes), () => {
      if (database.status === 'rebooting') database.status = 'available';
      world.heal({ DBInstanceIdentifier: id });
    });
    world.sandbox.effect({
      vendor: 'aws',
      operation: 'rds:RebootDBInstance',
      target: id,
      // The call cannot carry a key.
      key: '',
      outcome: failover ? 'rebooting with failover' : 'rebooting',
    });
    return queryResult(namespace, 'RebootDBInstance', `<DBInstance>${described(database)}</DBInstance>`);
  };

  return {
    set: ({ database }) => {
      if (database) Object.assign(databases.get(database.id) ?? {}, database);
    },
    answer: (scope, action, request) => {
      if (action === 'DescribeDBInstances') return describe(scope, request);
      if (action === 'DescribeDBClusters') return describeClusters(scope, request);
      return action === 'RebootDBInstance' ? reboot(scope, request) : undefined;
    },
    reset: () => {
      databases = shippedDatabases();
    },
  };
}

const notFound = (request: WireRequest, id: string): WireResponse =>
  failure(request, 'DBInstanceNotFound', `DBInstance ${id} not found.`, 404);

/** contracts 5.6: only from `available`, failover only on Multi-AZ, not for RDS Custom; a cluster's members go with RebootDBCluster. */
function problemWith({ id, status, engine, cluster, multiAz }: SimulatedDatabase, failover: boolean) {
  if (engine.startsWith('custom-') || (cluster !== undefined && failover))
    return { code: 'InvalidParameterCombination', says: `Rebooting ${id} is not supported for this DB instance.` };
  if (status !== 'available')
    return { code: 'InvalidDBInstanceState', says: `DB Instance ${id} is in ${status} state and cannot be rebooted.` };
  if (failover && !multiAz)
    return { code: 'InvalidParameterCombination', says: 'Cannot failover a DB instance that is not Multi-AZ.' };
  return undefined;
}

function clusterOf(name: string, { account, region }: Scope, databases: readonly SimulatedDatabase[]): string {
  const members = databases.filter(({ cluster }) => cluster === name);
  const items = members.map(
    ({ id, writer = false }) =>
      `<DBClusterMember>${element('DBInstanceIdentifier', id)}${element('IsClusterWriter', writer)}${element('PromotionTier', 1)}</DBClusterMember>`,
  );
  return `<DBCluster>${[
    element('DBClusterIdentifier', name),
    element('DBClusterArn', `arn:aws:rds:${region}:${account}:cluster:${name}`),
    element('Engine', members[0]?.engine ?? ''),
    element('Status', 'available'),
    `<DBClusterMembers>${items.join('')}</DBClusterMembers>`,
  ].join('')}</DBCluster>`;
}

function described(database: SimulatedDatabase): string {
  const { id, account, region, zone, standby, cluster } = database;
  const tags = Object.entries(database.tags).map(([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`);
  const address = element('Address', `${id}.c0ffee.${region}.rds.amazonaws.com`);
  return [
    element('DBInstanceIdentifier', id),
    element('DBInstanceArn', `arn:aws:rds:${region}:${account}:db:${id}`),
    element('DBInstanceClass', database.class),
    element('Engine', database.engine),
    element('DBInstanceStatus', database.status),
    element('MultiAZ', database.multiAz),
    element('AvailabilityZone', `${region}${zone}`),
    standby === undefined ? '' : element('SecondaryAvailabilityZone', `${region}${standby}`),
    cluster === undefined ? '' : element('DBClusterIdentifier', cluster),
    database.status === 'creating' ? '' : `<Endpoint>${address}${element('Port', 5432)}</Endpoint>`,
    `<TagList>${tags.join('')}</TagList>`,
  ].join('');
}
