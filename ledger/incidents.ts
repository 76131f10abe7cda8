import { sql, type Insertable, type Selectable } from 'kysely';
import { canonicalJson, type Hash } from '../domain/json.js';
import type { Database } from './database.js';
import type { IncidentRow, Ledger } from './port.js';
import type { IncidentTable } from './schema.js';
import { storable, storableText } from './storable.js';

type Incidents = Pick<Ledger, 'putIncident' | 'incident' | 'incidents' | 'putDecision' | 'decision' | 'claimCorrelation'>;

export function incidentBook(database: Database, hash: Hash): Incidents {
  return {
    putIncident: (row) =>
      database.run(async (db) => {
        const { id: _id, started_at: told, ...changes } = columnsOf(row);
        // The brake counts by it: whoever tells us of it neither dates it in time to come, nor dates it anew.
        const startedAt = told === undefined ? database.now() : sql<Date>`least(${told}::timestamptz, ${database.now()})`;
        const insert = db.insertInto('incident').values({ ...changes, started_at: startedAt as never, id: row.id });
        const given = Object.keys(changes).length > 0;
        await insert
          .onConflict((conflict) => (given ? conflict.column('id').doUpdateSet(changes) : conflict.column('id').doNothing()))
          .execute();
      }),
    incident: (id) =>
      database.run(async (db) => {
        const row = await db.selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirst();
        return row && incidentOf(row);
      }),
    incidents: (limit) =>
      database.run(async (db) =>
        (await db.selectFrom('incident').selectAll().orderBy('started_at', 'desc').orderBy('id').limit(limit).execute()).map(
          incidentOf,
        ),
      ),
    putDecision: (incident, decision) =>
      database.run(async (db) => {
        const stored = storable(decision);
        // Two within one millisecond still have an order.
        const at = sql<Date>`greatest(${database.now()}, (select max(at) + interval '1 millisecond' from decision where incident = ${incident}))`;
        const row = {
          incident,
          decision: stored,
          digest: hash(canonicalJson(stored)),
          at,
        };
        // Decided again with the same result: the same row, and again the latest.
        await db
          .insertInto('decision')
          .values(row)
          .onConflict((conflict) => conflict.columns(['incident', 'digest']).doUpdateSet({ at }))
          .execute();
      }),
    decision: (incident) =>
      database.run(async (db) => {
        const row = await db
          .selectFrom('decision')
          .select('decision')
          .where('incident', '=', incident)
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row?.decision;
      }),
    claimCorrelation: (key, incident) =>
      database.run(async (db) => {
        await db
          .insertInto('correlation')
          .values({ key, incident, at: database.now() })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        return (await db.selectFrom('correlation').select('incident').where('key', '=', key).executeTakeFirstOrThrow()).incident;
      }),
  };
}

function columnsOf({
  planHash,
  failureDomain,
  startedAt,
  endedAt,
  ...rest
}: Partial<IncidentRow> & { id: string }): Insertable<IncidentTable> {
  const columns = {
    ...rest,
    plan_hash: planHash,
    failure_domain: failureDomain,
    started_at: startedAt === undefined ? undefined : new Date(startedAt),
    ended_at: endedAt == null ? endedAt : new Date(endedAt),
  };
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === 'string' ? storableText(value) : value]),
  ) as Insertable<IncidentTable>;
}

function incidentOf({
  plan_hash: planHash,
  failure_domain: failureDomain,
  started_at: startedAt,
  ended_at: endedAt,
  ...rest
}: Selectable<IncidentTable>): IncidentRow {
  return {
    ...rest,
    planHash,
    failureDomain,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/**
 * One query over everything that is known of one incident: event, decisions with their rules, approvals, permits with what became of
 * them, and the timeline.
 */
export function evidence(database: Database): Ledger['evidence'] {
  return (incident) =>
    database.run(async (db) => {
      const found = await sql<{
        evidence: Awaited<ReturnType<Ledger['evidence']>>;
      }>`
        select jsonb_build_object(
          'incident', (select to_jsonb(i) from incident i where i.id = ${incident}),
          'events', (select coalesce(jsonb_agg(to_jsonb(j) order by j.id), '[]') from journal j where j.incident = ${incident}),
          'decisions', (select coalesce(jsonb_agg(to_jsonb(d) order by d.at, d.id), '[]') from decision d where d.incident = ${incident}),
          'correlations', (select coalesce(jsonb_agg(to_jsonb(c) order by c.at), '[]') from correlation c where c.incident = ${incident}),
          'approvalRequests', (select coalesce(jsonb_agg(to_jsonb(q) order by q.at), '[]') from approval_request q where q.incident = ${incident}),
          'approvals', (select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]') from approval a where a.incident = ${incident}),
          'permits', (select coalesce(jsonb_agg(to_jsonb(p) order by p.admitted_at), '[]') from permit p where p.incident = ${incident}),
          'timeline', (select coalesce(jsonb_agg(to_jsonb(r) order by r.seq), '[]') from record r where r.incident = ${incident})
        ) as evidence`.execute(db);
      return found.rows[0]?.evidence ?? {};
    });
}
