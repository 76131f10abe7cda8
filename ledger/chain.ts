import { sql, type Selectable } from 'kysely';
import { canonicalJson, type Hash } from '../domain/json.js';
import type { LedgerRecord, NewRecord } from '../domain/record.js';
import type { Database, Tx } from './database.js';
import type { Ledger } from './port.js';
import type { RecordTable } from './schema.js';
import { storable, storableText } from './storable.js';

export const recordChannel = 'opssentinel_record';
const pageLength = 1000;

type Unhashed = Omit<LedgerRecord, 'hash' | 'prev'>;

/** What is hashed: the previous hash and the line with its number and date, keys sorted. */
const hashOf = (hash: Hash, prev: string, line: Unhashed): string => hash(prev + canonicalJson(line));

export function chain(database: Database, hash: Hash): Pick<Ledger, 'record' | 'timeline' | 'recordsAfter' | 'verifyChain'> {
  const recordsAfter = (seq: number, limit: number): Promise<LedgerRecord[]> =>
    database.run(async (db) => {
      const rows = await db.selectFrom('record').selectAll().where('seq', '>', String(seq)).orderBy('seq').limit(limit).execute();
      return rows.map(lineOf);
    });
  return {
    record: (line) => database.transaction((tx) => append(database, tx, hash, line)),
    timeline: (incident, afterSeq = 0) =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('record')
          .selectAll()
          .where('incident', '=', incident)
          .where('seq', '>', String(afterSeq))
          .orderBy('seq')
          .execute();
        return rows.map(lineOf);
      }),
    recordsAfter,
    verifyChain: () => verify(database, hash, recordsAfter),
  };
}

/**
 * The row of `chain_head` is locked until the commit, so lines become visible in the order of their numbers: a follower's cursor
 * skips nothing.
 */
async function append(database: Database, tx: Tx, hash: Hash, given: NewRecord): Promise<LedgerRecord> {
  const head = await tx
    .selectFrom('chain_head')
    .select(['seq', 'hash', database.now().as('at')])
    .forUpdate()
    .executeTakeFirstOrThrow();
  const once = given.once === undefined ? undefined : storableText(given.once);
  if (once !== undefined) {
    const before = await tx
      .selectFrom('record')
      .selectAll()
      .where('incident', '=', given.incident)
      .where('once', '=', once)
      .executeTakeFirst();
    if (before) return lineOf(before);
  }
  const line: Unhashed = {
    seq: Number(head.seq) + 1,
    at: head.at.toISOString(),
    incident: given.incident,
    phase: given.phase,
    state: given.state,
    says: storableText(given.says),
    ...(once === undefined ? {} : { once }),
    ...(given.data === undefined ? {} : { data: storable(given.data) }),
  };
  const stored: LedgerRecord = {
    ...line,
    prev: head.hash,
    hash: hashOf(hash, head.hash, line),
  };
  // One statement: every run waits here for every other one, so the head's lock is held for as few round trips as can be.
  await tx
    .with('written', (db) => db.insertInto('record').values(rowOf(stored)))
    .with('moved', (db) => db.updateTable('chain_head').set({ seq: String(stored.seq), hash: stored.hash }))
    .selectNoFrom(sql`pg_notify(${recordChannel}, ${String(stored.seq)})`.as('told'))
    .execute();
  return stored;
}

function rowOf(line: LedgerRecord): Selectable<RecordTable> {
  const { seq, at, once, data, ...rest } = line;
  return {
    ...rest,
    seq: String(seq),
    at: new Date(at),
    once: once ?? null,
    data: data ?? null,
  };
}

function lineOf({ seq, at, once, data, ...rest }: Selectable<RecordTable>): LedgerRecord {
  return {
    ...rest,
    seq: Number(seq),
    at: at.toISOString(),
    ...(once === null ? {} : { once }),
    ...(data === null ? {} : { data }),
  };
}

/** Page by page, so that a long chain is no long query. Lines appended meanwhile are walked too. */
async function verify(database: Database, hash: Hash, recordsAfter: Ledger['recordsAfter']): ReturnType<Ledger['verifyChain']> {
  const head = await database.run((db) => db.selectFrom('chain_head').select(['seq', 'hash']).executeTakeFirst());
  if (!head) return { ok: false, seq: 0, says: 'the end of the chain is gone' };
  let [seq, prev, atHead] = [0, '0'.repeat(64), Number(head.seq) === 0];
  for (;;) {
    const lines = await recordsAfter(seq, pageLength);
    for (const line of lines) {
      const says = broken(hash, line, seq, prev);
      if (says !== undefined) return { ok: false, seq: seq + 1, says };
      [seq, prev] = [line.seq, line.hash];
      if (seq === Number(head.seq)) atHead = line.hash === head.hash;
    }
    if (lines.length < pageLength) break;
  }
  if (!atHead)
    return {
      ok: false,
      seq: seq < Number(head.seq) ? seq + 1 : Number(head.seq),
      says: `the chain must hold line ${head.seq} with the hash ${head.hash}`,
    };
  return { ok: true, lines: seq };
}

function broken(hash: Hash, line: LedgerRecord, seq: number, prev: string): string | undefined {
  if (line.seq !== seq + 1) return `line ${seq + 1} is missing: the next one is ${line.seq}`;
  if (line.prev !== prev) return `line ${line.seq} does not follow the one before it`;
  const { hash: stored, prev: _prev, ...unhashed } = line;
  return hashOf(hash, prev, unhashed) === stored ? undefined : `line ${line.seq} is not what was written`;
}
