import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueAction } from '../../domain/catalogue.js';
import type { JsonObject } from '../../domain/json.js';
import { assemble } from '../../rules/language/assemble.js';
import { problemText } from '../../rules/language/problem.js';
import type { LoadedLine, RuleSet } from '../../rules/language/set.js';
import { readYaml } from '../../rules/language/yaml.js';
import { catalogue as small } from '../support/rules.js';

// The rules that the simulated incidents meet: every mode, risk, idempotency class and way of going wrong that a rule can have.

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const action = (id: string, change: Partial<CatalogueAction>): [string, CatalogueAction] => {
  const like = small.actions.get('test.run') as CatalogueAction;
  return [id, { ...like, id, summary: id, says: () => id, riskOf: () => change.risk ?? 'disruptive', ...change }];
};

export const catalogue: Catalogue = {
  ...small,
  actions: new Map([
    ...small.actions,
    action('test.reboot', { idempotency: 'at-most-once' }),
    action('test.name', { idempotency: 'named', undoes: true }),
    action('test.set', { idempotency: 'absolute', undoes: true, risk: 'additive' }),
    action('test.mark', { idempotency: 'marker' }),
  ]),
};

const head = 'apiVersion: opssentinel.dev/v1\n';

const policy = (signals: string, budgets: string): string => `${head}policy: simulated
environments:
  staging:
    accounts: { "111122223333": { regions: [eu-west-1, us-east-1], read: R, act: A } }
    pagerduty: [PSVC001, PSVC002]
    ceiling: auto
  prod:
    accounts: { "444455556666": { regions: [eu-west-1, us-east-1], read: R, act: A } }
    pagerduty: [PSVC003]
    ceiling: approve
teams: { team-web: { pagerduty: PTEAM01 } }
guards: { budget: ${budgets} }
approval: { signals: ${signals} }
protected: [{ arn: "arn:test:*i-0dead" }]`;

const runbook = (name: string, uses: string, risk: string, more = ''): string => `${head}runbook: ${name}
owner: platform
uses: ${uses}
target: test.compute.instance
with: { document: Do, parameters: { InstanceId: { from: target.name } } }
risk: ${risk}
require: [target.state != "gone"]
${more}`;

const rule = (name: string, metric: string, run: string, mode: string, more = ''): string => `${head}rule: ${name}
owner: team-web
when: [alert.metric == "${metric}"]
target: alert.labels.InstanceId
${run}
mode: { staging: ${mode}, prod: ${mode} }
${more}`;

const runbooks = (restart: string): string[] => [
  runbook('restart', 'test.run', 'disruptive', restart),
  runbook('reboot', 'test.reboot', 'disruptive'),
  runbook('rename', 'test.name', 'disruptive', 'undo: restore'),
  runbook('grow', 'test.set', 'additive', 'undo: restore'),
  runbook('mark', 'test.mark', 'disruptive'),
  runbook('terminate', 'test.terminate', 'destructive'),
];

const usual = (cpu: string): string[] => [
  rule('cpu', 'CPU', 'run: restart', 'auto', cpu),
  rule('hang', 'HANG', 'run: reboot', 'auto', 'guards: { cooldown: 20m, onAcknowledge: ask, because: it reboots in a minute }'),
  rule(
    'disk',
    'DISK',
    'ladder: [{ run: rename }, { run: restart }, { run: reboot }]',
    'auto',
    'guards: { firingFor: 30s, because: a full disk does not wait }',
  ),
  rule('load', 'LOAD', 'ladder: [{ run: grow }, { run: mark }]', 'auto'),
  rule('ask', 'ASK', 'run: restart', 'approve', 'approval: { count: 2, expiresIn: 12m }'),
  rule('lost', 'LOST', 'run: terminate', 'auto'),
  rule('watch', 'WATCH', 'run: restart', 'observe'),
  rule('one', 'TWIN', 'run: restart', 'auto'),
  rule('other', 'TWIN', 'run: reboot', 'auto'),
];

/** What alerts measure: one for each rule, one for two rules at once, and one for none. */
export const metrics = [
  'CPU',
  'CPU',
  'CPU',
  'HANG',
  'HANG',
  'HANG',
  'DISK',
  'DISK',
  'DISK',
  'LOAD',
  'LOAD',
  'ASK',
  'ASK',
  'LOST',
  'WATCH',
  'TWIN',
  'NONE',
] as const;

const budgets = { wide: '{ default: 5/1h, limit: 20/1h }', narrow: '{ default: 2/1h, limit: 20/1h, service: 3/1h, all: 5/1h }' };
const firstly = (texts: string[]): string[] => texts;
const backwards = (texts: string[]): string[] => [...texts].reverse();

function setOf(texts: readonly string[]): RuleSet {
  const { documents, problems } = readYaml('rules/simulated.yaml', texts.join('\n---\n'));
  const loaded = assemble(documents, problems, '/rules', catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return remembering(loaded.set);
}

/** The conditions read the same few alerts over and over: each is asked once. */
function remembering(set: RuleSet): RuleSet {
  const lines = (own: LoadedLine[]): LoadedLine[] =>
    own.map(({ place, condition }) => {
      const known = new Map<string, ReturnType<typeof condition.evaluate>>();
      const evaluate = (facts: JsonObject) => {
        const { metric } = (facts['alert'] ?? {}) as JsonObject;
        const { state } = (facts['target'] ?? {}) as JsonObject;
        const key = `${String(metric)} ${String(state)}`;
        const before = known.get(key);
        if (before) return before;
        const found = condition.evaluate(facts);
        known.set(key, found);
        return found;
      };
      return { place, condition: { text: condition.text, evaluate } };
    });
  const remember = <Loaded extends { require: LoadedLine[] }>(one: Loaded): Loaded => ({ ...one, require: lines(one.require) });
  return {
    ...set,
    rules: set.rules.map((one) => ({ ...remember(one), when: lines(one.when), unless: lines(one.unless) })),
    runbooks: new Map([...set.runbooks].map(([name, one]) => [name, remember(one)])),
  };
}

export interface Revision {
  name: string;
  set: RuleSet;
  /** The same documents in another order: whoever reads them must come to the same. */
  shuffled: RuleSet;
}

const revision = (name: string, texts: (order: (texts: string[]) => string[]) => string[]): Revision => ({
  name,
  set: setOf(texts(firstly)),
  shuffled: setOf(texts(backwards)),
});

/** What is loaded at one time or another: the usual, one with less to spend, one whose rule is changed, and one whose rule is revoked. */
export const revisions: readonly Revision[] = [
  revision('usual', (order) => order([policy('count', budgets.wide), ...runbooks(''), ...usual('')])),
  revision('narrow budgets, no bare words', (order) =>
    order([
      policy('refuse', budgets.narrow),
      ...runbooks(''),
      ...usual('guards: { cooldown: 15m, budget: 1/30m, because: it is watched }'),
    ]),
  ),
  revision('restart changed', (order) => order([policy('count', budgets.wide), ...runbooks('timeout: 5m'), ...usual('')])),
  revision('cpu revoked', (order) => order([policy('count', budgets.wide), ...runbooks(''), ...usual('').slice(1)])),
];
