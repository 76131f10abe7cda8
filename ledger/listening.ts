import pg from 'pg';
import { recordChannel } from './chain.js';
import type { Ledger } from './port.js';
import { asUnavailable } from './unavailable.js';

const firstRetryMs = 200;
const longestRetryMs = 5000;
const pulseMs = 15_000;

/**
 * A connection of its own that waits for committed lines. When it breaks it connects again, and then calls back at once, for something
 * may have been missed. The first connection must succeed.
 */
export function listening(url: string, deadlineMs: number): Ledger['listen'] {
  return async (onRecord) => {
    let stopped = false;
    let client: pg.Client | undefined;
    let retry: NodeJS.Timeout | undefined;
    const connect = async (): Promise<void> => {
      client = await connected(url, deadlineMs, onRecord, () => again(firstRetryMs));
      if (stopped) await client.end();
    };
    const again = (waitMs: number): void => {
      if (stopped) return;
      clearTimeout(retry);
      retry = setTimeout(() => {
        connect().then(onRecord, () => again(Math.min(waitMs * 2, longestRetryMs)));
      }, waitMs);
    };
    await connect().catch((problem: unknown) => {
      throw asUnavailable(problem);
    });
    return async () => {
      stopped = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    };
  };
}

async function connected(url: string, deadlineMs: number, onRecord: () => void, onBroken: () => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
    keepAlive: true,
    application_name: 'opssentinel follower',
  });
  let up = false;
  client.on('error', () => undefined);
  client.on('notification', onRecord);
  try {
    await client.connect();
    await client.query(`listen ${recordChannel}`);
  } catch (problem) {
    await client.end().catch(() => undefined);
    throw problem;
  }
  up = true;
  // A connection that died without a word is found by asking: the error ends it.
  const pulse = setInterval(() => {
    client.query('select 1').catch(() => client.end().catch(() => undefined));
  }, pulseMs);
  client.once('end', () => {
    clearInterval(pulse);
    if (up) onBroken();
    up = false;
  });
  return client;
}
