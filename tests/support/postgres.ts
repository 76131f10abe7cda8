import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../cli/local/postgres.js';
import { migrate } from '../../ledger/migrate.js';

/** A real PostgreSQL of this test file's own, with a fresh database for every asking. */
export interface TestPostgres {
  /** Address of a new, empty database. */
  freshUrl: () => Promise<string>;
  /** The same with the ledger's schema in it, copied: for whoever opens many ledgers and tests none of their making. */
  ledgerUrl: () => Promise<string>;
  /** One statement as a superuser: what no part of the product can do. */
  sql: (url: string, text: string) => Promise<Record<string, unknown>[]>;
  stop: () => Promise<void>;
}

interface Shared {
  url: string;
  databases: number;
  users: number;
  ledger: Promise<string> | undefined;
  end: () => Promise<void>;
}

/** Jest gives each test file globals of its own, and so a server; whoever runs several files in one process starts one for all of them. */
const here = globalThis as { opssentinelTestPostgres?: Promise<Shared> | undefined };

export async function startTestPostgres(): Promise<TestPostgres> {
  const shared = await (here.opssentinelTestPostgres ??= start());
  shared.users += 1;
  return {
    freshUrl: () => freshUrl(shared),
    ledgerUrl: async () => freshUrl(shared, await (shared.ledger ??= migratedDatabase(shared))),
    sql,
    stop: async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      here.opssentinelTestPostgres = undefined;
      await shared.end();
    },
  };
}

async function freshUrl(shared: Shared, template = 'template1'): Promise<string> {
  shared.databases += 1;
  const name = `test_${shared.databases}`;
  await sql(shared.url, `create database ${name} template ${template}`);
  const url = new URL(shared.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** The name of a database that nobody opens. */
async function migratedDatabase(shared: Shared): Promise<string> {
  const url = await freshUrl(shared);
  await migrate(url, 10_000);
  return new URL(url).pathname.slice(1);
}

async function start(): Promise<Shared> {
  const dir = await mkdtemp(path.join(tmpdir(), 'opssentinel-test-pg-'));
  const running = await startPostgres({ dir, fast: true });
  const end = async () => {
    await running.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { url: running.url, databases: 0, users: 0, ledger: undefined, end };
}

async function sql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result = await client.query(text);
    return (Array.isArray(result) ? [] : result.rows) as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
