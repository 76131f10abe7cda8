import pg from 'pg';
import { sql } from 'kysely';
import type { Database } from './database.js';
import type { Ledger } from './port.js';

type Cursors = Pick<Ledger, 'cursor' | 'moveCursor' | 'cursors' | 'followAlone'>;

/** How often somebody who follows alone shows that its connection still lives. Milliseconds. */
const pulseMs = 5_000;

/** How far each follower has come. */
export function cursorBook(database: Database): Cursors {
  return {
    cursor: (follower) =>
      database.run(async (db) => {
        // Whoever is new begins at the end: what happened before was told elsewhere, or is long past what a sink takes.
        await sql`insert into follower (name, seq, skipped, at)
          select ${follower}, seq, 0, ${database.now()} from chain_head on conflict (name) do nothing`.execute(db);
        const row = await db.selectFrom('follower').select('seq').where('name', '=', follower).executeTakeFirstOrThrow();
        return Number(row.seq);
      }),
    moveCursor: (follower, seq, skipped) =>
      database.run(async (db) => {
        // Never backwards: two that believe themselves alone for a moment must not undo each other.
        await sql`update follower set seq = ${String(seq)}::bigint, skipped = skipped + ${skipped}, at = ${database.now()}
          where name = ${follower} and seq < ${String(seq)}::bigint`.execute(db);
      }),
    cursors: () =>
      database.run(async (db) => {
        const head = await db.selectFrom('chain_head').select('seq').executeTakeFirstOrThrow();
        const rows = await db.selectFrom('follower').selectAll().orderBy('name').execute();
        return rows.map(({ name, seq, skipped, at }) => ({
          follower: name,
          behind: Number(head.seq) - Number(seq),
          skipped,
          at: at.toISOString(),
        }));
      }),
    followAlone: (follower) => holdAlone(database, follower),
  };
}

/** An advisory lock on a connection of its own: it ends with the connection, and so with the process. */
async function holdAlone({ url, deadlineMs }: Database, follower: string): Promise<Awaited<ReturnType<Ledger['followAlone']>>> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
    keepAlive: true,
    application_name: `opssentinel follower ${follower}`.slice(0, 63),
  });
  let lost = false;
  client.on('error', () => (lost = true));
  client.once('end', () => (lost = true));
  const end = (): Promise<void> => client.end().catch(() => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ got: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
      `follower ${follower}`,
    ]);
    if (answer.rows[0]?.got !== true) {
      await end();
      return undefined;
    }
  } catch {
    await end();
    return undefined;
  }
  const pulse = setInterval(() => void client.query('select 1').catch(() => (lost = true)), pulseMs);
  pulse.unref();
  return {
    lost: () => lost,
    release: async () => {
      clearInterval(pulse);
      await end();
    },
  };
}
