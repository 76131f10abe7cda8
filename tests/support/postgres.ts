import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../cli/local/postgres.js';

/** A real PostgreSQL of this test file's own, with a fresh database for every asking. */
export interface TestPostgres {
  /** Address of a new, empty database. */
  freshUrl: () => Promise<string>;
  /** One statement as a superuser: what no part of the product can do. */
  sql: (url: string, text: string) => Promise<Record<string, unknown>[]>;
  stop: () => Promise<void>;
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const dir = await mkdtemp(path.join(tmpdir(), 'opssentinel-test-pg-'));
  const running = await startPostgres({ dir, fast: true });
  let databases = 0;
  return {
    freshUrl: async () => {
      databases += 1;
      await sql(running.url, `create database test_${databases}`);
      const url = new URL(running.url);
      url.pathname = `/test_${databases}`;
      return url.href;
    },
    sql,
    stop: async () => {
      await running.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
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
