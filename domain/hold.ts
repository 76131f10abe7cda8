/** A `demotion` does not say no: what it covers asks a human first. */
export const holdKinds = ['stop', 'freeze', 'maintenance', 'brake', 'demotion'] as const;
export type HoldKind = (typeof holdKinds)[number];

/** Whatever says no until it is lifted or runs out. */
export interface Hold {
  id: string;
  kind: HoldKind;
  /** `all`, `environment:prod`, `service:PSVC001`, `rule:ec2-cpu-high`, `action:aws.ssm.start-automation`, `target:<id>`, `domain:<account>/<region>/<service>`, `team:…`, `runbook:…`, `hash:…` (revoked). */
  scope: string;
  reason: string;
  owner: string;
  /** ISO 8601, UTC. */
  since: string;
  until?: string;
  /** The first of the two people who have to lift what stops everything. */
  liftAskedBy?: string;
}

/** As a person may write a scope. */
export const holdScopePattern = /^(all|(environment|service|rule|action|target|domain|team|runbook):\S+|hash:[0-9a-f]{64})$/;
export const holdScopeWords =
  'all, environment:…, service:…, rule:…, runbook:…, action:…, target:…, domain:<account>/<region>/<service>, team:… or hash:…';

/** What an effect would touch, as hold scopes. */
export interface HoldSubject {
  environment: string;
  service: string;
  rule: string;
  action: string;
  targetId: string;
  /** `<account>/<region>/<service>`. */
  domain?: string;
  team?: string;
  runbook?: string;
  /** Of the set of rules, the rule's file and the runbook: what can be revoked. Full SHA-256, hex. */
  hashes?: readonly string[];
}

export const holdScopes = (subject: HoldSubject): string[] => [
  'all',
  `environment:${subject.environment}`,
  `service:${subject.service}`,
  `rule:${subject.rule}`,
  `action:${subject.action}`,
  `target:${subject.targetId}`,
  ...(subject.domain === undefined ? [] : [`domain:${subject.domain}`]),
  ...(subject.team === undefined ? [] : [`team:${subject.team}`]),
  ...(subject.runbook === undefined ? [] : [`runbook:${subject.runbook}`]),
  ...(subject.hashes ?? []).map(hashScope),
];

/** By this scope a set of rules, a rule or a runbook is revoked. */
export const hashScope = (hash: string): string => `hash:${hash}`;
