import { sql, type Selectable } from 'kysely';
import type { KeptRules, RulesEvent, RulesPart } from '../domain/rules-revision.js';
import type { Database, Db } from './database.js';
import type { Ledger } from './port.js';
import type { RuleEventTable } from './schema.js';
import { storable, storableText } from './storable.js';

type RulesBook = Pick<
  Ledger,
  'putRules' | 'storedRules' | 'keptRules' | 'rulesNamed' | 'putRulesEvent' | 'rulesEvents' | 'rulesStanding' | 'lastForced'
>;

/** Most names that one asking returns; who gets so many has to write more of the hash. */
const mostNames = 20;

/** Sets of rules with their files, and what became of them. */
export function rulesBook(database: Database): RulesBook {
  return {
    putRules: ({ hash, files, parts, revision }) =>
      database.run(async (db) => {
        const row = { hash, files: asJson(files), parts: asJson(parts), revision: revision ? asJson(revision) : null };
        await db
          .insertInto('rule_set')
          .values({ ...row, first_seen: database.now() })
          .onConflict((conflict) =>
            conflict.column('hash').doUpdateSet({ revision: sql`coalesce(excluded.revision, rule_set.revision)` }),
          )
          .execute();
      }),
    storedRules: (hash) =>
      database.run(async (db) => {
        const row = await db.selectFrom('rule_set').selectAll().where('hash', '=', storableText(hash)).executeTakeFirst();
        return row && { hash: row.hash, files: row.files, parts: row.parts, ...(row.revision ? { revision: row.revision } : {}) };
      }),
    keptRules: (limit) => database.run((db) => kept(db, limit)),
    rulesNamed: (prefix) =>
      database.run(async (db) => {
        const found = await sql<{ part: RulesPart }>`
          select distinct part from rule_set, jsonb_array_elements(parts) as part
          where starts_with(part ->> 'hash', ${storableText(prefix)})
          order by part limit ${mostNames}`.execute(db);
        return found.rows.map(({ part }) => part);
      }),
    putRulesEvent: ({ kind, hash, commit, by, reason }) =>
      database.run(async (db) => {
        const row = { kind, hash: hash ?? null, commit_id: commit ?? null, by: storableText(by), reason: storableText(reason) };
        const written = db.insertInto('rule_event').values({ ...row, at: database.now() });
        return eventOf(await written.returningAll().executeTakeFirstOrThrow());
      }),
    rulesEvents: (limit) =>
      database.run(async (db) =>
        (await db.selectFrom('rule_event').selectAll().orderBy('id', 'desc').limit(limit).execute()).map(eventOf),
      ),
    rulesStanding: () =>
      database.run(async (db) => {
        const word = await latest(db, ['pin', 'follow']);
        const accepted = await latest(db, ['accept']);
        const { hash } = word ?? {};
        return {
          ...(word?.kind === 'pin' && hash !== undefined ? { pinned: { ...word, hash } } : {}),
          ...(accepted?.commit === undefined ? {} : { accepted: accepted.commit }),
        };
      }),
    lastForced: () => database.run(async (db) => (await latest(db, ['force']))?.hash),
  };
}

/** A list would be taken for PostgreSQL's own arrays. */
const asJson = (value: unknown): never => JSON.stringify(storable(value as never)) as never;

async function kept(db: Db, limit: number): Promise<KeptRules[]> {
  const rows = await db
    .selectFrom('rule_set')
    .select(['hash', 'parts', 'revision', 'first_seen'])
    .orderBy('first_seen', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ first_seen: firstSeen, revision, ...row }) => ({
    ...row,
    firstSeen: firstSeen.toISOString(),
    ...(revision ? { revision } : {}),
  }));
}

async function latest(db: Db, kinds: readonly RulesEvent['kind'][]): Promise<RulesEvent | undefined> {
  const newest = db.selectFrom('rule_event').selectAll().where('kind', 'in', kinds).orderBy('id', 'desc').limit(1);
  const row = await newest.executeTakeFirst();
  return row && eventOf(row);
}

function eventOf({ kind, hash, commit_id: commit, by, reason, at }: Selectable<RuleEventTable>): RulesEvent {
  return {
    kind,
    ...(hash === null ? {} : { hash }),
    ...(commit === null ? {} : { commit }),
    by,
    reason,
    at: at.toISOString(),
  };
}
