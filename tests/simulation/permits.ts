import type { AdmissionState, PastEffect } from '../../domain/admission.js';
import type { HoldSubject } from '../../domain/hold.js';
import type { JsonObject } from '../../domain/json.js';
import type { GuardVerdict, Permit } from '../../domain/permit.js';
import type { AdmissionRequest } from '../../ledger/port.js';

/** A row of the ledger's table of permits. Times in epoch milliseconds. */
export interface PermitRow extends AdmissionRequest {
  fence: number;
  armed: number;
  verdicts: GuardVerdict[];
  admittedAt: number;
  /** When it was opened again the last time. */
  armedAt?: number | undefined;
  consumedAt?: number | undefined;
  releasedAt?: number | undefined;
  /** What the vendor calls it; there once it has begun. */
  ref?: JsonObject;
  endedAt?: number | undefined;
  status?: string | undefined;
  verified?: boolean | undefined;
  verifiedAt?: number | undefined;
}

const hour = 3_600_000;
const recentMs = 24 * hour;
export const historyMs = 31 * 24 * hour;
const longestRunMs = 24 * hour;
export const longestLeaseMs = hour;

/** Another run with a permit that it has used, or still may use, and has not given back. */
export function holderOf(
  rows: readonly PermitRow[],
  incident: string,
  now: number,
  where: (row: PermitRow) => boolean,
  order: (a: PermitRow, b: PermitRow) => number,
  longestMs = longestRunMs,
): AdmissionState['targetHeldBy'] {
  const [holder] = rows
    .filter(
      (row) =>
        row.incident !== incident &&
        row.releasedAt === undefined &&
        (row.armedAt ?? row.admittedAt) > now - longestMs &&
        where(row) &&
        (row.consumedAt !== undefined || (row.endedAt === undefined && row.startBy > now)),
    )
    .sort(order);
  return holder && { incident: holder.incident, since: holder.admittedAt };
}

/** Used permits, and those of other targets that may be used any moment; newest first. */
export function pastEffects(rows: readonly PermitRow[], subject: HoldSubject, attemptKey: string, now: number): PastEffect[] {
  return rows
    .filter((row) => row.attemptKey !== attemptKey && counts(row, subject, now))
    .map((row) => {
      const { incident, subject: of, consumedAt, armedAt, admittedAt } = row;
      const { rule, service, action, targetId, runbook = '', team = '' } = of;
      const at = consumedAt ?? armedAt ?? admittedAt;
      return { incident, rule, service, action, targetId, runbook, team, at, ...becameOf(row) };
    })
    .sort((a, b) => b.at - a.at);
}

function becameOf({ consumedAt, verified, verifiedAt, status, endedAt, verifyWithinMs, ref }: PermitRow): Partial<PastEffect> {
  const { deployment } = ref ?? {};
  return {
    ...(verified === undefined ? {} : { verified }),
    ...(verifiedAt === undefined ? {} : { verifiedAt }),
    ...(status === undefined ? {} : { status }),
    ...(consumedAt === undefined ? {} : { overAt: endedAt ?? consumedAt }),
    ...(consumedAt === undefined || verifyWithinMs === undefined ? {} : { verifyBy: consumedAt + verifyWithinMs }),
    ...(typeof deployment === 'string' ? { deployment } : {}),
  };
}

function counts(
  { subject: of, consumedAt, endedAt, releasedAt, startBy }: PermitRow,
  subject: HoldSubject,
  now: number,
): boolean {
  if (consumedAt === undefined)
    return endedAt === undefined && releasedAt === undefined && startBy > now && of.targetId !== subject.targetId;
  const about =
    of.targetId === subject.targetId ||
    of.rule === subject.rule ||
    of.service === subject.service ||
    (of.team ?? '') === (subject.team ?? '');
  return consumedAt > now - recentMs || (about && consumedAt > now - historyMs);
}

const longestUndoMs = hour;

/** Used, and neither ended nor verified within its time. */
export const isOpen = ({ consumedAt, endedAt, status, verified, verifyWithinMs }: PermitRow, now: number): boolean =>
  consumedAt !== undefined &&
  verified === undefined &&
  status !== 'unknown' &&
  status !== 'not-done' &&
  (endedAt === undefined || verifyWithinMs !== undefined) &&
  consumedAt + (verifyWithinMs ?? longestUndoMs) > now;

export const permitOf = (row: PermitRow): Permit => ({
  id: row.attemptKey,
  attemptKey: row.attemptKey,
  fence: row.fence,
  planHash: row.planHash,
  paramsHash: row.paramsHash,
  ruleHash: row.ruleHash,
  runbookHash: row.runbookHash,
  action: row.action,
  targetId: row.subject.targetId,
  place: row.place,
  admittedAt: new Date(row.admittedAt).toISOString(),
  startBy: new Date(row.startBy).toISOString(),
  armed: row.armed,
  params: row.params,
  preState: row.preState,
  ...(row.ref ? { ref: row.ref } : {}),
});
