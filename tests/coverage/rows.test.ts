import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../support/root.js';

/**
 * What the product promises, and the tests that prove it. A promise keeps its number for ever; whoever removes or renames the last
 * test that proves one hears of it here.
 */
const promises: readonly (readonly [row: string, sentence: string, ...provedIn: string[]])[] = [
  [
    'M1',
    'CloudWatch alarm, SNS, PagerDuty, agent: a real-shaped webhook ends in a verified action and a note',
    'tests/e2e/main-job.test.ts',
  ],
  ['M2', 'POST /pagerduty/autonomous/action takes PagerDuty v3 webhooks, authenticated', 'api/door/pagerduty.test.ts'],
  ['M5', 'the same rule in YAML or JSON', 'tests/rules/promises.test.ts', 'tests/e2e/decisions.test.ts'],
  [
    'M16',
    'approval by signal, and a history that reads in plain words',
    'tests/e2e/main-job.test.ts',
    'tests/e2e/decisions.test.ts',
  ],
  [
    'M22',
    'the approved tools of any MCP server can be actions: streamable HTTP, HTTP+SSE and stdio',
    'integrations/mcp/transports.test.ts',
    'tests/rules/kubernetes-example.test.ts',
  ],
  ['M19', 'API tokens and mTLS on the endpoints, with scopes and rotation', 'api/door/tokens.test.ts'],
  [
    'M18',
    'least-privilege policies are generated from the runbooks, nothing wider',
    'tests/deploy/iam.test.ts',
    'tests/deploy/iam-actions.test.ts',
    'cli/iam.test.ts',
  ],
  [
    'M20',
    'every AWS call carries its incident: session name, source identity, tag',
    'tests/deploy/iam.test.ts',
    'integrations/aws/clients/sessions.test.ts',
  ],
  ['M17', 'a recorded history replays on today’s code', 'tests/replay/replay.test.ts'],
  [
    '1',
    'a wrong signature is refused; two valid secrets work',
    'integrations/pagerduty/receive.test.ts',
    'api/door/door.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  ['2', 'a second delivery of one event.id starts nothing', 'api/door/door.test.ts', 'tests/e2e/main-job.test.ts'],
  ['3', 'two alerts with one dedup key make one incident', 'ledger/ledger.test.ts', 'integrations/pagerduty/channel.test.ts'],
  [
    '5',
    'no action on a resolved alert; a resolve cancels',
    'guards/world.test.ts',
    'tests/run/paths.test.ts',
    'tests/e2e/decisions.test.ts',
  ],
  ['6', 'act only if still firing after so long', 'guards/time.test.ts', 'tests/run/hold-down.test.ts'],
  ['8', 'rules are files', 'tests/rules/promises.test.ts', 'tests/e2e/decisions.test.ts'],
  ['9', 'a malformed rule fails a check in CI with line and reason', 'tests/rules/promises.test.ts'],
  ['10', 'a rule and a recorded delivery give a verdict, and no side effect', 'cli/cases/library.test.ts'],
  ['13', 'two matching rules: a deterministic winner, or nobody', 'decide/match.test.ts', 'tests/e2e/decisions.test.ts'],
  ['14', 'a run stores the exact revision of the rule that decided it', 'tests/e2e/main-job.test.ts'],
  [
    '18',
    'a rule stands down while a deployment runs, and for so long after',
    'guards/deploys.test.ts',
    'activities/situation/deploys.test.ts',
    'ledger/deploys.test.ts',
    'api/routes/deploys.test.ts',
  ],
  ['19', 'only catalogued actions with typed, bounded parameters', 'tests/rules/promises.test.ts', 'cli/cases/library.test.ts'],
  ['20', 'cooldown, also across restarts', 'guards/time.test.ts', 'ledger/permits.test.ts', 'tests/e2e/main-job.test.ts'],
  ['21', 'at most so many runs per window', 'guards/time.test.ts', 'tests/admission/at-once.test.ts'],
  ['23', 'one action at a time per target', 'ledger/permits.test.ts', 'tests/admission/at-once.test.ts'],
  ['29', 'preconditions are read again just before acting', 'tests/e2e/decisions.test.ts'],
  [
    '31',
    'a run waits for a human and ends in a defined way when none comes',
    'tests/run/paths.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  [
    '34',
    'an approval is bound to exact arguments, single use, expiring',
    'tests/rules/promises.test.ts',
    'tests/e2e/main-job.test.ts',
    'tests/e2e/decisions.test.ts',
  ],
  ['35', 'a pending approval survives a restart', 'tests/e2e/main-job.test.ts'],
  ['38', 'killed in the middle, it goes on', 'tests/e2e/at-most-once.test.ts'],
  ['39', 'one run per incident under 1,000 concurrent duplicates', 'api/door/temporal.test.ts', 'tests/e2e/main-job.test.ts'],
  ['40', 'the cloud call carries a token, or a read-back proves it', 'tests/run/paths.test.ts', 'tests/e2e/at-most-once.test.ts'],
  ['41', 'the step’s timeout holds even when the worker dies', 'tests/run/paths.test.ts'],
  [
    '43',
    'the alert must be clear for so long, or the run is a failure',
    'activities/decide/verify.test.ts',
    'tests/run/paths.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  ['47', 'each action runs under its own least-privilege role, in the account of its target', 'tests/deploy/iam.test.ts'],
  ['48', 'event, rule, decision and result in one query', 'ledger/ledger.test.ts', 'tests/e2e/main-job.test.ts'],
  ['50', 'the result is on the PagerDuty incident', 'tests/e2e/main-job.test.ts'],
  ['56', 'edit, run and approve are separate permissions', 'api/routes/authorisation.test.ts'],
  ['57', 'secrets come from files and never appear in logs', 'config/environment.test.ts', 'api/door/tokens.test.ts'],
];

const skipped = new Set(['node_modules', 'dist']);
function testFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || skipped.has(entry.name)) return [];
    const path = join(dir, entry.name);
    return entry.isDirectory() ? testFiles(path) : entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/** Every text that is followed by a function: the names of tests and of their groups. What is skipped or only planned proves nothing. */
const name = /(?<how>[\w.]*)\(\s*(?<quote>['"`])(?<name>(?:\\.|(?!\k<quote>).)*)\k<quote>,\s*(?:async\s*)?\(/gs;
const namesIn = (source: string): string[] =>
  [...source.matchAll(name)].flatMap(({ groups: found = {} }) =>
    /skip|todo|failing/.test(found['how'] ?? '') ? [] : [found['name'] ?? ''],
  );

/** `row 6`, `rows 2, 3 and 39`, `row M17`, `M5`. */
function rowsIn(text: string): string[] {
  const lists = [...text.matchAll(/\brows? ((?:M?\d+(?:, | and )?)+)/g)].flatMap(([, list = '']) => list.match(/M?\d+/g) ?? []);
  return [...lists, ...(text.match(/\bM\d+\b/g) ?? [])];
}

const proved = new Map(
  testFiles(root).map((file) => [relative(root, file), new Set(namesIn(readFileSync(file, 'utf8')).flatMap(rowsIn))]),
);

describe('promises and their tests', () => {
  it.each(promises)('%s is proved: %s', (row, _sentence, ...provedIn) => {
    expect(provedIn.length).toBeGreaterThan(0);
    for (const file of provedIn)
      expect({ file, rows: [...(proved.get(file) ?? [])] }).toEqual({ file, rows: expect.arrayContaining([row]) });
  });

  it('each stands here once', () => {
    expect(new Set(promises.map(([row]) => row)).size).toBe(promises.length);
  });

  it('reads names as they are written, and nothing else', () => {
    const source = [
      "describe('row 1: a group', () => {",
      "it.each([1])(\n 'rows 2, 3 and M4: each', async (n) => {",
      "it('M5, row 6: both', async () => {",
      "it.skip('row 7: skipped', () => {",
      '// it says row 8',
      "const text = 'row 9';",
      "it(`row 10: it\\'s`, () => {",
      "describe.skip('row 11', () => {",
      "it.todo('row 12');",
    ].join('\n');
    expect(namesIn(source).flatMap(rowsIn).sort()).toEqual(['1', '10', '2', '3', '6', 'M4', 'M4', 'M5']);
  });
});

describe('words that people copy', () => {
  it('the README shows the signal that lets a waiting run go on', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/temporal workflow signal [^\n]*--name approve/);
  });
});
