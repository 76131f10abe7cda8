import { sql, type Selectable, type SelectQueryBuilder } from 'kysely';
import { holdScopes, type Hold } from '../domain/hold.js';
import type { Database, Db } from './database.js';
import type { Ledger } from './port.js';
import type { HoldTable, Schema } from './schema.js';
import { storableText } from './storable.js';

export function holdBook(database: Database): Pick<Ledger, 'placeHold' | 'liftHold' | 'holds' | 'holdsOn' | 'pastHolds'> {
  return {
    placeHold: (hold) =>
      database.run(async (db) => {
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
      }),
    liftHold: (id, by) =>
      database.run(async (db) => {
        const who = storableText(by);
        const lifted = await sql`
          update hold set lifted_at = ${database.now()}, lifted_by = coalesce(asked_by || ' and ', '') || ${who}
          where id = ${id} and lifted_at is null and (
            scope <> 'all'
            or (lower(asked_by) <> lower(${who}) and asked_at > ${database.now()} - interval '1 hour')
          )`.execute(db);
        if ((lifted.numAffectedRows ?? 0n) > 0n) return 'lifted';
        // Nobody has asked yet, or that was too long ago: this one is the first of two.
        const asked = await sql`
          update hold set asked_by = ${who}, asked_at = ${database.now()}
          where id = ${id} and lifted_at is null and scope = 'all'`.execute(db);
        return (asked.numAffectedRows ?? 0n) > 0n ? 'one more' : 'no such hold';
      }),
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
  const { since, until, lifted_at: _at, lifted_by: _by, asked_by: askedBy, asked_at: askedAt, ...rest } = row;
  return {
    ...rest,
    since: since.toISOString(),
    ...(until === null ? {} : { until: until.toISOString() }),
    ...(askedBy === null || askedAt === null ? {} : { liftAskedBy: askedBy }),
  };
}
