import type { Approval } from '../domain/approval.js';
import type { CalendarSeen } from '../domain/calendar.js';
import type { Deploy } from '../domain/deploy.js';
import type { Hold, HoldSubject } from '../domain/hold.js';
import type { JsonObject } from '../domain/json.js';
import type { LabelRow, NewLabel } from '../domain/label.js';
import type { Recoveries } from '../domain/patience.js';
import type { Admission, Consumption, GuardVerdict, Permit } from '../domain/permit.js';
import type { LedgerRecord, NewRecord } from '../domain/record.js';
import type { AdmissionState } from '../domain/admission.js';
import type { KeptRules, RulesEvent, RulesPart, RulesStanding, StoredRules } from '../domain/rules-revision.js';

/** Everything that a permit is bound to. */
export interface AdmissionRequest {
  attemptKey: string;
  incident: string;
  step: number;
  planHash: string;
  ruleHash: string;
  runbookHash: string;
  /** SHA-256 over action id and parameters. */
  paramsHash: string;
  action: string;
  subject: HoldSubject;
  failureDomain: string;
  place: { account: string; region: string };
  params: JsonObject;
  preState: JsonObject;
  /** Epoch milliseconds. */
  startBy: number;
  /**
   * How long after its use it is to be known at the latest whether it helped: its own time to run and its longest verification, by the
   * plan. Whole milliseconds. Absent: it is never verified, for it puts something back.
   */
  verifyWithinMs?: number;
}

/** What an effect activity shows to have its permit consumed. */
export interface ConsumptionRequest {
  /** Whose permit it is: in its name the effect is made and told. */
  incident: string;
  attemptKey: string;
  planHash: string;
  paramsHash: string;
  ruleHash: string;
  runbookHash: string;
}

export interface IncidentRow {
  id: string;
  title: string;
  service: string;
  environment: string;
  rule: string;
  mode: string;
  /** In operations words: `waiting for approval`. */
  remediation: string;
  source: string;
  status: string;
  outcome: string | null;
  planHash: string | null;
  /** `<account>/<region>/<service>` of the planned target; empty: there is none. */
  failureDomain: string;
  effects: number;
  startedAt: string;
  endedAt: string | null;
}

export interface ApprovalRequestRow {
  id: string;
  incident: string;
  by: string;
  role: string;
  via: string;
}

export interface FollowerRow {
  follower: string;
  /** Lines that it has not stored yet. */
  behind: number;
  /** Lines that its sink refused for good, since it began. */
  skipped: number;
  /** ISO 8601, UTC: when it last came forward. */
  at: string;
}

/** A rule as it decides, in one environment or in all. */
export interface RuleAsked {
  rule: string;
  environment?: string;
  logicHash?: string;
}

/** What a rule's own past says. Milliseconds. */
export interface Learned {
  /** Verified effects that the times are of. */
  recovered: number;
  recoveryMs?: { p50: number; p90: number; p95: number };
  /** Judged runs in which nothing was done by us, and how many of them cleared by themselves. */
  untouched: number;
  clearedItself: number;
  /** The same recoveries by the service that they were on, as its source names it; absent: there is none. */
  services?: { source: string; service: string; environment: string; recovered: number; p90Ms: number }[];
  /** How long each of its runbooks took to be verified once it had ended: what verification goes by. Absent: none was verified. */
  runbooks?: (Recoveries & { runbook: string })[];
}

/** `one more`: somebody else has to say so too. `no admin`: somebody else has, and neither of the two is an admin. */
export type LiftAnswer = 'lifted' | 'one more' | 'no admin' | 'no such hold';

export interface JournalEntry {
  source: string;
  eventId: string;
  eventType: string;
  incident?: string;
  result: 'started' | 'signalled' | 'duplicate' | 'recorded' | 'quarantined' | 'refused' | 'ping';
  says: string;
}

/**
 * PostgreSQL behind one door: what must be decided atomically and outlive Temporal's retention.
 * Every method rejects with LedgerUnavailable when the database does not answer in time; then nothing is allowed.
 */
export interface Ledger {
  /** One line per webhook; same source and event id and result written once. */
  journal: (entry: JournalEntry) => Promise<void>;
  journalCount: (where: Partial<Pick<JournalEntry, 'source' | 'eventId' | 'result'>>) => Promise<number>;

  /** Appends to the hash chain. `once` makes it idempotent per incident. Returns the stored line. */
  record: (line: NewRecord) => Promise<LedgerRecord>;
  timeline: (incident: string, afterSeq?: number) => Promise<LedgerRecord[]>;
  /** All incidents' lines after a cursor, oldest first: what followers and SSE read. */
  recordsAfter: (seq: number, limit: number) => Promise<LedgerRecord[]>;
  /** Calls back soon after a line was committed by anyone. Returns how to stop. */
  listen: (onRecord: () => void) => Promise<() => Promise<void>>;
  /** The last line that a follower has stored. One that is new begins at the end of the chain. */
  cursor: (follower: string) => Promise<number>;
  /** Forwards only. `skipped`: how many lines it could not store for good. */
  moveCursor: (follower: string, seq: number, skipped: number) => Promise<void>;
  cursors: () => Promise<FollowerRow[]>;
  /** For as long as it is held, nobody else follows under this name. `undefined`: somebody does, or the database is away. */
  followAlone: (follower: string) => Promise<{ lost: () => boolean; release: () => Promise<void> } | undefined>;
  /** Walks the chain; the first broken line, if any. */
  verifyChain: () => Promise<{ ok: true; lines: number } | { ok: false; seq: number; says: string }>;

  /** Writes or updates what the incident list shows. */
  putIncident: (row: Partial<IncidentRow> & { id: string }) => Promise<void>;
  incident: (id: string) => Promise<IncidentRow | undefined>;
  incidents: (limit: number) => Promise<IncidentRow[]>;
  /** The newest life of an incident that we began, as `generation` of a reference; `undefined`: none. */
  latestLifeOf: (source: string, externalId: string) => Promise<string | undefined>;
  /** The whole decision, plan included, as `decide` returned it. */
  putDecision: (incident: string, decision: JsonObject) => Promise<void>;
  decision: (incident: string) => Promise<JsonObject | undefined>;

  /** First to claim owns. Returns the owner's incident id. */
  claimCorrelation: (key: string, incident: string) => Promise<string>;

  /**
   * One transaction: locks by target and failure domain, reads the state, asks `judge`, writes the permit or nothing.
   * The same key gives the same permit; a consumed one is given back as it is.
   */
  admit: (request: AdmissionRequest, judge: (state: AdmissionState) => GuardVerdict[]) => Promise<Admission>;
  /** The same reads without a permit: "would you admit?". What the verdicts put in force stands as it would after `admit`. */
  preview: (
    request: Omit<AdmissionRequest, 'preState'>,
    judge: (state: AdmissionState) => GuardVerdict[],
  ) => Promise<GuardVerdict[]>;
  /** The permit of a key, whatever has become of it. */
  permit: (attemptKey: string) => Promise<Permit | undefined>;
  /** One statement: unconsumed, unexpired, not held, hashes equal. */
  consume: (request: ConsumptionRequest) => Promise<Consumption>;
  /** Opens a consumed permit again after proven absence; at most twice. `armed`: only that use of it, for a later one is another's. */
  rearm: (attemptKey: string, armed?: number) => Promise<boolean>;
  effectStarted: (attemptKey: string, ref: JsonObject, says: string) => Promise<void>;
  /** The first word stands. `armed`: only of that use of the permit; of one that was opened again since, nothing is written. */
  effectEnded: (
    attemptKey: string,
    status: 'succeeded' | 'failed' | 'unknown' | 'not-done',
    says: string,
    armed?: number,
  ) => Promise<void>;
  effectVerified: (attemptKey: string, verified: boolean, says: string) => Promise<void>;
  /**
   * Ends the run's hold on its targets, but for those on which an effect of it is open: used, and neither ended nor verified within its
   * time. Those are kept, and the journal says that somebody asked. `over`: who asks knows by more than its input that the run is no
   * more, or has seen its effects through. `target`: that one alone.
   */
  releaseTarget: (incident: string, over?: boolean, target?: string) => Promise<{ kept: number }>;

  /** Written by our own door after it knows who asks. */
  putApprovalRequest: (row: ApprovalRequestRow) => Promise<void>;
  approvalRequest: (id: string) => Promise<ApprovalRequestRow | undefined>;
  putApproval: (approval: Approval) => Promise<void>;
  approvals: (incident: string, planHash: string) => Promise<Approval[]>;

  placeHold: (hold: Omit<Hold, 'id' | 'since'>) => Promise<Hold>;
  /** What stops everything is lifted by two people within an hour, one of them an admin: the first one's word alone lifts nothing. */
  liftHold: (id: string, who: { by: string; admin: boolean }) => Promise<LiftAnswer>;
  holds: () => Promise<Hold[]>;
  holdsOn: (subject: HoldSubject) => Promise<Hold[]>;
  /** Every hold that ever was, newest first, with the moment at which a human lifted it (ISO 8601, UTC). */
  pastHolds: () => Promise<(Hold & { liftedAt?: string })[]>;

  /** What was seen of the calendars outside, for people alone: of each the latest look stands. */
  putCalendars: (seen: readonly CalendarSeen[]) => Promise<void>;
  /** Those that were closed when somebody last looked, and have not opened since by their own word; looks of the last 24 hours. */
  closedCalendars: () => Promise<CalendarSeen[]>;

  /**
   * Writes what was told of a deployment, and returns what is known of it now. The same id of the same sender and service is the same
   * deployment, told in any order and as often as one likes; one that begins after it had ended runs again.
   */
  putDeploy: (from: string, deploy: Deploy) => Promise<Deploy>;
  /** Deployments of a service, by any of its names whatever their case, that ended or, not ended yet, began since. Epoch milliseconds; newest first. */
  deploysOf: (services: readonly string[], sinceMs: number) => Promise<(Deploy & { from: string })[]>;

  /** One row per incident by the machine and one by a person; what stands is given back, and never changed. */
  putLabel: (label: NewLabel) => Promise<{ row: LabelRow; written: boolean }>;
  /** Where this label gives reason to: the rule has to ask from now on, by one hold that stands until it is lifted. */
  demote: (because: LabelRow) => Promise<{ hold: Hold; placed: boolean } | undefined>;
  labelsOfIncident: (incident: string) => Promise<LabelRow[]>;
  /** Newest first. */
  labelsOf: (asked: RuleAsked) => Promise<LabelRow[]>;
  /** Incidents that this logic of a rule planned for in an environment, and since when. */
  matchedBy: (asked: Required<RuleAsked>) => Promise<{ matched: number; since?: string }>;
  /** Our own effects on these targets that began within this time. Epoch milliseconds; oldest first. */
  actedOn: (
    targets: readonly string[],
    within: { sinceMs: number; untilMs: number },
  ) => Promise<{ incident: string; action: string; at: string }[]>;
  learned: (asked: Pick<Required<RuleAsked>, 'rule' | 'logicHash'>) => Promise<Learned>;
  /** When rules of these file hashes were loaded first. ISO 8601, UTC. */
  rulesFirstSeen: (hashes: readonly string[]) => Promise<Map<string, string>>;

  /** Keeps a set of rules, once per hash; a revision that is told later takes the place of the one before. */
  putRules: (set: StoredRules) => Promise<void>;
  storedRules: (hash: string) => Promise<StoredRules | undefined>;
  /** Without their files, newest first. */
  keptRules: (limit: number) => Promise<KeptRules[]>;
  /** Everything whose hash begins so: sets, rules and runbooks, each once. */
  rulesNamed: (prefix: string) => Promise<RulesPart[]>;
  putRulesEvent: (event: Omit<RulesEvent, 'at'>) => Promise<RulesEvent>;
  /** Newest first. */
  rulesEvents: (limit: number) => Promise<RulesEvent[]>;
  rulesStanding: () => Promise<RulesStanding>;
  /** Hash of the set that came into force last, in any process. */
  lastForced: () => Promise<string | undefined>;

  /** One query: event, rule, decision, approvals, permits and results of one incident. */
  evidence: (incident: string) => Promise<JsonObject>;
  ready: () => Promise<void>;
  close: () => Promise<void>;
}

export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
