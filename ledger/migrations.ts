/** Applied in order, once each, never changed after release: a later need is a later entry. */
export const migrations: readonly { name: string; sql: string }[] = [
  {
    name: 'the ledger',
    sql: `
create table journal (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  source text not null,
  event_id text not null,
  event_type text not null,
  incident text,
  result text not null,
  says text not null,
  unique (source, event_id, result)
);
create index journal_incident on journal (incident);

create table record (
  seq bigint primary key,
  at timestamptz not null,
  incident text not null,
  phase text not null,
  state text not null,
  says text not null,
  once text,
  data jsonb,
  prev text not null,
  hash text not null,
  unique (incident, once)
);
create index record_incident on record (incident, seq);

-- The end of the chain: taken by whoever appends, and what makes a cut-off tail visible.
create table chain_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash text not null
);
insert into chain_head (seq, hash) values (0, repeat('0', 64));

create function record_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the record is append-only: % is refused', tg_op;
end $$;
create trigger record_append_only before update or delete on record
  for each row execute function record_is_append_only();
create trigger record_no_truncate before truncate on record
  for each statement execute function record_is_append_only();

create table incident (
  id text primary key,
  title text not null default '',
  service text not null default '',
  environment text not null default '',
  rule text not null default '',
  mode text not null default '',
  remediation text not null default '',
  source text not null default '',
  status text not null default '',
  outcome text,
  plan_hash text,
  effects integer not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
create index incident_started on incident (started_at desc);

create table decision (
  id bigint generated always as identity primary key,
  incident text not null,
  digest text not null,
  decision jsonb not null,
  at timestamptz not null,
  unique (incident, digest)
);

create table correlation (
  key text primary key,
  incident text not null,
  at timestamptz not null
);

create table permit (
  id uuid primary key default gen_random_uuid(),
  attempt_key text not null unique,
  incident text not null,
  step integer not null,
  fence bigint not null,
  plan_hash text not null,
  params_hash text not null,
  rule_hash text not null,
  runbook_hash text not null,
  action text not null,
  target_id text not null,
  environment text not null,
  service text not null,
  rule text not null,
  scopes text[] not null,
  failure_domain text not null,
  account text not null,
  region text not null,
  params jsonb not null,
  pre_state jsonb not null,
  verdicts jsonb not null,
  armed integer not null default 1 check (armed between 1 and 3),
  admitted_at timestamptz not null,
  start_by timestamptz not null,
  consumed_at timestamptz,
  released_at timestamptz,
  started_at timestamptz,
  ref jsonb,
  started_says text,
  ended_at timestamptz,
  status text,
  ended_says text,
  verified_at timestamptz,
  verified boolean,
  verified_says text,
  unique (target_id, fence)
);
create index permit_consumed on permit (consumed_at desc) where consumed_at is not null;
create index permit_target_consumed on permit (target_id, consumed_at desc);
create index permit_open on permit (target_id) where released_at is null;
create index permit_incident on permit (incident);

create table approval_request (
  id text primary key,
  incident text not null,
  by text not null,
  role text not null,
  via text not null,
  at timestamptz not null
);
create index approval_request_incident on approval_request (incident);

create table approval (
  id bigint generated always as identity primary key,
  incident text not null,
  plan_hash text not null,
  decision text not null,
  by text not null,
  via text not null,
  verified_identity boolean not null,
  accepted boolean not null,
  reason text not null,
  at timestamptz not null
);
create index approval_plan on approval (incident, plan_hash);
create unique index approval_once on approval (incident, plan_hash, decision, by, via) where accepted;

create sequence hold_number;
create table hold (
  id text primary key default 'H' || nextval('hold_number'),
  kind text not null,
  scope text not null,
  reason text not null,
  owner text not null,
  since timestamptz not null,
  until timestamptz,
  lifted_at timestamptz,
  lifted_by text
);
create index hold_open on hold (scope) where lifted_at is null;
`,
  },
  {
    name: 'followers',
    sql: `
create table follower (
  name text primary key,
  seq bigint not null,
  skipped int not null,
  at timestamptz not null
);
`,
  },
  {
    name: 'deployments, and the lives of one incident',
    sql: `
-- What was told of deployments: the sender's id is one deployment of one service, from its beginning to its end.
create table deploy (
  source text not null,
  service text not null,
  id text not null,
  environment text,
  says text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  at timestamptz not null,
  primary key (source, service, id)
);
create index deploy_service on deploy (lower(service), started_at desc);

-- All lives of an incident stand beside each other in byte order.
create index incident_life on incident (id collate "C");
create index journal_life on journal (incident collate "C") where incident is not null;
`,
  },
  {
    name: 'what brakes, leases and teams count',
    sql: `
alter table permit add column runbook text not null default '', add column team text not null default '';
create index permit_domain on permit (failure_domain) where released_at is null;
create index permit_team on permit (team, consumed_at desc) where consumed_at is not null;
alter table incident add column failure_domain text not null default '';
create index hold_lifted on hold (scope, lifted_at) where lifted_at is not null;
`,
  },
  {
    name: 'sets of rules, and what became of them',
    sql: `
-- A set is kept once, with all its files: what decided a run can be had again, by any process and after any time.
create table rule_set (
  hash text primary key,
  files jsonb not null,
  parts jsonb not null,
  revision jsonb,
  first_seen timestamptz not null
);

create table rule_event (
  id bigint generated always as identity primary key,
  kind text not null,
  hash text,
  commit_id text,
  by text not null,
  reason text not null,
  at timestamptz not null
);
create index rule_event_kind on rule_event (kind, id desc);
create trigger rule_event_append_only before update or delete on rule_event
  for each row execute function record_is_append_only();
create trigger rule_event_no_truncate before truncate on rule_event
  for each statement execute function record_is_append_only();
`,
  },
  {
    name: 'two people lift what stops everything',
    sql: `
alter table hold add column asked_by text, add column asked_at timestamptz;
`,
  },
  {
    name: 'labels: what runs turned out to be',
    sql: `
create table label (
  incident text not null,
  by_machine boolean not null,
  rule text not null,
  logic_hash text not null,
  runbook_hash text not null,
  environment text not null,
  mode text not null,
  label text not null,
  kind text not null,
  because text not null,
  by text not null,
  refused_by text not null,
  at timestamptz not null,
  primary key (incident, by_machine)
);
create index label_rule on label (rule, environment, logic_hash, at desc);
create index incident_rule on incident (rule, environment);
create trigger label_append_only before update or delete on label
  for each row execute function record_is_append_only();
create trigger label_no_truncate before truncate on label
  for each statement execute function record_is_append_only();
`,
  },
  {
    name: 'what was seen of the calendars outside',
    sql: `
create table calendar_seen (
  calendar text not null,
  scope text not null,
  asked text not null,
  closed boolean not null,
  says text not null,
  allow text[] not null,
  until timestamptz,
  read_at timestamptz not null,
  read_by text not null,
  primary key (calendar, scope, asked)
);
`,
  },
  {
    name: 'by when an effect is known to have helped; each arming has a life of its own; who may lift what stops everything',
    sql: `
alter table permit add column verify_within_ms bigint, add column armed_at timestamptz;
alter table hold add column asked_admin boolean;
`,
  },
];
