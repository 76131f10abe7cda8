import type { Selectable } from 'kysely';
import type { JsonObject } from '../domain/json.js';
import type { Permit } from '../domain/permit.js';
import type { PermitTable } from './schema.js';

export type PermitRow = Selectable<PermitTable>;

export function permitOf(row: PermitRow): Permit {
  return {
    id: row.id,
    attemptKey: row.attempt_key,
    fence: Number(row.fence),
    planHash: row.plan_hash,
    paramsHash: row.params_hash,
    ruleHash: row.rule_hash,
    runbookHash: row.runbook_hash,
    action: row.action,
    targetId: row.target_id,
    place: { account: row.account, region: row.region },
    admittedAt: row.admitted_at.toISOString(),
    startBy: row.start_by.toISOString(),
    armed: row.armed,
    params: row.params,
    preState: row.pre_state,
    ...(row.ref === null ? {} : { ref: row.ref as JsonObject }),
  };
}
