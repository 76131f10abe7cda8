import { approvalDefaults, guardDefaults, guardLimitDefaults, verifyDefaults } from '../../../domain/guard-defaults.js';
import type { KeyTexts, SameKeys } from './key-text.js';

const loosened = (limit: string): string => `looser only with \`because\`, and never beyond ${limit} or the policy’s own limit`;

const head: KeyTexts = {
  apiVersion: { says: 'The version of the language.', example: 'apiVersion: opssentinel.dev/v1' },
  rule: {
    says: 'The rule’s name, once in all files: lower case, digits and dashes. It stands in stops, metrics and the audit.',
    example: 'rule: ec2-cpu-high',
  },
  description: {
    says: 'A sentence for people: what is wrong, and what is done about it.',
    without: 'nothing is shown',
    example: 'description: An instance is pinned at full CPU; restart it.',
  },
  owner: { says: 'The team that answers for the rule: one of the policy’s teams.', example: 'owner: team-web' },
  docs: {
    says: 'A link to the page that people read when it pages them.',
    without: 'no link',
    example: 'docs: https://wiki.example.com/runbooks/cpu',
  },
  overrides: {
    says: 'Rules that may match the same alert and then stand back: this one decides where it names all of them. Circles are refused.',
    without: 'where another rule matches too, nobody acts and a human is told which two',
    example: 'overrides: [node-unhealthy]',
  },
};

const matching: KeyTexts = {
  when: {
    says: 'Conditions over `alert` and `incident`; every line must hold. One that cannot be evaluated does not hold.',
    example: 'when:\n  - alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization"\n  - alert.threshold >= 90.0',
  },
  unless: {
    says: 'Conditions of which none may hold. One that cannot be evaluated counts as holding: in doubt the rule does not match.',
    without: 'nothing is excepted',
    example: 'unless:\n  - has(alert.labels.Environment) && alert.labels.Environment == "load-test"',
  },
  target: {
    says: 'The one thing that is touched: a field, or one field or literal for each part of the name that the runbook’s target type wants. Every value must fit that type’s anchored pattern.',
    example: 'target: { InstanceId: alert.labels.InstanceId }',
  },
  'target.tagged': {
    says: 'Several targets: all that carry these tags. They are acted on in batches; it takes one runbook, and a check that tells of each whether it is well.',
    example: 'target: { tagged: { service: web } }',
  },
  'target.max': {
    says: 'The most of them that may be touched; where more carry the tags, nothing is done. More than five only of a group of which they are no more than a tenth.',
    without: '1',
    example: 'target: { tagged: { service: web }, max: 4 }',
  },
  require: {
    says: 'Conditions over `target`, beside those of the runbook: read when the plan is made, and again right before the effect.',
    without: 'only the runbook’s own',
    example: 'require:\n  - target.state == "running"',
  },
};

const doing: KeyTexts = {
  run: {
    says: 'The runbook. A rule can name nothing else that acts. `run` is a ladder of one step; one of the two must be there.',
    without: 'a `ladder` must be there',
    example: 'run: restart-ec2-instance',
  },
  with: {
    says: 'Values for the runbook’s inputs: literals, or `{ from: field }`. They must fit the bounds that the runbook sets.',
    without: 'the inputs’ defaults',
    example: 'run: clean-temp-files\nwith: { olderThan: 48h }',
  },
  'with.*.from': {
    says: 'The field of the alert or the incident from which the value comes; there is no other way for text of an alert to travel.',
    example: 'run: clean-temp-files\nwith: { path: { from: alert.labels.path } }',
  },
  ladder: {
    says: 'Steps on the same target, the mildest first. The first that is verified ends it; after the last people are paged.',
    without: '`run` must be there',
    example: 'ladder:\n  - run: clean-temp-files\n  - run: restart-ec2-instance',
  },
  'ladder.*.run': { says: 'The runbook of this step.', example: 'ladder: [{ run: clean-temp-files }]' },
  mode: {
    says: 'For each environment what the rule may do: `observe` says what it would have done, `approve` asks people first, `auto` acts. It is lowered, with the reason, to the environment’s ceiling and to what the risk allows.',
    without: '`observe`, in every environment that is not named',
    example: 'mode: { staging: auto, prod: approve }',
  },
};

const guards: KeyTexts = {
  guards: {
    says: 'What differs from the policy’s guards. A rule may always be stricter.',
    without: 'the policy’s figures, or else the defaults',
    example: 'guards: { cooldown: 2h }',
  },
  'guards.firingFor': {
    says: `How long the alert must have been firing before anything is done; ${loosened(guardLimitDefaults.firingFor)}.`,
    without: guardDefaults.firingFor,
    example: 'guards: { firingFor: 5m }',
  },
  'guards.cooldown': {
    says: `How long a target is left alone after this rule touched it; ${loosened(guardLimitDefaults.cooldown)}.`,
    without: guardDefaults.cooldown,
    example: 'guards: { cooldown: 2h }',
  },
  'guards.budget': {
    says: `How many effects the rule may have in how long; when it is used up, it asks. More ${loosened(guardLimitDefaults.budget).replace('looser ', '')}.`,
    without: guardDefaults.budget,
    example: 'guards: { budget: 3/1h }',
  },
  'guards.onAcknowledge': {
    says: 'When a human takes the incident: `standDown` leaves it to them, `ask` asks before each further step.',
    without: 'standDown',
    example: 'guards: { onAcknowledge: ask }',
  },
  'guards.startBy': {
    says: 'How long after the alert the last effect may begin; then people are paged. It can only be shortened.',
    without: guardDefaults.startBy,
    example: 'guards: { startBy: 5m }',
  },
  'guards.because': {
    says: 'Why a guard is looser than usual, or an undo is left out: shown wherever the figure is.',
    without: 'nothing may be looser than usual',
    example: 'guards: { cooldown: 15m, because: restarts are quick here }',
  },
  'guards.sameFix': {
    says: 'After how many effects on one target that did not help, in how long, people are paged instead of a further try. It can only be lowered.',
    without: guardDefaults.sameFix,
    example: 'guards: { sameFix: 1/24h }',
  },
  'guards.healthy': {
    says: 'Which share of the target’s group must stay healthy while it is touched. It can only be raised.',
    without: guardDefaults.healthy,
    example: 'guards: { healthy: 75% }',
  },
  'guards.deploys': {
    says: 'What a deployment of the service means for this rule.',
    without: 'as the policy says',
    example: 'guards: { deploys: { after: 2h } }',
  },
  'guards.deploys.after': {
    says: 'How long after a deployment of the service nothing is done to it. It can only be made longer.',
    without: guardDefaults.deploys,
    example: 'guards: { deploys: { after: 2h } }',
  },
};

const people: KeyTexts = {
  approval: {
    says: 'Who must say yes before it acts, where the mode is `approve` or something asks.',
    without: `${approvalDefaults.count} of the people on call, ${approvalDefaults.destructiveCount} where something may be lost`,
    example: 'approval: { count: 2 }',
  },
  'approval.from': {
    says: 'Who is asked: those on call for the incident at that moment.',
    without: 'on-call',
    example: 'approval: { from: on-call }',
  },
  'approval.count': {
    says: `How many must say yes; never fewer than ${approvalDefaults.destructiveCount} where something may be lost.`,
    without: String(approvalDefaults.count),
    example: 'approval: { count: 2 }',
  },
  'approval.expiresIn': {
    says: 'How long is waited for them; then people are paged and nothing runs. It can only be shortened.',
    without: approvalDefaults.expiresIn,
    example: 'approval: { expiresIn: 10m }',
  },
};

const afterwards: KeyTexts = {
  verify: {
    says: 'How it is told that it helped, for each step that has no `verify` of its own. The runbook’s check always counts as well.',
    without: 'the alert has cleared',
    example: 'verify: { for: 10m, within: 30m }',
  },
  'verify.alert': {
    says: 'That the alert must have cleared, beside the check that is named.',
    without: 'it must where no check is named; a named check takes its place',
    example: 'verify: { alert: cleared, check: aws.ssm.disk-below, with: { percent: 75 } }',
  },
  'verify.check': {
    says: 'A check that must say that all is well.',
    without: 'none beside the runbook’s',
    example: 'verify: { check: aws.cloudwatch.alarm-ok, with: { alarm: web-latency-high } }',
  },
  'verify.with': {
    says: 'Parameters of the check; alert text cannot stand there.',
    without: 'none',
    example: 'verify: { check: aws.ssm.disk-below, with: { percent: 75 } }',
  },
  'verify.for': {
    says: 'How long all of it must hold without a break.',
    without: verifyDefaults.for,
    example: 'verify: { for: 10m }',
  },
  'verify.within': {
    says: 'By when, counted from the end of the effect; then the step has not helped. Where nothing says it, the p95 of the runbook’s own recoveries counts as soon as 20 are known, 5 to 30 min.',
    without: verifyDefaults.within,
    example: 'verify: { within: 30m }',
  },
  rollout: {
    says: 'How several targets are gone through: each batch must be seen to have helped before the next.',
    without: 'batches of 1, 2, 4 and so on, and no error',
    example: 'target: { tagged: { service: web } }\nrollout: { batches: [1, 2, 4], maxErrors: 0 }',
  },
  'rollout.batches': {
    says: 'How many at once, in order; the last figure is repeated.',
    without: '1, 2, 4 and so on',
    example: 'target: { tagged: { service: web } }\nrollout: { batches: [1, 2] }',
  },
  'rollout.maxErrors': {
    says: 'How many may fail before it stops.',
    without: '0',
    example: 'target: { tagged: { service: web } }\nrollout: { maxErrors: 1 }',
  },
  undo: {
    says: 'What happens when verification fails. It must agree with the runbooks; `none` where they would restore needs `guards.because`.',
    without: 'as each runbook says',
    example: 'undo: none',
  },
  report: {
    says: 'What is told beyond a note on the incident, which is always written.',
    without: 'notes; nothing is resolved',
    example: 'report: { pagerduty: { resolve: whenVerified } }',
  },
  'report.pagerduty': {
    says: 'What happens to the incident itself.',
    without: 'a note; the incident stays yours to close',
    example: 'report: { pagerduty: { resolve: never } }',
  },
  'report.pagerduty.resolve': {
    says: 'Whether the incident is resolved once it is verified that it helped.',
    example: 'report: { pagerduty: { resolve: whenVerified } }',
  },
  'report.servicenow': {
    says: 'What happens to the ServiceNow ticket that goes with the incident.',
    without: 'a work note',
    example: 'report: { servicenow: { resolve: never } }',
  },
  'report.servicenow.resolve': {
    says: 'Whether the ticket is resolved once it is verified that it helped.',
    example: 'report: { servicenow: { resolve: whenVerified } }',
  },
  'report.slack': { says: 'The channel that is told.', without: 'none', example: 'report: { slack: "#web-oncall" }' },
  'report.grafana': {
    says: 'What Grafana is told, where it is connected.',
    without: 'annotations, and silences where `GRAFANA_SILENCE` is `true`',
    example: 'report: { grafana: { annotate: true, silence: false } }',
  },
  'report.grafana.annotate': {
    says: 'Whether each effect is drawn on Grafana’s dashboards.',
    without: 'true',
    example: 'report: { grafana: { annotate: false } }',
  },
  'report.grafana.silence': {
    says: 'Whether an alert of Grafana may be silenced while it is acted on. It never is where `GRAFANA_SILENCE` is not `true`.',
    without: 'true',
    example: 'report: { grafana: { silence: false } }',
  },
  toil: {
    says: 'What the same work takes by hand, as somebody believes it.',
    without: 'not known, until enough was observed',
    example: 'toil: { manual: 25m, source: "median of 14 incidents, Q3 review" }',
  },
  'toil.manual': { says: 'How long a human takes for it.', example: 'toil: { manual: 25m, source: estimate of the team }' },
  'toil.source': {
    says: 'Where the figure comes from: it is labelled as typed in wherever it is shown.',
    example: 'toil: { manual: 25m, source: estimate of the team }',
  },
};

export const ruleKeys: KeyTexts = { ...head, ...matching, ...doing, ...guards, ...people, ...afterwards };

export const sameRuleKeys: SameKeys = { 'ladder.*.with': 'with', 'ladder.*.verify': 'verify' };
