import { createHash } from 'node:crypto';
import type { Alert, Witness } from '../../domain/alert.js';
import type { Catalogue, CatalogueAction, CatalogueTarget, Parsed } from '../../domain/catalogue.js';
import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { Target } from '../../domain/target.js';
import { assemble, type Loaded } from '../../rules/language/assemble.js';
import { problemText } from '../../rules/language/problem.js';
import type { RuleSet } from '../../rules/language/set.js';
import { readYaml } from '../../rules/language/yaml.js';

// A small world for the tests of rules and decisions: what exists, one alert, one instance, and sets made of text.

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const problem = (place: string, says: string): Parsed => ({ ok: false, problems: [{ place, says }] });

function parseDocument(params: JsonObject): Parsed {
  if (typeof params['document'] !== 'string' || !/^[A-Za-z0-9-]+$/.test(params['document']))
    return problem('document', 'must be a document');
  const wrong = Object.entries((params['parameters'] ?? {}) as JsonObject).filter(
    ([, value]) => typeof value !== 'string' || !/^[A-Za-z0-9/._:-]*$/.test(value),
  );
  if (wrong.length > 0)
    return { ok: false, problems: wrong.map(([name]) => ({ place: `parameters.${name}`, says: 'must be plain text' })) };
  return { ok: true, value: params };
}

const action = (id: string, parse: CatalogueAction['parse'], more: Partial<CatalogueAction> = {}): [string, CatalogueAction] => [
  id,
  {
    id,
    summary: id,
    risk: 'disruptive',
    idempotency: 'token',
    waits: true,
    undoes: false,
    stops: false,
    connected: true,
    ceiling: 'auto',
    parse,
    settle: (params) => ({ ok: true, params }),
    riskOf: () => more.risk ?? 'disruptive',
    warns: () => undefined,
    says: (params) => `${id} ${String(params['document'] ?? '')}`,
    ...more,
  },
];

export const catalogue: Catalogue = {
  calendars: new Map([
    ['test.calendar', { id: 'test.calendar', summary: 'a calendar', parse: (params) => ({ ok: true as const, value: params }) }],
  ]),
  actions: new Map([
    action('test.run', parseDocument),
    action(
      'test.scale',
      (params) => (typeof params['add'] === 'number' ? { ok: true, value: params } : problem('add', 'must be a number')),
      { risk: 'additive', undoes: true },
    ),
    action('test.terminate', parseDocument, { risk: 'destructive' }),
  ]),
  checks: new Map([
    [
      'test.well',
      {
        id: 'test.well',
        summary: '',
        parse: (params: JsonObject): Parsed =>
          Object.keys(params).length === 0 ? { ok: true, value: {} } : problem('', 'takes none'),
      },
    ],
    [
      'test.below',
      {
        id: 'test.below',
        summary: '',
        parse: (params: JsonObject): Parsed =>
          typeof params['percent'] === 'number' ? { ok: true, value: params } : problem('percent', 'must be a number'),
      },
    ],
  ]),
  targets: new Map<string, CatalogueTarget>([
    [
      'test.compute.instance',
      {
        type: 'test.compute.instance',
        summary: '',
        lists: true,
        select: { InstanceId: /^i-[0-9a-f]{4,17}$/ },
        facts: { state: 'string', count: 'number', disks: 'list', nested: 'object' },
      },
    ],
    [
      'test.compute.service',
      {
        type: 'test.compute.service',
        summary: '',
        lists: true,
        select: { cluster: /^[a-z-]+$/, service: /^[a-z-]+$/ },
        facts: { running: 'number' },
      },
    ],
  ]),
};

export const alert = (over: Partial<Alert> = {}): Alert => ({
  source: 'cloudwatch',
  name: 'web-cpu-high',
  namespace: 'AWS/EC2',
  metric: 'CPUUtilization',
  threshold: 90,
  labels: { InstanceId: 'i-0aa11' },
  startedAt: '2026-11-22T03:12:38Z',
  account: '111122223333',
  region: 'eu-west-1',
  trust: 'signed',
  correlationKey: 'k',
  ...over,
});

export const incident = (over: Partial<Incident> = {}): Incident => ({
  ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
  id: 'Q1',
  title: 'ALARM',
  status: 'triggered',
  urgency: 'high',
  service: { id: 'PSVC001', name: 'web' },
  createdAt: '2026-11-22T03:12:41Z',
  heldBy: [],
  ...over,
});

export const witness = (over: Partial<Witness> = {}): Witness => ({
  by: 'test.alarm',
  state: 'firing',
  readAt: '2026-11-22T03:13:00Z',
  labels: { InstanceId: 'i-0aa11' },
  says: 'test: ALARM',
  ...over,
});

export const target = (over: Partial<Target> = {}): Target => ({
  type: 'test.compute.instance',
  id: 'arn:test:i-0aa11',
  name: 'i-0aa11',
  account: '111122223333',
  region: 'eu-west-1',
  environment: 'staging',
  tags: { opssentinel: 'allow' },
  facts: { state: 'running', count: 3, disks: [{ path: '/' }], nested: {} },
  readAt: '2026-11-22T03:13:01Z',
  ...over,
});

export const policy = (more = ''): string => `apiVersion: opssentinel.dev/v1
policy: test
environments:
  staging: { accounts: { "111122223333": { regions: [eu-west-1], read: R, act: A } }, pagerduty: [PSVC001], ceiling: auto }
  prod: { accounts: { "444455556666": { regions: [eu-west-1], read: R, act: A } }, pagerduty: [PSVC002], ceiling: approve }
teams: { team-web: { pagerduty: PTEAM01 } }
${more}`;

export const runbook = (
  name = 'restart',
  more = '',
  parameters = '{ InstanceId: { from: target.name } }',
): string => `apiVersion: opssentinel.dev/v1
runbook: ${name}
owner: platform
uses: test.run
target: test.compute.instance
with: { document: Restart, version: "7", parameters: ${parameters} }
risk: disruptive
${more}`;

export const rule = (name = 'cpu', more = '', run = 'run: restart'): string => `apiVersion: opssentinel.dev/v1
rule: ${name}
owner: team-web
when:
  - alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization"
target: alert.labels.InstanceId
${run}
${more}`;

export const assembleTexts = (texts: readonly string[], file = 'rules/test.yaml'): Loaded => {
  const { documents, problems } = readYaml(file, texts.join('\n---\n'));
  return assemble(documents, problems, '/tmp/rules', catalogue, hash);
};

/** A set out of texts; throws with every problem when they do not load. */
export function setOf(...texts: string[]): RuleSet {
  const loaded = assembleTexts(texts);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.set;
}

/** The usual set: a policy, the runbook `restart`, and these rules. */
export const setWith = (...rules: string[]): RuleSet => setOf(policy(), runbook(), ...rules);
