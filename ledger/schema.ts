import type { Generated } from 'kysely';
import type { Approval } from '../domain/approval.js';
import type { Hold } from '../domain/hold.js';
import type { Json, JsonObject } from '../domain/json.js';
import type { NewLabel } from '../domain/label.js';
import type { GuardVerdict } from '../domain/permit.js';
import type { Risk } from '../domain/plan.js';
import type { Phase, RecordState } from '../domain/record.js';
import type { RuleFile, RulesEvent, RulesPart, RulesRevision } from '../domain/rules-revision.js';

/** Rows as `pg` hands them over: timestamps as Date, bigint as text, jsonb parsed. Written by the SQL in `migrations.ts`. */
export interface Schema {
  journal: JournalTable;
  record: RecordTable;
  chain_head: { one: Generated<boolean>; seq: string; hash: string };
  incident: IncidentTable;
  decision: {
    id: Generated<string>;
    incident: string;
    digest: string;
    decision: JsonObject;
    at: Date;
  };
  correlation: { key: string; incident: string; at: Date };
  permit: PermitTable;
  approval_request: {
    id: string;
    incident: string;
    by: string;
    role: string;
    via: string;
    at: Date;
  };
  approval: ApprovalTable;
  hold: HoldTable;
  follower: { name: string; seq: string; skipped: number; at: Date };
  deploy: DeployTable;
  rule_set: RuleSetTable;
  rule_event: RuleEventTable;
  label: LabelTable;
  calendar_seen: CalendarSeenTable;
}

interface JournalTable {
  id: Generated<string>;
  at: Date;
  source: string;
  event_id: string;
  event_type: string;
  incident: string | null;
  result: string;
  says: string;
}

export interface RecordTable {
  seq: string;
  at: Date;
  incident: string;
  phase: Phase;
  state: RecordState;
  says: string;
  once: string | null;
  data: JsonObject | null;
  prev: string;
  hash: string;
}

export interface IncidentTable {
  id: string;
  title: Generated<string>;
  service: Generated<string>;
  environment: Generated<string>;
  rule: Generated<string>;
  mode: Generated<string>;
  remediation: Generated<string>;
  source: Generated<string>;
  status: Generated<string>;
  outcome: string | null;
  plan_hash: string | null;
  /** `<account>/<region>/<service>` of the planned target; empty: there is none. */
  failure_domain: Generated<string>;
  effects: Generated<number>;
  started_at: Generated<Date>;
  ended_at: Date | null;
}

export interface PermitTable {
  id: Generated<string>;
  attempt_key: string;
  incident: string;
  step: number;
  fence: string;
  plan_hash: string;
  params_hash: string;
  rule_hash: string;
  runbook_hash: string;
  action: string;
  target_id: string;
  environment: string;
  service: string;
  rule: string;
  runbook: Generated<string>;
  team: Generated<string>;
  /** `holdScopes` of what it would touch. */
  scopes: string[];
  failure_domain: string;
  account: string;
  region: string;
  params: JsonObject;
  pre_state: JsonObject;
  verdicts: GuardVerdict[];
  armed: Generated<number>;
  admitted_at: Date;
  /** When it was opened again the last time; null: it is as it was admitted. */
  armed_at: Date | null;
  start_by: Date;
  /** Milliseconds after its use; null: it is never verified. */
  verify_within_ms: string | null;
  consumed_at: Date | null;
  released_at: Date | null;
  started_at: Date | null;
  ref: Json | null;
  started_says: string | null;
  ended_at: Date | null;
  status: string | null;
  ended_says: string | null;
  verified_at: Date | null;
  verified: boolean | null;
  verified_says: string | null;
}

export interface ApprovalTable {
  id: Generated<string>;
  incident: string;
  plan_hash: string;
  decision: Approval['decision'];
  by: string;
  via: string;
  verified_identity: boolean;
  accepted: boolean;
  reason: string;
  at: Date;
}

export interface HoldTable {
  id: Generated<string>;
  kind: Hold['kind'];
  scope: string;
  reason: string;
  owner: string;
  since: Date;
  until: Date | null;
  lifted_at: Date | null;
  lifted_by: string | null;
  /** Who was the first of two to lift it. */
  asked_by: string | null;
  asked_at: Date | null;
  asked_admin: boolean | null;
}

export interface DeployTable {
  source: string;
  service: string;
  id: string;
  environment: string | null;
  says: string;
  started_at: Date;
  ended_at: Date | null;
  at: Date;
}

export interface RuleSetTable {
  hash: string;
  files: RuleFile[];
  parts: RulesPart[];
  revision: RulesRevision | null;
  first_seen: Date;
}

export interface RuleEventTable {
  id: Generated<string>;
  kind: RulesEvent['kind'];
  hash: string | null;
  commit_id: string | null;
  by: string;
  reason: string;
  at: Date;
}

export interface CalendarSeenTable {
  calendar: string;
  scope: string;
  asked: string;
  closed: boolean;
  says: string;
  allow: Risk[];
  until: Date | null;
  read_at: Date;
  read_by: string;
}

export interface LabelTable {
  incident: string;
  /** False: a person's word, of which there is one per incident as well. */
  by_machine: boolean;
  rule: string;
  logic_hash: string;
  runbook_hash: string;
  environment: string;
  mode: NewLabel['mode'];
  label: NewLabel['label'];
  kind: NewLabel['kind'];
  because: string;
  by: string;
  refused_by: string;
  at: Date;
}
