import { sql } from 'kysely';
import type { AdmissionState, LiftedHold, PastEffect, RecentIncident } from '../domain/admission.js';
import { holdScopes } from '../domain/hold.js';
import { approvalsOn } from './approvals.js';
import type { Database, Db } from './database.js';
import { inForce } from './holds.js';
import type { PermitRow } from './permit-row.js';
import type { AdmissionRequest } from './port.js';

const hour = 3_600_000;
/** Everything of so long, for the budget of all. */
export const recentMs = 24 * hour;
/** And what concerns this target, rule or service for so long: the longest window that a rule may set for them. */
export const historyMs = 31 * 24 * hour;
/** The longest window of the brake that a policy may set, and far more incidents than any of its limits. */
const stormMs = 24 * hour;
const mostIncidents = 500;
/** A run that never gave its target back (its workflow was terminated) loses it after so long. */
const longestRunMs = 24 * hour;
/** And what fails together with its target sooner: far longer than one step takes, and each step is admitted anew. */
const longestLeaseMs = hour;

type Asked = Omit<AdmissionRequest, 'preState'>;

/** From when it may be used, the last time that it was opened. */
const armedAt = sql<Date>`coalesce(armed_at, admitted_at)`;

/** What the guards judge by. `lock` also makes consumptions on this target wait until the transaction has ended. */
export async function readState(
  database: Database,
  db: Db,
  request: Asked,
  lock: boolean,
): Promise<AdmissionState & { now: number }> {
  const clock = await db.selectNoFrom(database.now().as('now')).executeTakeFirstOrThrow();
  const now = clock.now.getTime();
  return {
    now,
    targetHeldBy: await holderOf(db, request, now, lock),
    domainHeldBy: await domainHolderOf(db, request, now),
    incidents: await incidentsLately(db, now),
    lifted: await liftedLately(db, holdScopes(request.subject), now),
    effects: await effectsBefore(db, request, now),
    holds: await inForce(database, db, holdScopes(request.subject)),
    approvals: await approvalsOn(db, request.incident, request.planHash),
  };
}

/**
 * Another run with a permit on this target that it has used, or still may use, and has not given back. A permit that ran out
 * unused holds nothing.
 */
async function holderOf(db: Db, request: Asked, now: number, lock: boolean): Promise<AdmissionState['targetHeldBy']> {
  const open = keptByOthers(db, request, now - longestRunMs)
    .where('target_id', '=', request.subject.targetId)
    .orderBy('fence', 'desc');
  return holderAmong(await (lock ? open.forUpdate() : open).execute(), now);
}

/** The same for the failure domain: whoever acts there on another target. Admissions there take turns, so no row has to be locked. */
async function domainHolderOf(db: Db, request: Asked, now: number): Promise<AdmissionState['domainHeldBy']> {
  const open = keptByOthers(db, request, now - longestLeaseMs)
    .where('failure_domain', '=', request.failureDomain)
    .where('target_id', '!=', request.subject.targetId)
    .orderBy('admitted_at');
  return holderAmong(await open.execute(), now);
}

/** Permits of other runs that have not been given back. `since`: epoch milliseconds, excluded. */
const keptByOthers = (db: Db, { incident }: Asked, since: number) =>
  db
    .selectFrom('permit')
    .select(['incident', 'admitted_at', 'consumed_at', 'start_by', 'ended_at'])
    .where('incident', '!=', incident)
    .where('released_at', 'is', null)
    .where(armedAt, '>', new Date(since));

type Kept = Pick<PermitRow, 'incident' | 'admitted_at' | 'consumed_at' | 'start_by' | 'ended_at'>;

function holderAmong(rows: readonly Kept[], now: number): AdmissionState['targetHeldBy'] {
  const holder = rows.find((row) => row.consumed_at !== null || (row.ended_at === null && row.start_by.getTime() > now));
  return holder && { incident: holder.incident, since: holder.admitted_at.getTime() };
}

/** What the brake counts. An incident that joined another is that other; one that no rule is about, or that was found too late, brakes nothing. */
async function incidentsLately(db: Db, now: number): Promise<RecentIncident[]> {
  const rows = await db
    .selectFrom('incident')
    .select(['id', 'started_at', 'failure_domain'])
    .where('started_at', '>', new Date(now - stormMs))
    .where((where) => where.or([where('outcome', 'is', null), where('outcome', 'not in', ['joined', 'ignored'])]))
    .orderBy('started_at', 'desc')
    .limit(mostIncidents)
    .execute();
  return rows.map(({ id, started_at: at, failure_domain: domain }) => ({
    incident: id,
    at: at.getTime(),
    failureDomain: domain,
  }));
}

async function liftedLately(db: Db, scopes: readonly string[], now: number): Promise<LiftedHold[]> {
  const rows = await db
    .selectFrom('hold')
    .select(['kind', 'scope', 'lifted_at'])
    .where('kind', 'in', ['brake', 'demotion'])
    .where('lifted_at', '>', new Date(now - historyMs))
    .where(sql<boolean>`scope = any(${[...scopes]}::text[])`)
    .$narrowType<{ lifted_at: Date }>()
    .execute();
  return rows.map(({ kind, scope, lifted_at: at }) => ({ kind, scope, at: at.getTime() }));
}

interface EffectRow {
  incident: string;
  rule: string;
  service: string;
  action: string;
  target_id: string;
  runbook: string;
  team: string;
  verified: boolean | null;
  verified_at: Date | null;
  at: Date;
  status: string | null;
  over_at: Date | null;
  verify_by: Date | null;
  deployment: string | null;
}

/**
 * Used permits, and those of other targets that may be used any moment: without these, many at once would each see
 * the budget as it was. An effect that certainly did not happen counts too: to try is what budgets limit.
 */
async function effectsBefore(db: Db, { subject, attemptKey }: Asked, now: number): Promise<PastEffect[]> {
  const found = await sql<EffectRow>`
    select incident, rule, service, action, target_id, runbook, team, verified, verified_at,
      coalesce(consumed_at, ${armedAt}) as at, status,
      case when consumed_at is not null then coalesce(ended_at, consumed_at) end as over_at,
      consumed_at + verify_within_ms * interval '1 millisecond' as verify_by,
      ref ->> 'deployment' as deployment
    from permit
    where attempt_key <> ${attemptKey} and (
      consumed_at > ${new Date(now - recentMs)}
      or (consumed_at > ${new Date(now - historyMs)} and (target_id = ${subject.targetId} or rule = ${subject.rule} or service = ${subject.service} or team = ${subject.team ?? ''}))
      or (consumed_at is null and ended_at is null and released_at is null and start_by > ${new Date(now)} and target_id <> ${subject.targetId})
    )
    order by at desc`.execute(db);
  return found.rows.map(effectOf);
}

function effectOf(row: EffectRow): PastEffect {
  const { target_id: targetId, at, verified, verified_at, status, over_at, verify_by, deployment, ...rest } = row;
  return {
    ...rest,
    targetId,
    at: at.getTime(),
    ...(verified === null ? {} : { verified }),
    ...(verified_at === null ? {} : { verifiedAt: verified_at.getTime() }),
    ...(status === null ? {} : { status }),
    ...(over_at === null ? {} : { overAt: over_at.getTime() }),
    ...(verify_by === null ? {} : { verifyBy: verify_by.getTime() }),
    ...(deployment === null ? {} : { deployment }),
  };
}
