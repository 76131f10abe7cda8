import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Hash } from '../domain/json.js';
import { admission } from './admission.js';
import { approvalBook } from './approvals.js';
import { calendarBook } from './calendars.js';
import { chain } from './chain.js';
import { consumption } from './consumption.js';
import { cursorBook } from './cursors.js';
import { openDatabase } from './database.js';
import { demotion } from './demotion.js';
import { deployBook } from './deploys.js';
import { holdBook } from './holds.js';
import { evidence, incidentBook } from './incidents.js';
import { journalBook } from './journal.js';
import { listening } from './listening.js';
import { labelBook } from './labels.js';
import { learned } from './learned.js';
import { latestLifeOf } from './lives.js';
import { migrate } from './migrate.js';
import type { Ledger } from './port.js';
import { rulesBook } from './revisions.js';

export interface LedgerOptions {
  /** `postgres://user:password@host:port/database`; never written to a log or an error. */
  url: string;
  /** Milliseconds that any operation may take, waiting for a connection included. */
  deadlineMs?: number;
  hash?: Hash;
  /** Tests alone: the clock that expiry is judged by. Default: the database's. */
  now?: () => number;
}

const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/** Connects, brings the schema up to date, and hands out the one door. Rejects with LedgerUnavailable when nobody answers. */
export async function openLedger({ url, deadlineMs = 2000, hash = sha256, now }: LedgerOptions): Promise<Ledger> {
  if (url.trim() === '') throw new Error('the ledger needs the address of a PostgreSQL: set DATABASE_URL.');
  await migrate(url, deadlineMs);
  const database = openDatabase(now ? { url, deadlineMs, now } : { url, deadlineMs });
  return {
    ...journalBook(database),
    ...chain(database, hash),
    ...incidentBook(database, hash),
    ...admission(database),
    ...consumption(database),
    ...approvalBook(database),
    ...holdBook(database),
    ...calendarBook(database),
    ...deployBook(database),
    ...rulesBook(database),
    ...labelBook(database),
    demote: demotion(database),
    learned: learned(database),
    latestLifeOf: latestLifeOf(database),
    ...cursorBook(database),
    listen: listening(url, deadlineMs),
    evidence: evidence(database),
    ready: () =>
      database.run(async (db) => {
        await sql`select 1`.execute(db);
      }),
    close: () => database.close(),
  };
}
