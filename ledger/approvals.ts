import { sql, type Selectable } from 'kysely';
import type { Approval } from '../domain/approval.js';
import type { Database, Db } from './database.js';
import type { Ledger } from './port.js';
import type { ApprovalTable } from './schema.js';
import { storableText } from './storable.js';

export function approvalBook(
  database: Database,
): Pick<Ledger, 'putApprovalRequest' | 'approvalRequest' | 'putApproval' | 'approvals'> {
  return {
    putApprovalRequest: (row) =>
      database.run(async (db) => {
        await db
          .insertInto('approval_request')
          .values({ ...row, at: database.now() })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }),
    approvalRequest: (id) =>
      database.run((db) =>
        db.selectFrom('approval_request').select(['id', 'incident', 'by', 'role', 'via']).where('id', '=', id).executeTakeFirst(),
      ),
    putApproval: (approval) =>
      database.run(async (db) => {
        // A repeated activity writes an accepted word once; refused attempts are all kept.
        await db
          .insertInto('approval')
          // A word lasts from its date: a worker whose clock is fast must not make it last longer.
          .values({ ...rowOf(approval), at: sql<Date>`least(${new Date(approval.at)}::timestamptz, ${database.now()})` as never })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }),
    approvals: (incident, planHash) => database.run((db) => approvalsOn(db, incident, planHash)),
  };
}

/** Everything that was said on one plan, oldest first. */
export async function approvalsOn(db: Db, incident: string, planHash: string): Promise<Approval[]> {
  const rows = await db
    .selectFrom('approval')
    .selectAll()
    .where('incident', '=', incident)
    .where('plan_hash', '=', planHash)
    .orderBy('id')
    .execute();
  return rows.map(approvalOf);
}

function rowOf({ planHash, verifiedIdentity, at, by, reason, ...rest }: Approval) {
  return {
    ...rest,
    by: storableText(by),
    reason: storableText(reason),
    plan_hash: planHash,
    verified_identity: verifiedIdentity,
    at: new Date(at),
  };
}

function approvalOf({
  id: _id,
  plan_hash: planHash,
  verified_identity: verifiedIdentity,
  at,
  ...rest
}: Selectable<ApprovalTable>): Approval {
  return { ...rest, planHash, verifiedIdentity, at: at.toISOString() };
}
