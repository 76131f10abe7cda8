import { z } from 'zod';
import { holdKinds, holdScopePattern, holdScopeWords } from '../domain/hold.js';
import { phases } from '../domain/record.js';

/**
 * What goes in and out over REST: the one source of validation, of the OpenAPI document and of the client's types.
 * Times are ISO 8601 in UTC.
 */

export const IncidentSummary = z
  .object({
    id: z.string().meta({
      description: 'Our id, `<source>:<external id>`, with `:r<epoch seconds>` after a reopening.',
      example: 'pagerduty:Q0HX2R9',
    }),
    title: z.string(),
    service: z.string(),
    environment: z.string(),
    rule: z.string().meta({ description: 'The rule that matched; empty when none did.' }),
    mode: z.string(),
    remediation: z.string().meta({ description: 'Where our run stands, in words.', example: 'waiting for approval' }),
    source: z.string(),
    status: z.string().meta({ description: "The incident's own state at its source." }),
    outcome: z.string().nullable(),
    planHash: z.string().nullable(),
    effects: z.number().int(),
    startedAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .meta({ id: 'Incident' });
export type IncidentSummary = z.infer<typeof IncidentSummary>;

export const TimelineLine = z
  .object({
    seq: z.number().int().meta({ description: 'Number in the ledger; what `Last-Event-ID` and `after` mean.' }),
    at: z.string(),
    incident: z.string(),
    phase: z.enum(phases),
    state: z.enum(['ok', 'info', 'waiting', 'refused', 'failed', 'unknown']),
    says: z.string(),
    once: z.string().optional(),
    data: z.record(z.string(), z.json()).optional(),
    prev: z.string().meta({ description: 'Hash of the line before.' }),
    hash: z.string(),
  })
  .meta({ id: 'TimelineLine' });
export type TimelineLine = z.infer<typeof TimelineLine>;

export const IncidentList = z.object({ incidents: z.array(IncidentSummary) });
export type IncidentList = z.infer<typeof IncidentList>;

export const Timeline = z.object({ lines: z.array(TimelineLine) });
export type Timeline = z.infer<typeof Timeline>;

export const PlanView = z
  .object({
    incident: z.string(),
    decision: z
      .record(z.string(), z.json())
      .meta({ description: 'The whole decision: verdict of every rule, the alert, the plan and its hash.' }),
  })
  .meta({ id: 'PlanView' });
export type PlanView = z.infer<typeof PlanView>;

export const ApprovalBody = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    planHash: z
      .string()
      .regex(/^[0-9a-f]{8,64}$/, 'write the plan hash, at least its first eight characters (0-9, a-f)')
      .meta({ description: 'Hash of the plan that is decided on; at least its first eight characters.', example: '5b1e07c2' }),
    reason: z.string().min(1).max(1000).optional(),
  })
  .meta({ id: 'ApprovalBody' });
export type ApprovalBody = z.infer<typeof ApprovalBody>;

export const ApprovalReply = z.object({ accepted: z.boolean(), reason: z.string() }).meta({ id: 'ApprovalReply' });
export type ApprovalReply = z.infer<typeof ApprovalReply>;

export const TakeOverBody = z.strictObject({ reason: z.string().min(1).max(1000).optional() }).meta({ id: 'TakeOverBody' });
export type TakeOverBody = z.infer<typeof TakeOverBody>;

export const ReleaseBody = z
  .strictObject({ reason: z.string().min(1, 'say why: it stands on the timeline').max(1000) })
  .meta({ id: 'ReleaseBody' });
export type ReleaseBody = z.infer<typeof ReleaseBody>;

export const TakeOverReply = z.object({ accepted: z.boolean(), says: z.string() }).meta({ id: 'TakeOverReply' });
export type TakeOverReply = z.infer<typeof TakeOverReply>;

export const HoldView = z
  .object({
    id: z.string(),
    kind: z.enum(holdKinds),
    scope: z.string(),
    reason: z.string(),
    owner: z.string(),
    since: z.string(),
    until: z.string().optional(),
    liftAskedBy: z
      .string()
      .optional()
      .meta({ description: 'The first of the two people who have to lift what stops everything.' }),
  })
  .meta({ id: 'Hold' });
export type HoldView = z.infer<typeof HoldView>;

export const ClosedCalendar = z
  .object({
    from: z.string().meta({ example: 'aws.ssm.change-calendar' }),
    scope: z.string().meta({ description: 'What it holds for.', example: 'environment:prod in 444455556666/eu-west-1' }),
    says: z.string().meta({ example: 'change calendar prod-changes is closed' }),
    allow: z.array(z.string()).meta({ description: 'Risks that it lets through.' }),
    until: z.string().optional().meta({ description: 'Until when it is closed, where that is known.' }),
    readAt: z.string().meta({ description: 'When somebody last looked. Every effect looks again for itself.' }),
    by: z.string().meta({ description: 'Who looked.', example: 'the guard for pagerduty:Q0HX7KD' }),
  })
  .meta({ id: 'ClosedCalendar' });
export type ClosedCalendar = z.infer<typeof ClosedCalendar>;

export const HoldList = z.object({
  holds: z.array(HoldView),
  closed: z.array(ClosedCalendar).meta({
    description:
      'Calendars outside that were closed when somebody last looked, in the last 24 hours. Shown only: nothing is decided by it.',
  }),
});
export type HoldList = z.infer<typeof HoldList>;

export const HoldBody = z
  .strictObject({
    kind: z
      .enum(['stop', 'freeze', 'maintenance', 'demotion'])
      .default('stop')
      .meta({ description: '`demotion` does not say no: what it covers asks a human first.' }),
    scope: z
      .string()
      .max(300)
      .regex(holdScopePattern, `write ${holdScopeWords}`)
      .default('all')
      .meta({ example: 'service:PSVC001' }),
    reason: z.string().min(1, 'say why: whoever is woken reads it').max(1000),
    until: z.iso.datetime({ error: 'write a time in UTC, e.g. 2026-11-22T03:12:41Z' }).optional(),
  })
  .meta({ id: 'HoldBody' });
export type HoldBody = z.input<typeof HoldBody>;

export const HoldReleased = z.object({ released: z.boolean(), says: z.string() }).meta({ id: 'HoldReleased' });
export type HoldReleased = z.infer<typeof HoldReleased>;

const time = z.iso.datetime({ error: 'write a time in UTC, e.g. 2026-11-22T03:12:41Z' });
const word = (most: number) => z.string().min(1).max(most);

export const DeployBody = z
  .strictObject({
    id: word(200).meta({
      description: 'Your own id of it; the same for its beginning and its end, so that telling it again changes nothing.',
      example: 'build-4711',
    }),
    service: word(200).meta({
      description: 'Name or id of the service, as your rules and PagerDuty know it.',
      example: 'PSVC001',
    }),
    environment: word(100).optional().meta({ description: 'As the policy names it. Without it, it counts in all of them.' }),
    says: word(1000).meta({ example: 'checkout 1.4.2' }),
    startedAt: time.optional().meta({ description: 'Default: now.' }),
    endedAt: time.optional().meta({ description: 'Absent while it runs.' }),
  })
  .meta({ id: 'DeployBody' });
export type DeployBody = z.infer<typeof DeployBody>;

export const DeployView = z
  .object({
    id: z.string(),
    service: z.string(),
    environment: z.string().optional(),
    says: z.string(),
    startedAt: z.string(),
    endedAt: z.string().optional(),
  })
  .meta({ id: 'Deploy' });
export type DeployView = z.infer<typeof DeployView>;

export const RulesProblem = z
  .object({
    at: z.string().meta({ description: '`file:line:column`' }),
    says: z.string().meta({ description: 'What is wrong, and what to do.' }),
  })
  .meta({ id: 'RulesProblem' });
export type RulesProblem = z.infer<typeof RulesProblem>;

export const RuleLine = z
  .object({
    name: z.string(),
    at: z.string().meta({ description: '`file:line`' }),
    mode: z
      .record(z.string(), z.string())
      .meta({ description: 'Environment to effective mode; `*` where it is the same everywhere.' }),
    because: z.string().optional().meta({ description: 'Why the mode is less than the rule asks for, if it is.' }),
    runbooks: z.array(z.string()),
    logicHash: z.string(),
    fileHash: z.string(),
    observing: z
      .object({ since: z.string(), expired: z.boolean(), in: z.array(z.string()), says: z.string() })
      .optional()
      .meta({ description: 'Where it only observes, and since when it stands as it is; after 60 days somebody has to decide.' }),
  })
  .meta({ id: 'Rule' });
export type RuleLine = z.infer<typeof RuleLine>;

export const RulesRevisionView = z
  .object({
    commit: z.string().optional().meta({ description: 'Absent where the folder is in no repository, or git cannot tell.' }),
    dirty: z.boolean().optional().meta({ description: 'What was loaded is not what the commit holds.' }),
    signed: z.enum(['all', 'not', 'unknown']),
    says: z.string().meta({ example: 'commit 4be1f2c is not signed by an allowed signer' }),
    at: z.string(),
    barsAuto: z.string().optional().meta({ description: 'Why nothing is automatic under these rules.' }),
  })
  .meta({ id: 'RulesRevision' });

export const RulesSummary = z
  .object({
    hash: z.string().meta({ description: 'SHA-256 of the whole set in force.' }),
    revision: RulesRevisionView.optional(),
    pinned: z
      .object({ hash: z.string(), by: z.string(), reason: z.string(), at: z.string(), says: z.string() })
      .optional()
      .meta({ description: 'A set that was put back is in force, whatever the folder holds.' }),
    folder: z
      .object({ hash: z.string(), commit: z.string().optional() })
      .optional()
      .meta({ description: 'With `pinned`: what the folder holds.' }),
    from: z.string().meta({ description: 'Where it was loaded from.' }),
    profile: z.string(),
    loadedAt: z.string(),
    rules: z.array(RuleLine),
    problems: z
      .array(RulesProblem)
      .meta({ description: 'What the last reload found; while it is not empty, the set before stays.' }),
  })
  .meta({ id: 'Rules' });
export type RulesSummary = z.infer<typeof RulesSummary>;

export const RulesReloaded = z
  .object({ loaded: z.boolean(), hash: z.string(), problems: z.array(RulesProblem) })
  .meta({ id: 'RulesReloaded' });
export type RulesReloaded = z.infer<typeof RulesReloaded>;

const reason = z.string().min(3, 'say why: whoever is woken reads it').max(1000);
const hashPrefix = z.string().regex(/^[0-9a-f]{8,64}$/, 'write a hash, at least its first eight characters (0-9, a-f)');

export const RulesRollbackBody = z
  .strictObject({
    to: hashPrefix.optional().meta({ description: 'Hash of a set that was in force; default: the one before the present one.' }),
    reason,
  })
  .meta({ id: 'RulesRollbackBody' });
export type RulesRollbackBody = z.infer<typeof RulesRollbackBody>;

export const RulesReasonBody = z.strictObject({ reason }).meta({ id: 'RulesReasonBody' });

export const RulesRevokeBody = z
  .strictObject({
    hash: hashPrefix.meta({ description: 'Of a set of rules, of one rule (`fileHash`) or of a runbook.' }),
    reason,
  })
  .meta({ id: 'RulesRevokeBody' });
export type RulesRevokeBody = z.infer<typeof RulesRevokeBody>;

export const RulesPartView = z
  .object({ kind: z.enum(['set', 'rule', 'runbook']), name: z.string(), hash: z.string() })
  .meta({ id: 'RulesPart' });

export const RulesMoved = z
  .object({ hash: z.string().meta({ description: 'What is in force now.' }), says: z.string() })
  .meta({ id: 'RulesMoved' });
export type RulesMoved = z.infer<typeof RulesMoved>;

export const RulesRevoked = z.object({ hold: HoldView, of: RulesPartView, says: z.string() }).meta({ id: 'RulesRevoked' });
export type RulesRevoked = z.infer<typeof RulesRevoked>;

export const RulesEventView = z
  .object({
    kind: z.enum(['force', 'pin', 'follow', 'accept']),
    hash: z.string().optional(),
    commit: z.string().optional(),
    by: z.string(),
    reason: z.string(),
    at: z.string(),
  })
  .meta({ id: 'RulesEvent' });

export const RulesHistory = z
  .object({
    inForce: z.object({ hash: z.string(), since: z.string().optional(), revision: RulesRevisionView.optional() }),
    pinned: RulesSummary.shape.pinned,
    folder: RulesSummary.shape.folder,
    accepted: z.string().optional().meta({ description: 'The commit that was accepted last.' }),
    problems: z.array(RulesProblem),
    kept: z
      .array(z.object({ hash: z.string(), firstSeen: z.string(), revision: RulesRevisionView.optional(), revoked: z.boolean() }))
      .meta({ description: 'Sets that can be put back, newest first.' }),
    revoked: z.array(z.object({ hold: HoldView, of: z.array(RulesPartView) })),
    events: z.array(RulesEventView).meta({ description: 'Newest first.' }),
  })
  .meta({ id: 'RulesHistory' });
export type RulesHistory = z.infer<typeof RulesHistory>;

export const Evidence = z.record(z.string(), z.json()).meta({ id: 'Evidence' });

export const Health = z
  .object({ ok: z.boolean(), mode: z.enum(['sandbox', 'live']), version: z.string() })
  .meta({ id: 'Health' });

export const FollowerList = z.object({
  followers: z.array(
    z
      .object({
        follower: z.string().meta({ example: 'loki.push' }),
        behind: z.number().int().meta({ description: 'Lines of the ledger that it has not stored yet.' }),
        skipped: z.number().int().meta({ description: 'Lines that its sink refused for good, since it began.' }),
        at: z.string().meta({ description: 'When it last came forward.' }),
      })
      .meta({ id: 'Follower' }),
  ),
});
export type FollowerList = z.infer<typeof FollowerList>;
export type FollowerView = FollowerList['followers'][number];

export const DoorView = z
  .object({
    id: z.string().meta({ description: 'What tokens and certificates are given for.', example: 'alertmanager' }),
    path: z.string(),
    source: z.string(),
    opens: z.array(z.enum(['signature', 'token', 'mtls'])).meta({ description: 'Empty: closed.' }),
    closed: z.string().meta({ description: 'What opens it, in words.' }),
  })
  .meta({ id: 'Door' });
export type DoorView = z.infer<typeof DoorView>;
export const DoorList = z.object({ doors: z.array(DoorView) });
export type DoorList = z.infer<typeof DoorList>;

const Part = z.object({ ready: z.boolean(), says: z.string() });
export const Readiness = z
  .object({
    ready: z.boolean(),
    mode: z.enum(['sandbox', 'live']),
    parts: z.object({ temporal: Part, ledger: Part, rules: Part }).optional().meta({ description: 'With `?verbose`.' }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;

export const ProblemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().meta({ description: 'What happened, and what to do.' }),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;
