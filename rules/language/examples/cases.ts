import type { KeyTexts, SameKeys } from './key-text.js';

const one = (more: string): string => `tests:\n  - name: one case\n    ${more}\n    expect: { observe: restart-ec2-instance }`;

const told: KeyTexts = {
  alert: {
    says: 'The recorded delivery: a file below the rules, with what a source has read, an alerting tool’s own body, or what `rules new --from` wrote.',
    example: 'alert: fixtures/cpu-high.json',
  },
  labels: {
    says: 'Labels of the alert that differ from the recording; `null` takes one away.',
    without: 'as recorded',
    example: 'labels: { team: web, device: null }',
  },
  incident: {
    says: 'What differs of the incident.',
    without: 'as recorded',
    example: 'incident: { urgency: low }',
  },
  'incident.title': { says: 'Its title.', without: 'as recorded', example: 'incident: { title: CPU of web-1 }' },
  'incident.urgency': { says: 'Its urgency.', without: 'as recorded', example: 'incident: { urgency: low }' },
  'incident.priority': { says: 'Its priority; `null`: none.', without: 'as recorded', example: 'incident: { priority: P1 }' },
  'incident.team': { says: 'Its team; `null`: none.', without: 'as recorded', example: 'incident: { team: null }' },
  'incident.service': { says: 'The id of its service.', without: 'as recorded', example: 'incident: { service: PSVC002 }' },
  'incident.status': { says: 'Whether it still goes on.', without: 'as recorded', example: 'incident: { status: resolved }' },
};

const world: KeyTexts = {
  world: {
    says: 'What would be answered, for all cases; a case may change any of it.',
    without: 'nothing is known of the target; everything else is as it should be',
    example: 'world: { env: prod, target: { state: running, tags: { opssentinel: allow } } }',
  },
  'world.env': {
    says: 'The environment that the recording is moved to: account, region and service.',
    without: 'where it was recorded',
    example: 'world: { env: prod }',
  },
  'world.account': {
    says: 'The account that the alert names, whatever the environment has.',
    without: 'that of the environment',
    example: 'world: { account: "999988887777" }',
  },
  'world.alarm': {
    says: 'What an independent witness says of the alarm.',
    without: 'ALARM',
    example: 'world: { alarm: OK }',
  },
  'world.witness': {
    says: 'Labels as that witness has them, where they differ from the alert’s.',
    without: 'as in the alert',
    example: 'world: { witness: { InstanceId: i-0cc33dd44ee55ff66 } }',
  },
  'world.clears': {
    says: 'The alarm ends by itself so long after it began.',
    without: 'it ends when a step helps',
    example: 'world: { clears: 30s }',
  },
  'world.late': {
    says: 'How old the alert is when it comes.',
    without: 'it comes at once',
    example: 'world: { late: 20m }',
  },
  'world.target': {
    says: 'Facts and tags of the target, or `absent`. A case changes single facts.',
    without: 'there is no such target',
    example: 'world: { target: { state: running, tags: { opssentinel: allow } } }',
  },
  'world.acknowledgedBy': {
    says: 'Who has taken the incident.',
    without: 'nobody',
    example: 'world: { acknowledgedBy: Ada }',
  },
  'world.deploy': {
    says: 'A deployment of the service: `running`, or when it ended.',
    without: 'none',
    example: 'world: { deploy: running }',
  },
  'world.deploy.ended': {
    says: 'So long before the alert.',
    example: 'world: { deploy: { ended: 10m } }',
  },
  'world.hold': {
    says: 'What holds everything: a stop, a freeze, maintenance, the brake; or a demotion of the rule.',
    without: 'nothing',
    example: 'world: { hold: freeze }',
  },
  'world.calendar': {
    says: 'What a change calendar of the environment says: open, closed, or nothing because it cannot be read.',
    without: 'there is none',
    example: 'world: { calendar: closed }',
  },
  'world.group': {
    says: 'The group that the target is one of, the target included.',
    without: 'it is in none',
    example: 'world: { group: { healthy: 2, of: 6 } }',
  },
  'world.group.healthy': { says: 'How many of it are healthy.', example: 'world: { group: { healthy: 2, of: 6 } }' },
  'world.group.of': { says: 'How many there are.', example: 'world: { group: { healthy: 2, of: 6 } }' },
  'world.people': {
    says: 'Who works on the target at this moment.',
    without: 'nobody',
    example: 'world: { people: [ada@example.com] }',
  },
  'world.failed': {
    says: 'How often the same runbook did not help on this target lately.',
    without: '0',
    example: 'world: { failed: 2 }',
  },
  'world.storm': {
    says: 'How many other incidents of the same failure domain there were within the last minute.',
    without: '0',
    example: 'world: { storm: 12 }',
  },
  'world.used': {
    says: 'Effects of this rule a minute ago, on other targets.',
    without: '0',
    example: 'world: { used: 5 }',
  },
  'world.approval': {
    says: 'What the people answer who are asked.',
    without: 'nobody answers',
    example: 'world: { approval: given }',
  },
  'world.verifies': {
    says: 'Whether each step helps, in order; the last word stands for all further ones.',
    without: 'each helps',
    example: 'world: { verifies: [false, true] }',
  },
  'world.profile': {
    says: 'By whose figures the case is judged.',
    without: 'standard: those of production, whatever the policy says',
    example: 'world: { profile: sandbox }',
  },
};

const expectation: KeyTexts = {
  'tests.*.expect': {
    says: 'What must come of it: one verb and its object, or `duplicate`; a list where `at` has several deliveries.',
    example: 'tests: [{ name: it observes, expect: { observe: restart-ec2-instance } }]',
  },
  'tests.*.expect.act': {
    says: 'It acts by itself: the runbook, or all that ran, in order.',
    without: 'another verb must be there',
    example: 'tests: [{ name: it acts, expect: { act: restart-ec2-instance } }]',
  },
  'tests.*.expect.ask': {
    says: 'People are asked first.',
    without: 'another verb must be there',
    example: 'tests: [{ name: it asks, expect: { ask: restart-ec2-instance } }]',
  },
  'tests.*.expect.observe': {
    says: 'It says what it would have done.',
    without: 'another verb must be there',
    example: 'tests: [{ name: it observes, expect: { observe: restart-ec2-instance } }]',
  },
  'tests.*.expect.refuse': {
    says: 'It matches and does nothing: the dotted place, or the guard, that refuses.',
    without: 'another verb must be there',
    example: 'tests: [{ name: it refuses, labels: { InstanceId: web-1 }, expect: { refuse: target } }]',
  },
  'tests.*.expect.noMatch': {
    says: 'The line by which it does not match; `overrides` where another rule decides.',
    without: 'another verb must be there',
    example: 'tests: [{ name: another metric, alert: { metric: NetworkOut }, expect: { noMatch: when.0 } }]',
  },
  'tests.*.expect.target': {
    says: 'What is touched: its name or its full id.',
    without: 'not looked at',
    example: 'tests: [{ name: the target, expect: { observe: restart-ec2-instance, target: i-0cc33dd44ee55ff66 } }]',
  },
  'tests.*.expect.with': {
    says: 'Inputs of the first runbook; those that are not named may be anything.',
    without: 'not looked at',
    example: 'tests: [{ name: the inputs, expect: { observe: restart-ec2-instance, with: {} } }]',
  },
  'tests.*.expect.outcome': {
    says: 'How the run ends.',
    without: 'not looked at',
    example: 'tests: [{ name: the end, expect: { observe: restart-ec2-instance, outcome: observed } }]',
  },
};

export const casesKeys: KeyTexts = {
  apiVersion: { says: 'The version of the language.', example: 'apiVersion: opssentinel.dev/v1' },
  cases: { says: 'The rule that the cases are about.', example: 'cases: ec2-cpu-high' },
  ...told,
  ...world,
  tests: {
    says: 'The cases.',
    example: 'tests:\n  - name: an instance at full CPU\n    expect: { observe: restart-ec2-instance }',
  },
  'tests.*.name': {
    says: 'What the case shows, in a sentence; once in the file.',
    example:
      'tests: [{ name: another metric is none of its business, alert: { metric: NetworkOut }, expect: { noMatch: when.0 } }]',
  },
  'tests.*.alert': {
    says: 'Another recording, or fields of the alert that differ.',
    without: 'the recording above',
    example: one('alert: { threshold: 95 }'),
  },
  'tests.*.alert.name': { says: 'Its name.', without: 'as recorded', example: one('alert: { name: web-cpu }') },
  'tests.*.alert.namespace': {
    says: 'Its namespace; `null`: none.',
    without: 'as recorded',
    example: one('alert: { namespace: AWS/EC2 }'),
  },
  'tests.*.alert.metric': {
    says: 'Its metric; `null`: none.',
    without: 'as recorded',
    example: one('alert: { metric: CPUUtilization }'),
  },
  'tests.*.alert.threshold': {
    says: 'Its threshold; `null`: none.',
    without: 'as recorded',
    example: one('alert: { threshold: 95 }'),
  },
  'tests.*.alert.severity': {
    says: 'Its severity; `null`: none.',
    without: 'as recorded',
    example: one('alert: { severity: critical }'),
  },
  'tests.*.at': {
    says: 'When each delivery comes, counted from the first. While the run of an earlier one goes on it is a `duplicate`; later it is a new incident of the same alert.',
    without: 'one delivery',
    example:
      'tests: [{ name: three deliveries, at: [0m, 0m, 40m], expect: [{ observe: restart-ec2-instance }, duplicate, { observe: restart-ec2-instance }] }]',
  },
  ...expectation,
};

export const sameCasesKeys: SameKeys = {
  'tests.*.labels': 'labels',
  'tests.*.incident': 'incident',
  'tests.*.world': 'world',
  'tests.*.expect.*': 'tests.*.expect',
};
