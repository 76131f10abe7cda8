import pg from 'pg';
import { migrations } from './migrations.js';
import { asUnavailable } from './unavailable.js';

/** Any fixed number of our own: all processes that open the same ledger at once take turns on it. */
const lockKey = '7311049362054321';
const migrateWithinMs = 60_000;

/** Brings the schema up to date. Does nothing, and needs no right to create, when it is. */
export async function migrate(url: string, connectWithinMs: number): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectWithinMs,
    statement_timeout: migrateWithinMs,
    query_timeout: migrateWithinMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (compared(await appliedTo(client)) === migrations.length) return;
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1::bigint)', [lockKey]);
    await applyMissing(client);
    await client.query('commit');
  } catch (problem) {
    throw asUnavailable(problem);
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Applied {
  version: number;
  name: string;
}

async function appliedTo(client: pg.Client): Promise<Applied[]> {
  const there = await client.query<{ is: boolean }>(`select to_regclass('schema_version') is not null as is`);
  return there.rows[0]?.is ? allOf(client) : [];
}

const allOf = async (client: pg.Client): Promise<Applied[]> =>
  (await client.query<Applied>('select version, name from schema_version order by version')).rows;

/** How many of ours stand. What was applied under a number stays under it: a ledger of another line of versions would be half of each. */
function compared(applied: readonly Applied[]): number {
  const version = applied.at(-1)?.version ?? 0;
  if (version > migrations.length)
    throw new Error(
      `the ledger's schema is version ${version}, newer than this program knows (${migrations.length}): use a newer OpsSentinel.`,
    );
  const other = applied.find((one) => migrations[one.version - 1]?.name !== one.name);
  if (other)
    throw new Error(
      `version ${other.version} of the ledger's schema is "${other.name}", and this program's is "${migrations[other.version - 1]?.name}": another line of versions made it. Use the OpsSentinel that made it, or another database.`,
    );
  return version;
}

async function applyMissing(client: pg.Client): Promise<void> {
  await client.query(
    'create table if not exists schema_version (version int primary key, name text not null, at timestamptz not null default clock_timestamp())',
  );
  // Not asked whether it is there: who has waited here for another process may still believe that there is no such table.
  const version = compared(await allOf(client));
  for (const [index, { name, sql }] of migrations.entries()) {
    if (index < version) continue;
    await client.query(sql);
    await client.query('insert into schema_version (version, name) values ($1, $2)', [index + 1, name]);
  }
}
