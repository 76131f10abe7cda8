import type { AdmissionState, LiftedHold, RecentIncident } from '../../domain/admission.js';
import type { Approval } from '../../domain/approval.js';
import { type Hold, holdScopes } from '../../domain/hold.js';
import type { JsonObject } from '../../domain/json.js';
import type { Admission, Consumption, GuardVerdict, Permit } from '../../domain/permit.js';
import type { LedgerRecord, NewRecord } from '../../domain/record.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import type { AdmissionRequest, ConsumptionRequest, LiftAnswer } from '../../ledger/port.js';
import type { HoldTime } from '../proof/proof.js';
import { historyMs, holderOf, isOpen, longestLeaseMs, pastEffects, type PermitRow, permitOf } from './permits.js';

export type Judge = (state: AdmissionState) => GuardVerdict[];

/**
 * The ledger in memory, with the meaning of the one in PostgreSQL: what there is one transaction or one statement is here one call.
 * `ledger-model.test.ts` asks both the same things and compares.
 */
export interface ModelLedger {
  admit: (request: AdmissionRequest, judge: Judge) => Admission;
  preview: (request: Omit<AdmissionRequest, 'preState'>, judge: Judge) => GuardVerdict[];
  consume: (request: ConsumptionRequest) => Consumption;
  rearm: (attemptKey: string, armed?: number) => boolean;
  effectStarted: (attemptKey: string, ref?: JsonObject) => void;
  effectEnded: (attemptKey: string, status: string, says?: string, armed?: number) => void;
  effectVerified: (attemptKey: string, verified: boolean) => void;
  releaseTarget: (incident: string, over?: boolean) => { kept: number };
  permit: (attemptKey: string) => Permit | undefined;
  /** What becomes of it: what `attemptOf` reads. */
  row: (attemptKey: string) => Readonly<PermitRow> | undefined;
  rows: () => readonly PermitRow[];
  putApproval: (approval: Approval) => void;
  approvals: (incident: string, planHash: string) => Approval[];
  placeHold: (hold: Omit<Hold, 'id' | 'since'>) => Hold;
  liftHold: (id: string, who: { by: string; admin: boolean }) => LiftAnswer;
  pastHolds: () => HoldTime[];
  /** An incident that was begun, and where its target stands, once that is planned. */
  putIncident: (incident: string, failureDomain: string) => void;
  /** It is another incident: nothing counts it. */
  joined: (incident: string) => void;
  claimCorrelation: (key: string, incident: string) => string;
  record: (line: NewRecord) => void;
  timeline: (incident: string) => LedgerRecord[];
}

const longestPermitMs = 5 * 60_000;
const mostArmed = 3;
const stormMs = 24 * 3_600_000;

const newestPermit = (a: PermitRow, b: PermitRow): number => b.fence - a.fence;

const liftedOf = (holds: readonly HoldTime[], scopes: readonly string[], now: number): LiftedHold[] =>
  holds.flatMap(({ kind, scope, liftedAt }) =>
    liftedAt !== undefined && (kind === 'brake' || kind === 'demotion') && scopes.includes(scope)
      ? [{ kind, scope, at: Date.parse(liftedAt) }].filter(({ at }) => at > now - historyMs)
      : [],
  );

export function createLedger(now: () => number): ModelLedger {
  const permits = new Map<string, PermitRow>();
  const said: Approval[] = [];
  const holds: HoldTime[] = [];
  const askedToLift = new Map<string, { by: string; at: number; admin: boolean }>();
  const owners = new Map<string, string>();
  const begun = new Map<string, RecentIncident>();
  const lines = new Map<string, LedgerRecord[]>();
  let written = 0;

  const inForce = (scopes: readonly string[]): Hold[] =>
    (holds as (Hold & HoldTime)[])
      .filter(
        ({ scope, liftedAt, until }) =>
          scopes.includes(scope) && liftedAt === undefined && !(until && Date.parse(until) <= now()),
      )
      .reverse()
      .map(({ liftedAt: _at, ...hold }) => {
        const asked = askedToLift.get(hold.id)?.by;
        return { ...hold, ...(asked === undefined ? {} : { liftAskedBy: asked }) };
      });

  const stateFor = ({
    subject,
    attemptKey,
    incident,
    planHash,
    failureDomain,
  }: Omit<AdmissionRequest, 'preState'>): AdmissionState => {
    const all = [...permits.values()];
    // What other guards want to know of the rows is one line here.
    const known = {
      now: now(),
      targetHeldBy: holderOf(all, incident, now(), ({ subject: of }) => of.targetId === subject.targetId, newestPermit),
      domainHeldBy: holderOf(
        all,
        incident,
        now(),
        (row) => row.failureDomain === failureDomain && row.subject.targetId !== subject.targetId,
        (a, b) => a.admittedAt - b.admittedAt,
        longestLeaseMs,
      ),
      incidents: [...begun.values()].filter(({ at }) => at > now() - stormMs).sort((a, b) => b.at - a.at),
      lifted: liftedOf(holds, holdScopes(subject), now()),
      effects: pastEffects(all, subject, attemptKey, now()),
      holds: inForce(holdScopes(subject)),
      approvals: ledger.approvals(incident, planHash),
    };
    return known;
  };

  const placeHolds = (verdicts: readonly GuardVerdict[]): void => {
    for (const { kind, scope, reason } of verdicts.flatMap(({ places }) => places ?? []))
      if (!inForce([scope]).some((hold) => hold.kind === kind)) ledger.placeHold({ kind, scope, reason, owner: 'opssentinel' });
  };

  const judged = (request: AdmissionRequest, judge: Judge): { verdicts: GuardVerdict[]; refusedBy: GuardVerdict | undefined } => {
    const verdicts = judge(stateFor(request));
    const answer = verdicts.length === 0 ? [nobody] : verdicts;
    placeHolds(answer);
    return { verdicts: answer, refusedBy: decisiveVerdict(answer) };
  };

  const renewed = (request: AdmissionRequest, verdicts: GuardVerdict[]): PermitRow => {
    const fences = [...permits.values()].filter(({ subject }) => subject.targetId === request.subject.targetId);
    const before = permits.get(request.attemptKey);
    const row: PermitRow = {
      ...request,
      armed: before?.armed ?? 1,
      fence: Math.max(0, ...fences.map(({ fence }) => fence)) + 1,
      verdicts,
      admittedAt: now(),
      startBy: Math.min(request.startBy, now() + longestPermitMs),
      ...(before?.ref ? { ref: before.ref } : {}),
      ...(before?.verified === undefined ? {} : { verified: before.verified, verifiedAt: before.verifiedAt }),
    };
    permits.set(request.attemptKey, row);
    return row;
  };

  const ledger: ModelLedger = {
    admit: (request, judge) => {
      const before = permits.get(request.attemptKey);
      if (before) {
        if (
          before.incident !== request.incident ||
          before.subject.targetId !== request.subject.targetId ||
          before.action !== request.action
        )
          return refused('another attempt has this key');
        const usable = before.endedAt === undefined && before.releasedAt === undefined && before.startBy > now();
        if (before.consumedAt !== undefined || (usable && sameHashes(before, request)))
          return sameHashes(before, request)
            ? { admitted: true, permit: permitOf(before), verdicts: before.verdicts }
            : refused('this attempt was used for another plan');
      }
      const { verdicts, refusedBy } = judged(request, judge);
      if (refusedBy) return { admitted: false, verdicts, refusedBy };
      return { admitted: true, permit: permitOf(renewed(request, verdicts)), verdicts };
    },
    preview: (request, judge) => {
      const verdicts = judge(stateFor(request));
      placeHolds(verdicts);
      return verdicts;
    },
    consume: (request) => {
      const row = permits.get(request.attemptKey);
      if (!row || row.incident !== request.incident) return { consumed: false, because: 'no permit' };
      if (!sameHashes(row, request)) return { consumed: false, because: 'hashes differ' };
      if (row.consumedAt !== undefined) return { consumed: false, because: 'consumed before' };
      const hold = inForce(holdScopes(row.subject)).find(
        ({ kind, since }) => kind !== 'demotion' || Date.parse(since) > row.admittedAt,
      );
      if (hold) return { consumed: false, because: 'held', hold };
      const overtaken = [...permits.values()].some(
        (other) => other.subject.targetId === row.subject.targetId && other.fence > row.fence,
      );
      if (row.endedAt !== undefined || row.releasedAt !== undefined || !(row.startBy > now()) || overtaken)
        return { consumed: false, because: 'expired' };
      row.consumedAt = now();
      return { consumed: true, permit: permitOf(row) };
    },
    rearm: (attemptKey, armed) => {
      const row = permits.get(attemptKey);
      if (armed !== undefined && row?.armed !== armed) return false;
      if (row?.consumedAt === undefined || row.endedAt !== undefined || row.releasedAt !== undefined || row.armed >= mostArmed)
        return false;
      row.consumedAt = undefined;
      row.armed += 1;
      row.startBy = now() + (row.startBy - (row.armedAt ?? row.admittedAt));
      row.armedAt = now();
      return true;
    },
    effectStarted: (attemptKey, ref = {}) => {
      const row = permits.get(attemptKey);
      // What has begun has used its permit, also where another had opened it again meanwhile.
      if (row) Object.assign(row, { ref, consumedAt: row.consumedAt ?? now() });
    },
    effectEnded: (attemptKey, status, _says, armed) => {
      const row = permits.get(attemptKey);
      if (row && row.endedAt === undefined && (armed ?? row.armed) === row.armed) Object.assign(row, { endedAt: now(), status });
    },
    effectVerified: (attemptKey, verified) => {
      const row = permits.get(attemptKey);
      if (row?.consumedAt !== undefined && row.verified === undefined) Object.assign(row, { verified, verifiedAt: now() });
    },
    releaseTarget: (incident, over = false) => {
      const held = [...permits.values()].filter((row) => row.incident === incident && row.releasedAt === undefined);
      const kept = new Set(held.filter((row) => !over && isOpen(row, now())).map(({ subject }) => subject.targetId));
      for (const row of held) if (!kept.has(row.subject.targetId)) row.releasedAt = now();
      return { kept: kept.size };
    },
    permit: (attemptKey) => {
      const row = permits.get(attemptKey);
      return row && permitOf(row);
    },
    row: (attemptKey) => permits.get(attemptKey),
    rows: () => [...permits.values()],
    putApproval: (approval) => {
      const twice = said.some((one) => one.accepted && approval.accepted && sameWord(one, approval));
      // A worker whose clock is fast must not make a word last longer.
      const at = Math.min(Date.parse(approval.at), now());
      if (!twice) said.push({ ...approval, at: new Date(at).toISOString() });
    },
    approvals: (incident, planHash) => said.filter((one) => one.incident === incident && one.planHash === planHash),
    placeHold: (hold) => {
      const placed = { ...hold, id: String(holds.length + 1), since: new Date(now()).toISOString() };
      holds.push(placed);
      return placed;
    },
    liftHold: (id, { by, admin }) => {
      const hold = holds.find((one) => one.id === id && one.liftedAt === undefined);
      if (!hold) return 'no such hold';
      const first = askedToLift.get(id);
      // What stops everything is lifted by two people, within an hour.
      const second = first !== undefined && first.by.toLowerCase() !== by.toLowerCase() && first.at > now() - 3_600_000;
      if (hold.scope === 'all' && !second) {
        askedToLift.set(id, { by, at: now(), admin });
        return 'one more';
      }
      if (hold.scope === 'all' && !admin && !first?.admin) return 'no admin';
      hold.liftedAt = new Date(now()).toISOString();
      return 'lifted';
    },
    pastHolds: () => holds,
    putIncident: (incident, failureDomain) => {
      begun.set(incident, { incident, at: begun.get(incident)?.at ?? now(), failureDomain });
    },
    joined: (incident) => void begun.delete(incident),
    claimCorrelation: (key, incident) => {
      if (!owners.has(key)) owners.set(key, incident);
      return owners.get(key) as string;
    },
    record: (line) => {
      const own = lines.get(line.incident) ?? [];
      lines.set(line.incident, own);
      if (line.once !== undefined && own.some(({ once }) => once === line.once)) return;
      own.push({ ...line, seq: ++written, at: new Date(now()).toISOString(), prev: '', hash: '' });
    },
    timeline: (incident) => lines.get(incident) ?? [],
  };
  return ledger;
}

const nobody: GuardVerdict = { guard: 'guards', verdict: 'refuse', limit: '-', found: 'no guard answered', setBy: 'design' };

type Hashes = Pick<ConsumptionRequest, 'planHash' | 'paramsHash' | 'ruleHash' | 'runbookHash'>;

const sameHashes = (a: Hashes, b: Hashes): boolean =>
  a.planHash === b.planHash && a.paramsHash === b.paramsHash && a.ruleHash === b.ruleHash && a.runbookHash === b.runbookHash;

const sameWord = (a: Approval, b: Approval): boolean =>
  a.incident === b.incident && a.planHash === b.planHash && a.by === b.by && a.decision === b.decision && a.via === b.via;

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
