import { sql, type Selectable } from 'kysely';
import type { Deploy } from '../domain/deploy.js';
import type { Database } from './database.js';
import type { Ledger } from './port.js';
import type { DeployTable } from './schema.js';
import { storableText } from './storable.js';

/** Most that one asking returns: whoever deploys a service more often in one day is deploying now. */
const most = 200;

export function deployBook(database: Database): Pick<Ledger, 'putDeploy' | 'deploysOf'> {
  return {
    putDeploy: (from, deploy) =>
      database.run(async (db) => {
        const row = rowOf(from, deploy);
        const written = await db
          .insertInto('deploy')
          .values({ ...row, at: database.now() })
          .onConflict((conflict) =>
            conflict.columns(['source', 'service', 'id']).doUpdateSet({
              says: sql`excluded.says`,
              environment: sql`coalesce(excluded.environment, deploy.environment)`,
              // Its beginning may be told after its end; what begins after the end is another try under the same id.
              started_at: sql`case when ${again} then excluded.started_at else least(deploy.started_at, excluded.started_at) end`,
              ended_at: sql`case when ${again} then null else greatest(deploy.ended_at, excluded.ended_at) end`,
              at: database.now(),
            }),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
        return deployOf(written);
      }),
    deploysOf: (services, sinceMs) =>
      database.run(async (db) => {
        const since = new Date(sinceMs);
        const rows = await db
          .selectFrom('deploy')
          .selectAll()
          .where(sql<boolean>`lower(service) in (select lower(name) from unnest(${services.map(storableText)}::text[]) as name)`)
          .where(sql<boolean>`coalesce(ended_at, started_at) >= ${since}`)
          .orderBy('started_at', 'desc')
          .limit(most)
          .execute();
        return rows.map((row) => ({ ...deployOf(row), from: row.source }));
      }),
  };
}

const again = sql<boolean>`(excluded.ended_at is null and excluded.started_at > deploy.ended_at)`;

function rowOf(from: string, { id, service, environment, says, startedAt, endedAt }: Deploy): Omit<DeployTable, 'at'> {
  return {
    source: storableText(from),
    service: storableText(service),
    id: storableText(id),
    environment: environment === undefined ? null : storableText(environment),
    says: storableText(says),
    started_at: dated(startedAt),
    ended_at: endedAt === undefined ? null : dated(endedAt),
  };
}

function dated(at: string): Date {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) throw new TypeError(`A deployment's times must be ISO 8601, not "${at}".`);
  return date;
}

function deployOf({ id, service, environment, says, started_at: startedAt, ended_at: endedAt }: Selectable<DeployTable>): Deploy {
  return {
    id,
    service,
    ...(environment === null ? {} : { environment }),
    says,
    startedAt: startedAt.toISOString(),
    ...(endedAt === null ? {} : { endedAt: endedAt.toISOString() }),
  };
}
