import { guardDefaults, guardLimitDefaults } from '../../../domain/guard-defaults.js';
import type { KeyTexts, SameKeys } from './key-text.js';

const staging = (more: string): string =>
  `environments: { staging: { accounts: { "111122223333": { regions: [eu-west-1], read: OpsSentinelRead, act: OpsSentinelAct } }, ${more} } }`;

const environments: KeyTexts = {
  environments: {
    says: 'Where there is anything at all: what belongs to no environment is nobody’s to touch. An alert must belong to exactly one.',
    example: staging('pagerduty: [PSVC001], ceiling: auto'),
  },
  'environments.*.accounts': {
    says: 'The cloud accounts of the environment, by their id in quotes.',
    example: staging('ceiling: auto'),
  },
  'environments.*.accounts.*.regions': { says: 'The regions of it that may be touched.', example: staging('ceiling: auto') },
  'environments.*.accounts.*.read': { says: 'The role that reads there.', example: staging('ceiling: auto') },
  'environments.*.accounts.*.act': { says: 'The role that acts there.', example: staging('ceiling: auto') },
  'environments.*.pagerduty': {
    says: 'The PagerDuty services whose incidents belong here.',
    without: 'none',
    example: staging('pagerduty: [PSVC001], ceiling: auto'),
  },
  'environments.*.labels': {
    says: 'For alerts that name no account: those that carry all of these labels belong here.',
    without: 'an alert is not placed by its labels',
    example: staging('labels: { env: staging }, ceiling: auto'),
  },
  'environments.*.ceiling': {
    says: 'The most that any rule may be here: observe, approve or auto.',
    example: staging('ceiling: approve'),
  },
};

const teams: KeyTexts = {
  teams: {
    says: 'Who may own rules. Without any, an owner may be any name.',
    without: 'none',
    example: 'teams: { team-web: { pagerduty: PTEAM01 } }',
  },
  'teams.*.pagerduty': {
    says: 'The team’s id at PagerDuty.',
    without: 'not known',
    example: 'teams: { team-web: { pagerduty: PTEAM01 } }',
  },
  'teams.*.slack': {
    says: 'The team’s channel.',
    without: 'none',
    example: 'teams: { team-web: { slack: "#web-oncall" } }',
  },
  'teams.*.accounts': {
    says: 'The accounts that the team’s rules may touch.',
    without: 'those of every environment',
    example: 'teams: { team-web: { accounts: ["111122223333"] } }',
  },
  'teams.*.regions': {
    says: 'The regions that the team’s rules may touch.',
    without: 'those of every environment',
    example: 'teams: { team-web: { regions: [eu-west-1] } }',
  },
  'teams.*.tags': {
    says: 'Tags that a target must carry for the team’s rules to touch it.',
    without: 'none beside the tag that allows it',
    example: 'teams: { team-web: { tags: { team: web } } }',
  },
  'teams.*.approvers': {
    says: 'Who may approve for the team’s rules: each by the mail address that PagerDuty has of them, which their token is named by as well. Another name of theirs is known to be the same person only while PagerDuty has them on call.',
    without: 'whoever is on call',
    example: 'teams: { team-web: { approvers: [ada@example.com] } }',
  },
  'teams.*.budget': {
    says: 'How many effects all rules of the team may have in how long, together.',
    without: 'only the budgets of rule, service and everything',
    example: 'teams: { team-web: { budget: 6/1h } }',
  },
};

const figure = (what: string, unit: string): string => `guards: { ${what}: { ${unit} } }`;

const guards: KeyTexts = {
  guards: {
    says: 'The company’s figures. A rule may be stricter; looser only as far as `limit`, with `because`.',
    without: 'the defaults',
    example: 'guards: { cooldown: { default: 1h, limit: 30m } }',
  },
  'guards.firingFor': {
    says: 'How long an alert must have been firing.',
    without: `${guardDefaults.firingFor}, limit ${guardLimitDefaults.firingFor}`,
    example: figure('firingFor', 'default: 2m, limit: 30s'),
  },
  'guards.firingFor.default': {
    says: 'For a rule that says nothing.',
    example: figure('firingFor', 'default: 2m, limit: 30s'),
  },
  'guards.firingFor.limit': { says: 'The least that a rule may say.', example: figure('firingFor', 'default: 2m, limit: 30s') },
  'guards.cooldown': {
    says: 'How long a target is left alone after a rule touched it.',
    without: `${guardDefaults.cooldown}, limit ${guardLimitDefaults.cooldown}`,
    example: figure('cooldown', 'default: 1h, limit: 30m'),
  },
  'guards.cooldown.default': { says: 'For a rule that says nothing.', example: figure('cooldown', 'default: 1h, limit: 30m') },
  'guards.cooldown.limit': { says: 'The least that a rule may say.', example: figure('cooldown', 'default: 1h, limit: 30m') },
  'guards.budget': {
    says: 'How many effects there may be in how long; when it is used up, people are asked.',
    without: `${guardDefaults.budget} a rule, ${guardDefaults.serviceBudget} a service, ${guardDefaults.allBudget} in all, limit ${guardLimitDefaults.budget}`,
    example: figure('budget', 'default: 5/1h, limit: 10/1h, service: 8/1h, all: 15/1h'),
  },
  'guards.budget.default': { says: 'Of a rule that says nothing.', example: figure('budget', 'default: 5/1h, limit: 10/1h') },
  'guards.budget.limit': { says: 'The most that a rule may say.', example: figure('budget', 'default: 5/1h, limit: 10/1h') },
  'guards.budget.service': {
    says: 'Of all rules together on one service.',
    without: guardDefaults.serviceBudget,
    example: figure('budget', 'default: 5/1h, limit: 10/1h, service: 8/1h'),
  },
  'guards.budget.all': {
    says: 'Of all rules on everything.',
    without: guardDefaults.allBudget,
    example: figure('budget', 'default: 5/1h, limit: 10/1h, all: 15/1h'),
  },
  'guards.sameFix': {
    says: 'After how many effects that did not help, in how long, people are paged instead.',
    without: guardDefaults.sameFix,
    example: figure('sameFix', 'default: 1/24h'),
  },
  'guards.sameFix.default': { says: 'For a rule that says nothing.', example: figure('sameFix', 'default: 1/24h') },
  'guards.healthy': {
    says: 'Which share of the target’s group must stay healthy.',
    without: guardDefaults.healthy,
    example: figure('healthy', 'default: 75%'),
  },
  'guards.healthy.default': { says: 'For a rule that says nothing.', example: figure('healthy', 'default: 75%') },
  'guards.brake': {
    says: 'When everything stops by itself until a human lifts it: many at once have one cause, which no single fix repairs.',
    without: `${guardDefaults.brakeDomain}, ${guardDefaults.brakeUnverified} and ${guardDefaults.brakeAll}, as below`,
    example: figure('brake', 'domain: 3/10m'),
  },
  'guards.brake.domain': {
    says: 'So many incidents in one failure domain in so long stop that domain.',
    without: guardDefaults.brakeDomain,
    example: figure('brake', 'domain: 2/10m'),
  },
  'guards.brake.unverified': {
    says: 'So many effects of one action that did not help, in so long, stop that action.',
    without: guardDefaults.brakeUnverified,
    example: figure('brake', 'unverified: 2/1h'),
  },
  'guards.brake.all': {
    says: 'So many incidents in so long stop everything.',
    without: guardDefaults.brakeAll,
    example: figure('brake', 'all: 10/5m'),
  },
  'guards.deploys': {
    says: 'What is known of deployments, and how long a service is left alone after one.',
    without: 'whoever can be asked is asked',
    example: figure('deploys', 'from: [api, pagerduty.change-events], after: 1h'),
  },
  'guards.deploys.from': {
    says: 'Who must know of deployments: one of these that cannot be read refuses.',
    without: 'none must; what cannot be read is said',
    example: figure('deploys', 'from: [api]'),
  },
  'guards.deploys.after': {
    says: 'How long after a deployment of a service nothing is done to it.',
    without: guardDefaults.deploys,
    example: figure('deploys', 'after: 1h'),
  },
};

const closed: KeyTexts = {
  freezes: {
    says: 'Times in which nothing is done but what they allow.',
    without: 'none',
    example: 'freezes:\n  - { name: year-end, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z, env: [prod], allow: [additive] }',
  },
  'freezes.*.name': {
    says: 'What people call it: shown wherever it refuses.',
    example: 'freezes: [{ name: year-end, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z }]',
  },
  'freezes.*.from': {
    says: 'When it begins, UTC.',
    example: 'freezes: [{ name: year-end, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z }]',
  },
  'freezes.*.to': {
    says: 'When it ends, UTC.',
    example: 'freezes: [{ name: year-end, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z }]',
  },
  'freezes.*.env': {
    says: 'Where it holds.',
    without: 'in every environment',
    example: 'freezes: [{ name: year-end, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z, env: [prod] }]',
  },
  'freezes.*.allow': {
    says: 'Risks that it lets through.',
    without: 'none',
    example: 'freezes: [{ name: year-end, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z, allow: [additive] }]',
  },
  calendars: {
    says: 'Calendars that are asked before every effect: nothing is done while one is closed, or while it cannot be read.',
    without: 'none beside those that are always asked',
    example: 'calendars: [{ use: aws.ssm.change-calendar, with: { calendars: [change-window] } }]',
  },
  'calendars.*.use': {
    says: 'Which kind of calendar.',
    example: 'calendars: [{ use: aws.ssm.change-calendar, with: { calendars: [change-window] } }]',
  },
  'calendars.*.with': {
    says: 'Its parameters.',
    without: 'none',
    example: 'calendars: [{ use: aws.ssm.change-calendar, with: { calendars: [change-window] } }]',
  },
  'calendars.*.env': {
    says: 'Where it holds.',
    without: 'in every environment',
    example: 'calendars: [{ use: aws.ssm.change-calendar, with: { calendars: [change-window] }, env: [prod] }]',
  },
  'calendars.*.allow': {
    says: 'Risks that it lets through.',
    without: 'none',
    example: 'calendars: [{ use: aws.ssm.change-calendar, with: { calendars: [change-window] }, allow: [additive] }]',
  },
};

export const policyKeys: KeyTexts = {
  apiVersion: { says: 'The version of the language.', example: 'apiVersion: opssentinel.dev/v1' },
  policy: { says: 'The policy’s name. There is exactly one policy in all files.', example: 'policy: default' },
  profile: {
    says: 'Whose waits hold: those of production, or the short ones of the sandbox and of measurements, which a live installation refuses.',
    without: 'standard',
    example: 'profile: sandbox',
  },
  ...environments,
  ...teams,
  ...guards,
  approval: {
    says: 'What counts as an approval.',
    without: 'as below',
    example: 'approval: { signals: refuse }',
  },
  'approval.signals': {
    says: 'Whether a bare Temporal signal counts as the word of one unverified operator; never where something may be lost.',
    example: 'approval: { signals: refuse }',
  },
  ...closed,
  protected: {
    says: 'What no rule may touch, ever.',
    without: 'only what carries the tag that forbids it',
    example: 'protected:\n  - { tag: { opssentinel: never } }\n  - { arn: "arn:aws:rds:*:*:db:ledger-*" }',
  },
  'protected.*.tag': {
    says: 'Targets that carry these tags.',
    example: 'protected: [{ tag: { tier: ledger } }]',
  },
  'protected.*.arn': {
    says: 'Targets whose id fits; `*` stands for any text.',
    example: 'protected: [{ arn: "arn:aws:rds:*:*:db:ledger-*" }]',
  },
};

export const samePolicyKeys: SameKeys = {};
