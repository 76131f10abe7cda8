import { sql } from 'kysely';
import type { Consumption } from '../domain/permit.js';
import type { Database, Db } from './database.js';
import { inForce } from './holds.js';
import { permitOf, type PermitRow } from './permit-row.js';
import type { ConsumptionRequest, Ledger } from './port.js';
import { storable, storableText } from './storable.js';

/** The first arming and two more. */
const mostArmed = 3;

type Effects = Pick<Ledger, 'consume' | 'rearm' | 'effectStarted' | 'effectEnded' | 'effectVerified' | 'releaseTarget'>;

export function consumption(database: Database): Effects {
  return {
    consume: (request) => consume(database, request),
    rearm: (attemptKey, armed) =>
      database.run(async (db) => {
        // The new arming lives as long as the one before; a released or ended one is over for good. When it was admitted stays: what
        // has been put in force since then, nobody who admitted it has seen.
        const opened = await sql`
          update permit set consumed_at = null, armed = armed + 1,
            start_by = ${database.now()} + (start_by - coalesce(armed_at, admitted_at)), armed_at = ${database.now()}
          where attempt_key = ${attemptKey} and consumed_at is not null and ended_at is null and released_at is null and armed < ${mostArmed}
            and armed = coalesce(${armed}::int, armed)
          returning id`.execute(db);
        return opened.rows.length > 0;
      }),
    effectStarted: (attemptKey, ref, says) =>
      database.run(async (db) => {
        const values = {
          // What has begun has used its permit, also where another had opened it again meanwhile.
          consumed_at: sql<Date>`coalesce(consumed_at, ${database.now()})`,
          started_at: database.now(),
          ref: JSON.stringify(storable(ref)) as never,
          started_says: storableText(says),
        };
        await db.updateTable('permit').set(values).where('attempt_key', '=', attemptKey).execute();
      }),
    effectEnded: (attemptKey, status, says, armed) =>
      database.run(async (db) => {
        const values = {
          ended_at: database.now(),
          status,
          ended_says: storableText(says),
        };
        // The first word stands: a reset run that reads back later, when the vendor has forgotten, must not deny what was seen.
        const open = db.updateTable('permit').set(values).where('attempt_key', '=', attemptKey).where('ended_at', 'is', null);
        await (armed === undefined ? open : open.where('armed', '=', armed)).execute();
      }),
    effectVerified: (attemptKey, verified, says) =>
      database.run(async (db) => {
        const values = {
          verified_at: database.now(),
          verified,
          verified_says: storableText(says),
        };
        // The first word stands here too: one that comes later must not open what it decided, an undo or the next step.
        await db
          .updateTable('permit')
          .set(values)
          .where('attempt_key', '=', attemptKey)
          .where('consumed_at', 'is not', null)
          .where('verified', 'is', null)
          .execute();
      }),
    releaseTarget: (incident, over = false, target?: string) => releaseTarget(database, incident, over, target),
  };
}

/** What puts something back is never verified; without a word of its end it is believed to go on for so long. Milliseconds. */
const longestUndoMs = 3_600_000;

/**
 * One statement, so that what is used meanwhile is either seen, or finds its permit given back. The row is looked at twice: `open` is as
 * of the statement's beginning, and only the update's own condition sees a row that it had to wait for.
 */
async function releaseTarget(database: Database, incident: string, over: boolean, target?: string): Promise<{ kept: number }> {
  const theirs = sql`(incident = ${incident} and released_at is null and target_id = coalesce(${target}::text, target_id))`;
  const open = sql`(
    consumed_at is not null and verified is null and coalesce(status, '') not in ('unknown', 'not-done')
    and (ended_at is null or verify_within_ms is not null)
    and consumed_at + coalesce(verify_within_ms, ${longestUndoMs}) * interval '1 millisecond' > ${database.now()}
  )`;
  return database.run(async (db) => {
    const kept = await sql`
      with open as (
        select distinct target_id from permit where ${theirs} and not ${over} and ${open}
      ), freed as (
        update permit set released_at = ${database.now()}
        where ${theirs} and target_id not in (select target_id from open) and (${over} or not ${open})
      ), told as (
        insert into journal (source, event_id, event_type, incident, result, says, at)
        select 'ledger', 'release.' || gen_random_uuid(), 'release', ${incident}::text, 'refused',
          'kept, for an effect of it is still open there: ' || string_agg(target_id, ', '), ${database.now()}
        from open having count(*) > 0
        on conflict do nothing
      )
      select target_id from open`.execute(db);
    return { kept: kept.rows.length };
  });
}

/**
 * The one statement that an effect hangs on. Whoever it returns a row to may make one vendor call; two at once cannot both be
 * returned it, for the second waits for the first one's row lock and then finds it consumed. A demotion asks people, and whoever was
 * admitted under it has their word; one that came later holds what nobody was asked about.
 */
async function consume(database: Database, request: ConsumptionRequest): Promise<Consumption> {
  return database.run(async (db) => {
    const used = await sql<PermitRow>`
      update permit p set consumed_at = ${database.now()}
      where p.attempt_key = ${request.attemptKey} and p.incident = ${request.incident}
        and p.consumed_at is null and p.ended_at is null and p.released_at is null
        and p.start_by > ${database.now()}
        and p.plan_hash = ${request.planHash} and p.params_hash = ${request.paramsHash}
        and p.rule_hash = ${request.ruleHash} and p.runbook_hash = ${request.runbookHash}
        and not exists (select 1 from permit newer where newer.target_id = p.target_id and newer.fence > p.fence)
        and not exists (
          select 1 from hold h
          where h.scope = any(p.scopes) and h.lifted_at is null and (h.until is null or h.until > ${database.now()})
            and (h.kind <> 'demotion' or h.since > p.admitted_at)
        )
      returning p.*`.execute(db);
    const row = used.rows[0];
    return row ? { consumed: true, permit: permitOf(row) } : whyNot(database, db, request);
  });
}

async function whyNot(database: Database, db: Db, request: ConsumptionRequest): Promise<Consumption> {
  const row = await db.selectFrom('permit').selectAll().where('attempt_key', '=', request.attemptKey).executeTakeFirst();
  if (row?.incident !== request.incident) return { consumed: false, because: 'no permit' };
  const same =
    row.plan_hash === request.planHash &&
    row.params_hash === request.paramsHash &&
    row.rule_hash === request.ruleHash &&
    row.runbook_hash === request.runbookHash;
  if (!same) return { consumed: false, because: 'hashes differ' };
  if (row.consumed_at !== null) return { consumed: false, because: 'consumed before' };
  const holds = await inForce(database, db, row.scopes);
  const hold = holds.find(({ kind, since }) => kind !== 'demotion' || Date.parse(since) > row.admitted_at.getTime());
  if (hold) return { consumed: false, because: 'held', hold };
  // Run out, given up, given back, or overtaken by a newer permit on the same target; or the hold was lifted just now.
  return { consumed: false, because: 'expired' };
}
