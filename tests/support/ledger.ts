import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from './postgres.js';

/** A ledger of each test's own, on a real PostgreSQL of the file's; empty until a test begins. */
export interface LedgerForEach {
  ledger: Ledger;
  /** Where it stands now. */
  place: { url: string };
  /** One statement as a superuser. */
  sql: (text: string) => Promise<Record<string, unknown>[]>;
}

/** `now`: the ledger's clock, epoch milliseconds; the database's own unless given. */
export function ledgerForEach(now?: () => number): LedgerForEach {
  const [ledger, place] = [{} as Ledger, { url: '' }];
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    place.url = await postgres.ledgerUrl();
    Object.assign(ledger, await openLedger({ url: place.url, deadlineMs: 10_000, ...(now === undefined ? {} : { now }) }));
  });
  afterEach(() => ledger.close());
  return { ledger, place, sql: (text) => postgres.sql(place.url, text) };
}
