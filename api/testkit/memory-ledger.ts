import type { Deploy } from '../../domain/deploy.js';
import { lifeIn } from '../../domain/incident-id.js';
import type { JsonObject } from '../../domain/json.js';
import type { LedgerRecord, NewRecord } from '../../domain/record.js';
import type { Hold } from '../../domain/hold.js';
import {
  LedgerUnavailable,
  type ApprovalRequestRow,
  type FollowerRow,
  type IncidentRow,
  type JournalEntry,
  type Ledger,
} from '../../ledger/port.js';

/** What the API uses of the ledger, in memory, with a switch that takes it away. */
export interface MemoryLedger {
  ledger: Ledger;
  journal: JournalEntry[];
  requests: ApprovalRequestRow[];
  holds: Hold[];
  /** By who told, service and id. */
  deploys: Map<string, Deploy>;
  followers: FollowerRow[];
  incidents: Map<string, IncidentRow>;
  decisions: Map<string, JsonObject>;
  append: (line: NewRecord) => LedgerRecord;
  /** While true, every method rejects. */
  away: { value: boolean };
  /** While true, nobody is told of new lines. */
  silent: { value: boolean };
}

export function createMemoryLedger(): MemoryLedger {
  const journal: JournalEntry[] = [];
  const records: LedgerRecord[] = [];
  const requests: ApprovalRequestRow[] = [];
  const holds: Hold[] = [];
  const firstIsAdmin = new Map<string, boolean>();
  const deploys = new Map<string, Deploy>();
  const followers: FollowerRow[] = [];
  const incidents = new Map<string, IncidentRow>();
  const decisions = new Map<string, JsonObject>();
  const listeners = new Set<() => void>();
  const away = { value: false };
  const silent = { value: false };

  const append = (line: NewRecord): LedgerRecord => {
    const known = records.find((one) => one.incident === line.incident && line.once !== undefined && one.once === line.once);
    if (known !== undefined) return known;
    const stored = { ...line, seq: records.length + 1, at: new Date().toISOString(), prev: '0', hash: '1' };
    records.push(stored);
    if (!silent.value) for (const listener of listeners) listener();
    return stored;
  };
  const methods: Partial<Ledger> = {
    rulesFirstSeen: async () => new Map(),
    journal: async (entry) => {
      const same = (one: JournalEntry): boolean =>
        one.source === entry.source && one.eventId === entry.eventId && one.result === entry.result;
      if (!journal.some(same)) journal.push(entry);
    },
    journalCount: async ({ source, eventId, result }) =>
      journal.filter(
        (one) =>
          one.source === (source ?? one.source) &&
          one.eventId === (eventId ?? one.eventId) &&
          one.result === (result ?? one.result),
      ).length,
    record: async (line) => append(line),
    releaseTarget: async () => ({ kept: 0 }),
    timeline: async (incident, after = 0) => records.filter((line) => line.incident === incident && line.seq > after),
    recordsAfter: async (seq, limit) => records.filter((line) => line.seq > seq).slice(0, limit),
    listen: async (onRecord) => {
      listeners.add(onRecord);
      return async () => void listeners.delete(onRecord);
    },
    putIncident: async (row) => void incidents.set(row.id, { ...incidentRow(row.id), ...row }),
    incident: async (id) => incidents.get(id),
    incidents: async (limit) => [...incidents.values()].slice(0, limit),
    latestLifeOf: async (source, externalId) =>
      [...incidents.values()]
        .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
        .map(({ id }) => lifeIn(id, { source, externalId }))
        .find((life) => life !== undefined),
    putDeploy: async (from, deploy) => {
      const key = JSON.stringify([from, deploy.service, deploy.id]);
      deploys.set(key, { ...deploys.get(key), ...deploy });
      return deploys.get(key) as Deploy;
    },
    cursors: async () => [...followers],
    decision: async (id) => decisions.get(id),
    putApprovalRequest: async (row) => void requests.push(row),
    approvalRequest: async (id) => requests.find((row) => row.id === id),
    placeHold: async (hold) => {
      const placed: Hold = { ...hold, id: `h${holds.length + 1}`, since: new Date().toISOString() };
      holds.push(placed);
      return placed;
    },
    liftHold: async (id, { by, admin }) => {
      const at = holds.findIndex((one) => one.id === id);
      const hold = holds[at];
      if (!hold) return 'no such hold';
      if (hold.scope === 'all' && (hold.liftAskedBy ?? by) === by) {
        holds[at] = { ...hold, liftAskedBy: by };
        firstIsAdmin.set(id, admin);
        return 'one more';
      }
      if (hold.scope === 'all' && !admin && !firstIsAdmin.get(id)) return 'no admin';
      holds.splice(at, 1);
      return 'lifted';
    },
    holds: async () => [...holds],
    closedCalendars: async () => [],
    rulesEvents: async () => [],
    keptRules: async () => [],
    rulesNamed: async () => [],
    rulesStanding: async () => ({}),
    evidence: async (incident) => ({ incident }),
    ready: async () => undefined,
  };
  const ledger = new Proxy(methods as Ledger, {
    get:
      (target, name: keyof Ledger) =>
      async (...args: never[]) => {
        if (away.value) throw new LedgerUnavailable('no answer');
        return (target[name] as (...given: never[]) => unknown)(...args);
      },
  });
  return { ledger, journal, requests, holds, deploys, followers, incidents, decisions, append, away, silent };
}

export function incidentRow(id: string): IncidentRow {
  return {
    id,
    title: 'web-cpu-high',
    service: 'checkout',
    environment: 'staging',
    rule: 'ec2-cpu-high',
    mode: 'approve',
    remediation: 'waiting for approval',
    source: 'bench',
    status: 'triggered',
    outcome: null,
    planHash: null,
    failureDomain: '',
    effects: 0,
    startedAt: '2026-11-22T03:12:41.000Z',
    endedAt: null,
  };
}
