import { sql, type Selectable } from 'kysely';
import { type LabelRow, machine } from '../domain/label.js';
import type { Database } from './database.js';
import type { Ledger } from './port.js';
import type { LabelTable } from './schema.js';
import { storableText } from './storable.js';

type Labels = Pick<Ledger, 'putLabel' | 'labelsOfIncident' | 'labelsOf' | 'matchedBy' | 'actedOn' | 'rulesFirstSeen'>;

/** Rows of one rule that are read at once: years of any rule that is worth looking at. */
const most = 5_000;

/** What runs turned out to be, once by the machine and once by a person; nothing is ever changed. */
export function labelBook(database: Database): Labels {
  return {
    putLabel: (label) =>
      database.run(async (db) => {
        const row = rowOf(label);
        const written = await db
          .insertInto('label')
          .values({ ...row, at: database.now() })
          .onConflict((conflict) => conflict.columns(['incident', 'by_machine']).doNothing())
          .returningAll()
          .executeTakeFirst();
        if (written) return { row: labelOf(written), written: true };
        const before = db.selectFrom('label').selectAll().where('incident', '=', row.incident);
        return {
          row: labelOf(await before.where('by_machine', '=', row.by_machine).executeTakeFirstOrThrow()),
          written: false,
        };
      }),
    labelsOfIncident: (incident) =>
      database.run(async (db) => {
        const rows = db.selectFrom('label').selectAll().where('incident', '=', incident).orderBy('by_machine', 'desc');
        return (await rows.execute()).map(labelOf);
      }),
    labelsOf: ({ rule, environment, logicHash }) =>
      database.run(async (db) => {
        let query = db.selectFrom('label').selectAll().where('rule', '=', rule);
        if (environment !== undefined) query = query.where('environment', '=', environment);
        if (logicHash !== undefined) query = query.where('logic_hash', '=', logicHash);
        return (await query.orderBy('at', 'desc').limit(most).execute()).map(labelOf);
      }),
    matchedBy: ({ rule, environment, logicHash }) =>
      database.run(async (db) => {
        const found = await sql<{ matched: string; since: Date | null }>`
          select count(*) as matched, min(i.started_at) as since from incident i
          where i.rule = ${rule} and i.environment = ${environment} and exists (
            select from decision d where d.incident = i.id and d.decision -> 'plan' -> 'rule' ->> 'logicHash' = ${logicHash}
          )`.execute(db);
        const { matched = '0', since = null } = found.rows[0] ?? {};
        return { matched: Number(matched), ...(since === null ? {} : { since: since.toISOString() }) };
      }),
    actedOn: (targets, { sinceMs, untilMs }) =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('permit')
          .select(['incident', 'action', 'consumed_at as at'])
          .where('target_id', 'in', targets.length === 0 ? [''] : targets)
          .where('consumed_at', '>=', new Date(sinceMs))
          .where('consumed_at', '<=', new Date(untilMs))
          .orderBy('consumed_at')
          .execute();
        return rows.map(({ at, ...row }) => ({ ...row, at: (at as Date).toISOString() }));
      }),
    rulesFirstSeen: (hashes) =>
      database.run(async (db) => {
        const found = await sql<{ hash: string; since: Date }>`
          select part ->> 'hash' as hash, min(first_seen) as since
          from rule_set, jsonb_array_elements(parts) as part
          where part ->> 'kind' = 'rule' and part ->> 'hash' = any(${hashes.map(storableText)}::text[])
          group by 1`.execute(db);
        return new Map(found.rows.map(({ hash, since }) => [hash, since.toISOString()]));
      }),
  };
}

const rowOf = (label: Parameters<Ledger['putLabel']>[0]): Omit<LabelTable, 'at'> => ({
  incident: storableText(label.incident),
  by_machine: label.by === machine,
  rule: storableText(label.rule),
  logic_hash: label.logicHash,
  runbook_hash: label.runbookHash,
  environment: storableText(label.environment),
  mode: label.mode,
  label: label.label,
  kind: label.kind,
  because: storableText(label.because),
  by: storableText(label.by),
  refused_by: storableText(label.refusedBy),
});

export function labelOf({
  at,
  by_machine: _machine,
  logic_hash: logicHash,
  runbook_hash: runbookHash,
  refused_by: refusedBy,
  ...rest
}: Selectable<LabelTable>): LabelRow {
  return { ...rest, logicHash, runbookHash, refusedBy, at: at.toISOString() };
}
