import { sql, type Selectable, type SelectQueryBuilder } from 'kysely';
import { holdScopes, type Hold } from '../domain/hold.js';
import type { Database, Db } from './database.js';
import type { Ledger, LiftAnswer } from './port.js';
import type { HoldTable, Schema } from './schema.js';
import { storableText } from './storable.js';
import { takeTurn } from './turn.js';

export function holdBook(database: Database): Pick<Ledger, 'placeHold' | 'liftHold' | 'holds' | 'holdsOn' | 'pastHolds'> {
  return {
    placeHold: (hold) => {
      const place = async (db: Db): Promise<Hold> => {
        const until = hold.until === undefined ? null : new Date(hold.until);
        if (until && Number.isNaN(until.getTime()))
          throw new TypeError(`A hold's end must be an ISO 8601 time, not "${hold.until}".`);
        const { kind, scope, owner, reason } = hold;
        const row = {
          kind,
          scope: storableText(scope),
          owner: storableText(owner),
          reason: storableText(reason),
          until,
          since: database.now(),
        };
        return holdOf(await db.insertInto('hold').values(row).returningAll().executeTakeFirstOrThrow());
      };
      if (hold.kind !== 'demotion') return database.run(place);
      // A use looks at when a demotion began: one that an admission has not seen must not seem to be older. A stop waits for nobody.
      return database.transaction(async (tx) => {
        await takeTurn(tx);
        return place(tx);
      });
    },
    liftHold: (id, who) => database.run((db) => liftHold(database, db, id, who)),
    holds: () => database.run((db) => inForce(database, db)),
    pastHolds: () =>
      database.run(async (db) => {
        const rows = await db.selectFrom('hold').selectAll().orderBy('since', 'desc').execute();
        return rows.map((row) => ({
          ...holdOf(row),
          ...(row.lifted_at === null ? {} : { liftedAt: row.lifted_at.toISOString() }),
        }));
      }),
    holdsOn: (subject) => database.run((db) => inForce(database, db, holdScopes(subject))),
  };
}

/**
 * One statement, so that of two at once the second finds the word of the first. Of what stops everything, an admin's word and another
 * person's within the hour lift it; anybody's is the first of two where none stands; one that could lift nothing takes nobody's place.
 */
async function liftHold(
  database: Database,
  db: Db,
  id: string,
  { by, admin }: Parameters<Ledger['liftHold']>[1],
): Promise<LiftAnswer> {
  const who = storableText(by);
  const now = database.now();
  const another = sql`coalesce(lower(asked_by) <> lower(${who}) and asked_at > ${now} - interval '1 hour', false)`;
  const lifts = sql`(scope <> 'all' or (${another} and (${admin} or coalesce(asked_admin, false))))`;
  const said = await sql<{ lifted: boolean }>`
    update hold set
      lifted_at = case when ${lifts} then ${now} end,
      lifted_by = case when ${lifts} then coalesce(asked_by || ' and ', '') || ${who} end,
      asked_by = case when ${lifts} then asked_by else ${who} end,
      asked_at = case when ${lifts} then asked_at else ${now} end,
      asked_admin = case when ${lifts} then asked_admin else ${admin} end
    where id = ${id} and lifted_at is null and (${lifts} or not ${another})
    returning lifted_at is not null as lifted`.execute(db);
  const [row] = said.rows;
  if (row) return row.lifted ? 'lifted' : 'one more';
  const standing = await db
    .selectFrom('hold')
    .select('id')
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .executeTakeFirst();
  return standing ? 'no admin' : 'no such hold';
}

/** Holds in force by the ledger's clock, newest first: all, or those of some scopes. */
export async function inForce(database: Database, db: Db, scopes?: readonly string[]): Promise<Hold[]> {
  let query: SelectQueryBuilder<Schema, 'hold', Selectable<HoldTable>> = db
    .selectFrom('hold')
    .selectAll()
    .where('lifted_at', 'is', null)
    .where((where) => where.or([where('until', 'is', null), where('until', '>', database.now())]));
  if (scopes) query = query.where(sql<boolean>`scope = any(${[...scopes]}::text[])`);
  return (await query.orderBy('since', 'desc').execute()).map(holdOf);
}

export function holdOf(row: Selectable<HoldTable>): Hold {
  const {
    since,
    until,
    lifted_at: _at,
    lifted_by: _by,
    asked_by: askedBy,
    asked_at: _askedAt,
    asked_admin: _admin,
    ...rest
  } = row;
  return {
    ...rest,
    since: since.toISOString(),
    ...(until === null ? {} : { until: until.toISOString() }),
    ...(askedBy === null ? {} : { liftAskedBy: askedBy }),
  };
}
