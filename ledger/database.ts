import { Kysely, PostgresDialect, sql, type RawBuilder, type Transaction } from 'kysely';
import pg from 'pg';
import { LedgerUnavailable } from './port.js';
import type { Schema } from './schema.js';
import { asUnavailable } from './unavailable.js';

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;

/** The connection pool, with one rule: an operation ends within the deadline, or it fails with LedgerUnavailable. */
export interface Database {
  /** All queries of one operation go over one connection. */
  run: <T>(operation: (db: Db) => Promise<T>) => Promise<T>;
  /** The same, as one transaction (read committed). */
  transaction: <T>(operation: (tx: Tx) => Promise<T>) => Promise<T>;
  /** The database's clock as SQL; the injected one in tests. */
  now: () => RawBuilder<Date>;
  url: string;
  deadlineMs: number;
  close: () => Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Of every operation, waiting for a connection included. */
  deadlineMs: number;
  now?: () => number;
}

export function openDatabase({ url, deadlineMs, now }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 12,
    connectionTimeoutMillis: deadlineMs,
    statement_timeout: deadlineMs,
    idle_in_transaction_session_timeout: deadlineMs * 2,
    keepAlive: true,
    application_name: 'opssentinel',
  });
  // A connection that breaks, idle or lent, also emits an event; unheard, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const run = <T>(operation: (db: Db) => Promise<T>): Promise<T> => withinDeadline(pool, deadlineMs, operation);
  return {
    run,
    transaction: (operation) => run((db) => db.transaction().execute(operation)),
    now: () =>
      now ? sql<Date>`${new Date(now()).toISOString()}::timestamptz` : sql<Date>`date_trunc('milliseconds', clock_timestamp())`,
    url,
    deadlineMs,
    close: () => (pool.ended ? Promise.resolve() : pool.end()),
  };
}

/** On the deadline the connection is destroyed: what it was doing is rolled back by the server, or has been committed already. */
async function withinDeadline<T>(pool: pg.Pool, deadlineMs: number, operation: (db: Db) => Promise<T>): Promise<T> {
  let over = false;
  let client: pg.PoolClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  const work = async (): Promise<T> => {
    const mine = await pool.connect();
    if (over) {
      mine.release();
      throw late(deadlineMs);
    }
    client = mine;
    return operation(kyselyOn(mine, () => over, deadlineMs));
  };
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      over = true;
      reject(late(deadlineMs));
    }, deadlineMs);
  });
  let failed: unknown;
  try {
    return await Promise.race([work(), deadline]);
  } catch (problem) {
    failed = asUnavailable(problem);
    throw failed;
  } finally {
    clearTimeout(timer);
    client?.release(over || failed instanceof LedgerUnavailable);
  }
}

const late = (deadlineMs: number): LedgerUnavailable =>
  new LedgerUnavailable(`the ledger does not answer within ${deadlineMs} ms`);

/** Kysely over one borrowed connection, which it neither ends nor gives back. */
function kyselyOn(client: pg.PoolClient, isOver: () => boolean, deadlineMs: number): Db {
  const bounded = {
    query: (text: string, values: unknown[]) => (isOver() ? Promise.reject(late(deadlineMs)) : client.query(text, values)),
    release: () => undefined,
  };
  // The dialect's own type asks for a cursor overload that we never use.
  const lent = {
    connect: () => Promise.resolve(bounded),
    end: () => Promise.resolve(),
  };
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: lent as never }),
  });
}
