import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { catalogue, hash, policy, rule, runbook } from '../../tests/support/rules.js';
import { loadCases } from './load-cases.js';
import { loadRules } from './load.js';
import { problemText } from './problem.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

const good = `apiVersion: opssentinel.dev/v1
cases: cpu
alert: fixtures/cpu.json
labels: { team: web, tier: gold }
world:
  env: prod
  target: { state: running, count: 3, tags: { opssentinel: allow } }
tests:
  - name: acts
    expect: { act: restart, target: i-0aa11 }
  - name: twice
    labels: { tier: null }
    world: { env: staging, target: { state: stopped } }
    at: [0m, 90s]
    expect: [{ refuse: require.0 }, duplicate]
`;

/** A folder with one rule and these files of cases. */
async function folderWith(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'opssentinel-load-cases-'));
  folders.push(dir);
  await mkdir(join(dir, 'fixtures'));
  await writeFile(join(dir, 'fixtures', 'cpu.json'), '{"AlarmName": "x"}');
  await writeFile(join(dir, 'fixtures', 'broken.json'), '{"AlarmName": ');
  await writeFile(join(dir, 'rules.yaml'), [policy(), runbook(), rule()].join('\n---\n'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

async function load(files: Record<string, string>) {
  const dir = await folderWith(files);
  const rules = await loadRules(dir, catalogue, hash);
  if (!rules.ok) throw new Error(rules.problems.map(problemText).join('\n'));
  return { dir, rules, loaded: await loadCases(dir, catalogue, rules.set) };
}

async function problemsOf(text: string, file = 'cpu.cases.yaml'): Promise<string> {
  const { dir, loaded } = await load({ [file]: text });
  return loaded.ok ? '' : loaded.problems.map(problemText).join('\n').replaceAll(basename(dir), 'rules');
}

const edited = (from: string | RegExp, to: string): string => {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  return text;
};

describe('a file of cases', () => {
  it('is loaded with what its document says for all of them; a case changes what it names, of the target single facts', async () => {
    const { dir, loaded } = await load({ 'cpu.cases.yaml': good });
    expect(loaded).toMatchObject({
      ok: true,
      cases: [
        {
          rule: 'cpu',
          name: 'acts',
          at: `${basename(dir)}/cpu.cases.yaml:9`,
          recording: { file: 'fixtures/cpu.json', json: { AlarmName: 'x' } },
          labels: { team: 'web', tier: 'gold' },
          deliveries: [{ atMs: 0, expected: { verb: 'act', of: ['restart'], target: 'i-0aa11' } }],
        },
        {
          labels: { team: 'web', tier: null },
          world: { env: 'staging', target: { state: 'stopped', count: 3, tags: { opssentinel: 'allow' } } },
          deliveries: [
            { atMs: 0, expected: { verb: 'refuse', of: ['require.0'] } },
            { atMs: 90_000, expected: { verb: 'duplicate', of: [] } },
          ],
        },
      ],
    });
  });

  it('may be JSON', async () => {
    const { loaded } = await load({ 'cpu.cases.json': JSON.stringify(parse(good)) });
    expect(loaded).toMatchObject({ ok: true, cases: [{ name: 'acts' }, { name: 'twice' }] });
  });

  it('is no rule, changes no hash, and keeps no service from starting when it is wrong', async () => {
    const without = await load({});
    const broken = await load({ 'cpu.cases.yaml': 'cases: [', 'other.cases.json': '{}' });
    expect(broken.rules.set.hash).toBe(without.rules.set.hash);
    expect(broken.loaded.ok).toBe(false);
    expect(without.loaded).toEqual({ ok: true, cases: [] });
  });

  it('is checked as far as possible where the rules themselves are broken', async () => {
    const dir = await folderWith({ 'cpu.cases.yaml': edited('name: acts', 'nam: acts') });
    const loaded = await loadCases(dir, catalogue, undefined);
    expect(loaded.ok ? [] : loaded.problems.map(({ says }) => says)).toEqual(
      expect.arrayContaining([expect.stringContaining('unknown key nam')]),
    );
  });
});

describe('a mistake in a case is told at its place, with what to do', () => {
  it.each<[string, string | RegExp, string, RegExp]>([
    ['a mistyped key', 'env: staging', 'alrm: OK', /cpu[.]cases[.]yaml:\d+:\d+: unknown key .*alrm.*did you mean "alarm"/],
    ['a rule that is not there', 'cases: cpu', 'cases: cpy', /:2:8: there is no rule cpy [(]did you mean "cpu"[?][)]/],
    [
      'a runbook that is not there',
      'act: restart,',
      'act: restrat,',
      /:10:20: there is no runbook restrat [(]did you mean "restart"/,
    ],
    ['an environment that is not there', 'env: staging', 'env: stage', /:13:19: there is no environment stage/],
    [
      'a fact that the target does not have',
      'state: stopped',
      'stat: stopped',
      /:13:\d+: test.compute.instance has no fact stat/,
    ],
    [
      'a line that the rule does not have',
      '{ refuse: require.0 }',
      '{ noMatch: when.7 }',
      /:15:\d+: cpu has no line when.7; it has when.0/,
    ],
    ['two verbs', 'act: restart,', 'act: restart, ask: restart,', /:10:13: .*exactly one of act, ask, observe, refuse, noMatch/],
    ['no verb', 'act: restart, ', '', /:10:13: .*exactly one of/],
    [
      'a word that is no verb',
      '{ act: restart, target: i-0aa11 }',
      'nothing',
      /:10:13: .*must be duplicate, or one verb and its object/,
    ],
    [
      'an unknown verb in a list',
      '[{ refuse: require.0 }',
      '[{ refused: require.0 }',
      /:15:\d+: .*(did you mean "refuse"|one verb and its object)/,
    ],
    ['a lonely list', '{ act: restart, target: i-0aa11 }', '[]', /:10:13: /],
    [
      'an unknown verb',
      'act: restart,',
      'acts: restart,',
      /:10:15: unknown key acts in tests[.]0[.]expect [(]did you mean "act"/,
    ],
    ['an expectation too few', ', duplicate]', ']', /:15:13: 2 deliveries and 1 expected/],
    ['a time that falls', '[0m, 90s]', '[90s, 0m]', /:14:15: each delivery must come no earlier/],
    [
      'a duplicate of nothing',
      '[{ refuse: require.0 }, duplicate]',
      '[duplicate, duplicate]',
      /the first delivery of a case cannot be/,
    ],
    ['two cases of one name', 'name: twice', 'name: acts', /:11:11: there is a case of this name already: acts/],
    [
      'a recording that is not there',
      'fixtures/cpu.json',
      'fixtures/none.json',
      /:3:8: there is no recorded delivery fixtures\/none[.]json/,
    ],
    ['a recording that is no JSON', 'fixtures/cpu.json', 'fixtures/broken.json', /:3:8: fixtures\/broken[.]json is not JSON/],
    ['a recording outside of the rules', 'fixtures/cpu.json', '../cpu.json', /:3:8: .*below the rules/],
    ['another document', /^cases: cpu$/m, 'rule: cpu', /:1:1: a file whose name ends with [.]cases[.]yaml holds cases alone/],
  ])('%s', async (_what, from, to, says) => {
    expect(await problemsOf(good)).toBe('');
    expect(await problemsOf(edited(from, to))).toMatch(says);
  });
});
