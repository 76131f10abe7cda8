import { sql } from 'kysely';
import type { AdmissionState } from '../domain/admission.js';
import { holdScopes } from '../domain/hold.js';
import type { Admission, GuardVerdict } from '../domain/permit.js';
import { decisiveVerdict } from '../domain/verdicts.js';
import { readState } from './admission-state.js';
import type { Database, Tx } from './database.js';
import { permitOf, type PermitRow } from './permit-row.js';
import type { AdmissionRequest, Ledger } from './port.js';
import { inForce } from './holds.js';
import { storable, storableText } from './storable.js';
import { takeTurn } from './turn.js';

type Judge = (state: AdmissionState) => GuardVerdict[];

export function admission(database: Database): Pick<Ledger, 'admit' | 'preview' | 'permit'> {
  return {
    admit: (request, judge) =>
      database.transaction(async (tx) => {
        await takeTurn(tx);
        const before = await tx
          .selectFrom('permit')
          .selectAll()
          .select(sql<boolean>`ended_at is null and released_at is null and start_by > ${database.now()}`.as('usable'))
          .where('attempt_key', '=', request.attemptKey)
          .forUpdate()
          .executeTakeFirst();
        return before ? again(database, tx, request, before, judge) : first(database, tx, request, judge);
      }),
    preview: async (request, judge) => {
      const verdicts = await database.run(async (db) => judge(await readState(database, db, request, false)));
      // What trips here must stay as it would after admission: whoever only asks for leave has seen the same.
      if (verdicts.some(({ places = [] }) => places.length > 0))
        await database.transaction(async (tx) => {
          await takeTurn(tx);
          await placeHolds(database, tx, verdicts);
        });
      return verdicts;
    },
    permit: (attemptKey) =>
      database.run(async (db) => {
        const row = await db.selectFrom('permit').selectAll().where('attempt_key', '=', attemptKey).executeTakeFirst();
        return row && permitOf(row);
      }),
  };
}

async function first(database: Database, tx: Tx, request: AdmissionRequest, judge: Judge): Promise<Admission> {
  const { verdicts, refusedBy, admittedAt } = await judged(database, tx, request, judge);
  if (refusedBy) return { admitted: false, verdicts, refusedBy };
  const { subject, failureDomain, place } = request;
  const row = await tx
    .insertInto('permit')
    .values({
      ...(await renewable(tx, request, verdicts, admittedAt)),
      attempt_key: request.attemptKey,
      incident: request.incident,
      step: request.step,
      target_id: subject.targetId,
      environment: subject.environment,
      service: subject.service,
      rule: subject.rule,
      failure_domain: failureDomain,
      account: place.account,
      region: place.region,
      action: request.action,
      runbook: subject.runbook,
      team: subject.team,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { admitted: true, permit: permitOf(row), verdicts };
}

/**
 * The same key gives the same permit. One that ran out or was given up without ever having been used is judged
 * anew; one that was used is given back as it is, and only `rearm` opens it.
 */
async function again(
  database: Database,
  tx: Tx,
  request: AdmissionRequest,
  before: PermitRow & { usable: boolean },
  judge: Judge,
): Promise<Admission> {
  if (before.incident !== request.incident || before.target_id !== request.subject.targetId || before.action !== request.action) {
    return refused('another attempt has this key');
  }
  const same =
    before.plan_hash === request.planHash &&
    before.params_hash === request.paramsHash &&
    before.rule_hash === request.ruleHash &&
    before.runbook_hash === request.runbookHash;
  if (before.consumed_at !== null || (before.usable && same)) {
    return same
      ? { admitted: true, permit: permitOf(before), verdicts: before.verdicts }
      : refused('this attempt was used for another plan');
  }
  const { verdicts, refusedBy, admittedAt } = await judged(database, tx, request, judge);
  if (refusedBy) return { admitted: false, verdicts, refusedBy };
  const fresh = {
    ...(await renewable(tx, request, verdicts, admittedAt)),
    ended_at: null,
    status: null,
    ended_says: null,
    released_at: null,
  };
  const row = await tx.updateTable('permit').set(fresh).where('id', '=', before.id).returningAll().executeTakeFirstOrThrow();
  return { admitted: true, permit: permitOf(row), verdicts };
}

/** No permit lives longer, whatever is asked for. */
const longestPermitMs = 5 * 60_000;

/** What is new each time that a permit is granted: its number in the target's order, what it is bound to, and until when. */
async function renewable(tx: Tx, request: AdmissionRequest, verdicts: GuardVerdict[], admittedAt: Date) {
  const last = await tx
    .selectFrom('permit')
    .select((select) => select.fn.max('fence').as('fence'))
    .where('target_id', '=', request.subject.targetId)
    .executeTakeFirstOrThrow();
  return {
    // No row: null, which counts as 0.
    fence: String(Number(last.fence) + 1),
    plan_hash: request.planHash,
    params_hash: request.paramsHash,
    rule_hash: request.ruleHash,
    runbook_hash: request.runbookHash,
    // Decided again under other rules, it is covered by what covers these.
    scopes: holdScopes(request.subject),
    params: storable(request.params),
    pre_state: storable(request.preState),
    verdicts: JSON.stringify(storable(verdicts as never)) as never,
    admitted_at: admittedAt,
    armed_at: null,
    verify_within_ms: request.verifyWithinMs === undefined ? null : String(request.verifyWithinMs),
    // The worker's clock names the moment, the database's clock bounds it: a worker that runs fast grants no long-lived permit.
    start_by: new Date(Math.min(request.startBy, admittedAt.getTime() + longestPermitMs)),
  };
}

async function judged(database: Database, tx: Tx, request: AdmissionRequest, judge: Judge) {
  const state = await readState(database, tx, request, true);
  const verdicts = judge(state);
  const none: GuardVerdict[] = [
    {
      guard: 'guards',
      verdict: 'refuse',
      limit: '-',
      found: 'no guard answered',
      setBy: 'design',
    },
  ];
  const said = verdicts.length === 0 ? none : verdicts;
  await placeHolds(database, tx, said);
  return {
    verdicts: said,
    refusedBy: decisiveVerdict(said),
    admittedAt: new Date(state.now),
  };
}

/** What guards put in force by their verdicts: a brake that tripped, a rule that asks from now on. Once per scope. */
async function placeHolds(database: Database, tx: Tx, verdicts: readonly GuardVerdict[]): Promise<void> {
  for (const { kind, scope, reason } of verdicts.flatMap(({ places }) => places ?? [])) {
    const standing = await inForce(database, tx, [scope]);
    if (standing.some((hold) => hold.kind === kind)) continue;
    const row = { kind, scope: storableText(scope), reason: storableText(reason), owner: 'opssentinel', until: null };
    await tx
      .insertInto('hold')
      .values({ ...row, since: database.now() })
      .execute();
  }
}

function refused(found: string): Admission {
  const refusedBy: GuardVerdict = {
    guard: 'permit',
    verdict: 'refuse',
    limit: 'one attempt, one permit',
    found,
    setBy: 'design',
  };
  return { admitted: false, verdicts: [refusedBy], refusedBy };
}
