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
    if ((await versionOf(client)) === migrations.length) return;
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

async function versionOf(client: pg.Client): Promise<number> {
  const there = await client.query<{ is: boolean }>(`select to_regclass('schema_version') is not null as is`);
  if (!there.rows[0]?.is) return 0;
  const version = await client.query<{ version: number }>('select coalesce(max(version), 0)::int as version from schema_version');
  return version.rows[0]?.version ?? 0;
}

async function applyMissing(client: pg.Client): Promise<void> {
  await client.query(
    'create table if not exists schema_version (version int primary key, name text not null, at timestamptz not null default clock_timestamp())',
  );
  // Not by name again: who has waited here for another process may still believe that there is no such table.
  const applied = await client.query<{ version: number }>('select coalesce(max(version), 0)::int as version from schema_version');
  const version = applied.rows[0]?.version ?? 0;
  if (version > migrations.length) {
    throw new Error(
      `the ledger's schema is version ${version}, newer than this program knows (${migrations.length}): use a newer OpsSentinel.`,
    );
  }
  for (const [index, { name, sql }] of migrations.entries()) {
    if (index < version) continue;
    await client.query(sql);
    await client.query('insert into schema_version (version, name) values ($1, $2)', [index + 1, name]);
  }
}
