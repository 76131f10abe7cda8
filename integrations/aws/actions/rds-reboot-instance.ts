import { z } from 'zod';
import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import { defineAction } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import { partitionOf } from '../arn.js';
import type { AwsClient } from '../client.js';
import { type DatabaseState, readDatabase, rdsInstance } from '../targets/rds-instance.js';
import { trailGrant, trailRight } from '../trail/writes.js';
import { mayBegin, refused } from './parameters.js';
import { seenDatabaseRebooted } from './seen-database.js';
import { watch } from './watch.js';

const params = z.strictObject({
  instance: z.string().regex(rdsInstance.select['DBInstanceIdentifier'] as RegExp, 'is the identifier of an RDS instance'),
  /** Moves to the standby in another zone instead of restarting in place. */
  failover: z.boolean(),
});

interface RebootRef extends JsonObject {
  instance: string;
  failover: boolean;
  /** Zone before it. */
  zone: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** RDS says `rebooting` at once; so long a list may still lag behind what it answered. Milliseconds. */
const statusLag = 30_000;
/** A crash recovery can take long. Milliseconds. */
const longest = 60 * 60_000;

/** Out of which a database does not come back by waiting (RDS, "Viewing DB instance status"). */
const broken =
  /^(failed|stopped|stopping|deleting|restore-error|storage-full|inaccessible-encryption-credentials.*|incompatible-.*)$/;

/** Reboots one database instance and waits until it is available again. */
export const rdsRebootInstance = defineAction<AwsClient>()({
  id: 'aws.rds.reboot-instance',
  summary: 'Reboot an RDS database instance, with a failover where the runbook says so.',
  risk: 'disruptive',
  riskOf: ({ failover }) => (failover ? 'destructive' : 'disruptive'),
  // RebootDBInstance has no token; during a reboot a second one is refused, after it, it is not.
  idempotency: 'at-most-once',
  permissions: ['rds:RebootDBInstance', 'rds:DescribeDBInstances', trailRight],
  grants: ({ account, region }) => {
    const databases = `arn:${partitionOf(region)}:rds:${region}:${account}:db:*`;
    return [
      {
        sid: 'RebootDatabase',
        actions: ['rds:RebootDBInstance'],
        resources: [databases],
        conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
      },
      { sid: 'DescribeDatabases', actions: ['rds:DescribeDBInstances'], resources: [databases], by: 'both' },
      trailGrant,
    ];
  },
  params,
  written: {
    params: z.strictObject({ failover: z.boolean().default(false) }),
    settle: ({ failover = false }: { failover?: boolean }, { type, name, facts }) => {
      if (type !== 'aws.rds.instance') return { ok: false, because: `the target is ${type}, not an RDS instance` };
      if (failover && facts['multiAz'] === false)
        return { ok: false, because: `${name} is not Multi-AZ: there is nothing to fail over to` };
      return { ok: true, params: { instance: name, failover } };
    },
  },
  says: ({ instance, failover }) => `reboot database ${instance}${failover ? ' with failover to its standby' : ''}`,
  warns: ({ failover }) =>
    failover
      ? 'breaks every connection and moves to the standby: its address resolves elsewhere, and what caches names goes on to the old one'
      : 'breaks every connection until the database is available again',
  preState: async (call, { instance, failover }, target) => {
    if (instance !== target.name) throw refused(`the parameters name ${instance}, and the target is ${target.name}`);
    return rebootable(await readDatabase(call, instance), instance, failover);
  },
  start: async (call, { instance, failover }, { startBy, preState }) => {
    mayBegin(call.now(), startBy);
    const { DBInstance: answered } = await call.client.rds.rebootInstance(call, {
      DBInstanceIdentifier: instance,
      ...(failover ? { ForceFailover: true } : {}),
    });
    if (answered?.DBInstanceStatus === undefined)
      throw new VendorError('aws', 'ambiguous', `RebootDBInstance answered without the state of ${instance}`);
    return {
      ref: refOf({ instance, failover }, preState, call.now()),
      says: `rds:RebootDBInstance: ${instance} is ${answered.DBInstanceStatus}`,
    };
  },
  wait: (call, ref) => waitUntilAvailable(call, ref as RebootRef),
  adopt: async (call, wanted, { preState, since }) => {
    const now = await readDatabase(call, wanted.instance);
    // It was `available` when it was admitted. That it is again does not prove that it never rebooted.
    const seen = now?.status === 'rebooting' || (wanted.failover && now !== undefined && now.zone !== preState['zone']);
    return seen ? { found: true, ref: refOf(wanted, preState, since) } : { found: false, certain: false };
  },
  seenDone: (call, wanted, target, within) => seenDatabaseRebooted(call, wanted, target, within),
  undo: 'none',
});

const refOf = ({ instance, failover }: z.infer<typeof params>, { zone }: JsonObject, startedAt: number): RebootRef => ({
  instance,
  failover,
  zone: typeof zone === 'string' ? zone : '',
  startedAt,
});

/** What is recorded; throws for what RDS would refuse, or has another call for (contracts 5.6). */
function rebootable(found: DatabaseState | undefined, instance: string, failover: boolean): JsonObject {
  if (!found) throw new VendorError('aws', 'absent', `there is no database instance ${instance}`);
  const { status, engine, cluster, multiAz, zone } = found;
  if (cluster !== '') throw refused(`${instance} belongs to the cluster ${cluster}, which RebootDBCluster is for`);
  if (engine.startsWith('custom-')) throw refused(`${instance} is RDS Custom (${engine}), which RDS does not reboot this way`);
  if (failover && !multiAz) throw refused(`${instance} is not Multi-AZ: there is nothing to fail over to`);
  if (status !== 'available') throw new VendorError('aws', 'conflict', `${instance} is ${status}, not available`);
  return { status, engine, multiAz, zone };
}

function waitUntilAvailable(call: CallWith<AwsClient>, ref: RebootRef): Promise<EffectEnd> {
  const { instance, startedAt } = ref;
  let seen = false;
  return watch(call, { id: instance, by: 'RDS', startedAt, longestMs: longest }, async () => {
    const now = await readDatabase(call, instance);
    if (!now) return { status: 'failed', says: `there is no database instance ${instance} any more` };
    if (broken.test(now.status)) return { status: 'failed', says: `${instance} is ${now.status} after its reboot` };
    if (now.status !== 'available') {
      seen = true;
      return undefined;
    }
    if (!seen && call.now() - startedAt < statusLag) return undefined;
    return { status: 'succeeded', says: `${instance} is available again${movedTo(now, ref)}` };
  });
}

/** RDS may show the old zone for a while after a failover, so this is told and not judged. */
function movedTo({ zone }: DatabaseState, { failover, zone: before }: RebootRef): string {
  if (!failover) return '';
  return zone === before ? `, still shown in ${zone}` : `, in ${zone} instead of ${before}`;
}
