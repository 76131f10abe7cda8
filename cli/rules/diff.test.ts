import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkout } from '../../tests/support/repository.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';
import { type Change, diffRules } from './diff.js';
import { differenceMarkdown } from './diff-print.js';

/** Changes of one document between two sets, as `place: before → after (effect)`. */
function changes(before: string[], after: string[], of?: string): string[] {
  const documents = diffRules(setOf(...before), setOf(...after));
  return documents
    .filter(({ kind, name }) => of === undefined || `${kind} ${name}` === of)
    .flatMap((one) => one.changes)
    .map(said);
}
const said = ({ place, before = '-', after = '-', effect }: Change): string => `${place}: ${before} → ${after} (${effect})`;

const usual = [policy(), runbook(), rule()];
const withRule = (more: string): string[] => [policy(), runbook(), rule('cpu', more)];

/** A rule of several targets, which is what batches belong to. */
const several = (more: string): string[] => [
  policy(),
  runbook('restart', 'check: test.well'),
  rule('cpu', more).replace('alert.labels.InstanceId', '{ tagged: { service: web } }'),
];

describe('a change is told by what it means', () => {
  it.each<[string, string[], string[], string[]]>([
    ['a mode', withRule('mode: { prod: approve }'), withRule('mode: { prod: auto }'), ['mode.prod: approve → auto (looser)']],
    [
      'a mode that was not there',
      usual,
      withRule('mode: { staging: approve }'),
      ['mode.staging: observe (default) → approve (looser)'],
    ],
    ['a mode that is taken away', withRule('mode: { prod: auto }'), usual, ['mode.prod: auto → observe (default) (stricter)']],
    [
      'a guard that is looser',
      usual,
      withRule('guards: { cooldown: 10m, because: x }'),
      ['guards.cooldown: 30m (default) → 10m (looser)', 'guards.because: - → x (neither)'],
    ],
    [
      'a guard that is stricter',
      usual,
      withRule('guards: { budget: 2/1h }'),
      ['guards.budget: 5/1h (default) → 2/1h (stricter)'],
    ],
    ['a line more', usual, withRule('unless: [alert.name == "x"]'), ['unless.0: - → alert.name == "x" (stricter)']],
    ['a condition fewer', withRule('require: [target.state == "x"]'), usual, ['require.0: target.state == "x" → - (looser)']],
    [
      'another line',
      usual,
      [policy(), runbook(), rule().replace('CPUUtilization', 'NetworkOut')],
      [
        'when.0: alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization" → alert.namespace == "AWS/EC2" && alert.metric == "NetworkOut" (maybe)',
      ],
    ],
    [
      'more people',
      usual,
      withRule('approval: { count: 2 }'),
      ['approval.count: 1 → 2 (stricter)'].map((line) => line.replace('1 →', '1 (default) →')),
    ],
    [
      'batches, as one word',
      several('rollout: { batches: [1, 2] }'),
      several('rollout: { batches: [2, 1], maxErrors: 1 }'),
      ['rollout.batches: [1,2] → [2,1] (maybe)', 'rollout.maxErrors: 0 (default) → 1 (looser)'],
    ],
    ['a description', usual, withRule('description: y'), ['description: - → y (neither)']],
  ])('%s', (_what, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  it('a policy: a ceiling, a limit, ground, a team’s bounds', () => {
    const [was] = usual as [string];
    const of = (text: string): string[] => changes([was], [text]);
    expect(of(was.replace('ceiling: approve', 'ceiling: auto'))).toEqual(['environments.prod.ceiling: approve → auto (looser)']);
    expect(of(policy('guards: { cooldown: { default: 30m, limit: 1m } }'))).toContain(
      'guards.cooldown.limit: 10m (default) → 1m (looser)',
    );
    expect(of(was.replace('[PSVC002]', '[PSVC002, PSVC009]'))).toEqual(['environments.prod.pagerduty: - → PSVC009 (looser)']);
    expect(of(policy('protected: [{ tag: { a: b } }]'))).toEqual(['protected: - → {"tag":{"a":"b"}} (stricter)']);
    expect(of(was.replace('{ pagerduty: PTEAM01 }', '{ pagerduty: PTEAM01, accounts: ["111122223333"] }'))).toEqual([
      'teams.team-web.accounts: - → ["111122223333"] (stricter)',
    ]);
  });

  it('a runbook: its bounds, and every rule that runs it has another logic', () => {
    const input = (max: number): string[] => [
      policy(),
      runbook('restart', `inputs: { keep: { type: int, min: 1, max: ${max}, default: 2 } }`),
      rule('cpu', 'description: the same'),
    ];
    const [book, user] = diffRules(setOf(...input(3)), setOf(...input(9)));
    expect(book?.changes.map(said)).toEqual(['inputs.keep.max: 3 → 9 (looser)']);
    expect(user).toMatchObject({
      kind: 'rule',
      changes: [],
      logic: { changed: true, because: 'the runbook restart' },
      file: { changed: false },
    });
  });

  it('what is new or gone, with what it may do', () => {
    expect(diffRules(setOf(...usual), setOf(...usual, rule('two', 'mode: { staging: auto }')))).toMatchObject([
      { kind: 'rule', name: 'two', was: 'added', changes: [{ place: 'mode.staging', after: 'auto', effect: 'looser' }] },
    ]);
    expect(diffRules(setOf(...usual, rule('two')), setOf(...usual))).toMatchObject([{ name: 'two', was: 'removed' }]);
  });

  it('nothing, where only comments, places and the order of documents differ', () => {
    expect(diffRules(setOf(...usual), setOf(rule(), `# moved\n${policy()}`, runbook()))).toEqual([]);
  });

  it('turned round, what was looser is stricter: for any two sets of figures', () => {
    const figures = fc.record({
      cooldown: fc.constantFrom('10m', '30m', '2h'),
      budget: fc.constantFrom('1/1h', '5/1h', '5/2h', '9/1h'),
      firingFor: fc.constantFrom('1s', '60s', '5m'),
      mode: fc.constantFrom('observe', 'approve', 'auto'),
    });
    const textOf = ({
      cooldown,
      budget,
      firingFor,
      mode,
    }: {
      cooldown: string;
      budget: string;
      firingFor: string;
      mode: string;
    }) =>
      withRule(
        `mode: { prod: ${mode} }\nguards: { cooldown: ${cooldown}, budget: ${budget}, firingFor: ${firingFor}, because: x }`,
      );
    fc.assert(
      fc.property(figures, figures, (one, other) => {
        const there = changes(textOf(one), textOf(other));
        const back = changes(textOf(other), textOf(one));
        const turn = { looser: 'stricter', stricter: 'looser', maybe: 'maybe', neither: 'neither' } as const;
        const effects = (lines: string[]): string[] => lines.map((line) => /^\S+: .*\((\w+)\)$/.exec(line)?.[1] ?? '');
        expect(effects(back)).toEqual(effects(there).map((effect) => turn[effect as keyof typeof turn]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the comment of a pull request', () => {
  it('shows text of a file as code that it cannot leave', () => {
    const hostile = 'alert.name == "`|` @everyone <img>"';
    const documents = diffRules(setOf(...usual), setOf(...withRule(`unless:\n  - '${hostile}'`)));
    const text = differenceMarkdown({
      before: { shown: 'a', hash: 'a'.repeat(64) },
      after: { shown: 'b', hash: 'b'.repeat(64) },
      documents,
    });
    expect(text).toContain('`` alert.name == "`\\|` @everyone <img>" ``');
    expect(text).toContain('Evidence begins again for `cpu`');
  });
});

const stage = createConsole();
const library = join(projectRoot(), 'rules', 'library');
const { rules, commit } = checkout(join(stage.dir, 'repo'));
const edit = (file: string, from: string, to: string): void => {
  const path = join(rules, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
};
beforeAll(() => {
  cpSync(library, rules, { recursive: true });
  commit('ada');
});
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

describe('rules diff', () => {
  it('is 0 where they are the same, whatever the folders are called', async () => {
    const { code, out } = await stage.run(['rules', 'diff', library, 'repo/rules']);
    expect([code, out]).toEqual([0, expect.stringMatching(/\nThe same\.\n$/)]);
    expect((await stage.run(['rules', 'diff', 'HEAD', 'repo/rules'])).code).toBe(0);
  });

  it('is 1 where they differ, and says what is looser; a revision is that of the other folder’s repository', async () => {
    edit('ec2-cpu-high.yaml', 'prod: approve', 'prod: auto');
    edit('ec2-cpu-high.yaml', '>= 90.0', '>= 80.0');
    const { code, out, err } = await stage.run(['rules', 'diff', 'HEAD', 'repo/rules']);
    expect([code, err]).toEqual([1, expect.stringContaining('1 document differs, 1 change is looser, 1 may be')]);
    expect(out).toMatch(
      /^HEAD \([0-9a-f]{8}\) → repo\/rules \([0-9a-f]{8}\)\n\nrule ec2-cpu-high {2}rules\/ec2-cpu-high\.yaml:2\n/,
    );
    expect(out).toMatch(/^ {2}looser +mode\.prod: approve → auto$/m);
    expect(out).toMatch(/^ {2}may be looser +when\.1: alert\.threshold >= 90\.0 → alert\.threshold >= 80\.0$/m);
    expect(out).toContain('logic changed: evidence about it begins again');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    const back = await stage.run(['rules', 'diff', 'repo/rules', 'HEAD']);
    expect(back.out).toMatch(/^ {2}stricter +mode\.prod: auto → approve$/m);
  });

  it('compares two revisions of the rules of the settings', async () => {
    commit('ada');
    const { code, out } = await stage.run(['rules', 'diff', 'HEAD~1', 'main', '--format', 'github'], {
      OPSSENTINEL_RULES: rules,
    });
    expect(code).toBe(1);
    expect(out).toContain('| rule `ec2-cpu-high` | `mode.prod`: `approve` → `auto` | **looser** |');
  });

  it('for scripts: one item for each document', async () => {
    const { out } = await stage.run(['rules', 'diff', library, 'repo/rules', '-o', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'RulesDiff',
      items: [{ kind: 'rule', name: 'ec2-cpu-high', was: 'changed', logic: { changed: true }, file: { changed: true } }],
    });
  });

  it('says what is no folder and no revision; what would be an option of git is none', async () => {
    for (const named of ['nowhere', 'HEAD~99', '--output=x']) {
      const { code, err } = await stage.run(['rules', 'diff', '--', named, 'repo/rules']);
      expect([code, err]).toEqual([3, expect.stringContaining(`${named} is no folder, and no revision`)]);
    }
  });

  it('tells every problem of a revision that does not load, with the revision', async () => {
    edit('ec2-cpu-high.yaml', 'owner:', 'ownr:');
    commit('ada');
    const other = await stage.run(['rules', 'diff', 'HEAD~1', 'HEAD'], { OPSSENTINEL_RULES: rules });
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/HEAD:rules\/ec2-cpu-high\.yaml:4:1: unknown key ownr/)]);
  });
});
