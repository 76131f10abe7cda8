import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { assembleTexts, catalogue, hash, policy, rule, runbook } from '../../tests/support/rules.js';
import { loadRules } from './load.js';
import { problemText } from './problem.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function folderWith(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'opssentinel-rules-'));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, 'rules', name)), { recursive: true });
    await writeFile(join(root, 'rules', name), text);
  }
  return join(root, 'rules');
}

const load = async (files: Record<string, string>) => loadRules(await folderWith(files), catalogue, hash);

/** Every problem of these documents, `line:column: says`, counted from the first line of the last text. */
function problemsOf(...texts: string[]): string[] {
  const loaded = assembleTexts(texts, 'x.yaml');
  const before = texts.slice(0, -1).join('\n---\n').split('\n').length + 1;
  return loaded.ok ? [] : loaded.problems.map((problem) => problemText({ ...problem, line: problem.line - before }));
}
const inRule = (text: string): string[] => problemsOf(policy(), runbook(), text);
const inRunbook = (text: string): string[] => problemsOf(policy(), text);

describe('loading a folder', () => {
  it('M5: reads YAML and JSON, several documents, and knows where each rule stands', async () => {
    const json = JSON.stringify(
      {
        apiVersion: 'opssentinel.dev/v1',
        rule: 'as-json',
        owner: 'team-web',
        when: ['alert.name == "x"'],
        target: 'alert.labels.InstanceId',
        run: 'restart',
      },
      undefined,
      2,
    );
    const loaded = await load({
      'opssentinel.yaml': policy(),
      'runbooks/all.yml': `${runbook()}---\n${runbook('other')}`,
      'web/cpu.yaml': `# a comment\n${rule()}`,
      'x.json': json,
      'web/cpu.cases.yaml': 'cases: cpu',
      'fixtures/a.json': '{',
    });
    if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
    expect(loaded.set.rules.map(({ name, at }) => [name, at])).toEqual([
      ['as-json', 'rules/x.json:3'],
      ['cpu', 'rules/web/cpu.yaml:3'],
    ]);
    expect([...loaded.set.runbooks.values()].map(({ name, at }) => [name, at])).toEqual([
      ['other', 'rules/runbooks/all.yml:10'],
      ['restart', 'rules/runbooks/all.yml:2'],
    ]);
  });

  it('has a hash that comments and files do not change, and every word does', async () => {
    const hashOf = async (files: Record<string, string>) => {
      const loaded = await load(files);
      return loaded.ok ? loaded.set.hash : undefined;
    };
    const one = await hashOf({ 'a.yaml': [policy(), runbook(), rule()].join('\n---\n') });
    expect(await hashOf({ 'p.yaml': `# moved\n${policy()}`, 'z.yaml': rule(), 'b.yaml': runbook() })).toBe(one);
    expect(await hashOf({ 'a.yaml': [policy(), runbook(), rule('cpu', 'description: x')].join('\n---\n') })).not.toBe(one);
  });

  it('tells everything that is wrong at once, in order of the files', async () => {
    const loaded = await load({
      'b.yaml': rule('cpu', 'mode: { stagin: auto }').replace('team-web', 'team-wbe'),
      'a.yaml': 'rule: [',
      'c.yaml': policy(),
      'd.yaml': runbook(),
    });
    expect(loaded.ok ? [] : loaded.problems.map(problemText)).toEqual([
      expect.stringMatching(/^rules\/a\.yaml:1:8: /),
      expect.stringMatching(/^rules\/b\.yaml:3:8: team-wbe is no team of the policy \(did you mean "team-web"\?\)/),
      expect.stringMatching(/^rules\/b\.yaml:8:9: there is no environment stagin \(did you mean "staging"\?\)/),
    ]);
  });

  it.each([
    ['a folder that is not there', '/nowhere/rules', 'rules:1:1: the folder cannot be read (ENOENT); set OPSSENTINEL_RULES'],
  ])('says what to do about %s', async (_what, dir, says) => {
    const loaded = await loadRules(dir, catalogue, hash);
    expect(loaded.ok ? '' : loaded.problems.map(problemText).join('\n')).toContain(says);
  });

  it('wants exactly one policy, and each name once', async () => {
    expect(problemsOf(runbook(), rule()).join('\n')).toContain('there is no policy');
    expect(problemsOf(policy(), policy().replace('policy: test', 'policy: other'))).toEqual([
      expect.stringMatching(/^x\.yaml:2:1: there is a policy already, at x\.yaml:2; keep one$/),
    ]);
    expect(problemsOf(policy(), runbook(), rule(), rule()).join('\n')).toMatch(
      /x\.yaml:2:7: the rule cpu stands already at x\.yaml:\d+/,
    );
  });
});

describe('a rule that is wrong is refused with its place and what to do', () => {
  it.each<[string, string, string]>([
    ['an unknown key', rule('cpu', 'gaurds: {}'), 'x.yaml:8:1: unknown key gaurds (did you mean "guards"?)'],
    [
      'a wrong type',
      rule('cpu', 'overrides: x'),
      'x.yaml:8:12: overrides must be a list (lines that begin with "- "); found "x"',
    ],
    [
      'a number where text must be',
      rule('cpu').replace('owner: team-web', 'owner: 5'),
      'x.yaml:3:8: owner must be text; found 5; put quotes around it: "5"',
    ],
    ['a key that is missing', rule().replace('owner: team-web\n', ''), 'owner is missing; add it'],
    ['the same key twice', rule('cpu', 'run: restart'), 'x.yaml:8:1: this key stands here twice; remove one'],
    [
      'a line that begins with !',
      rule().replace('- alert.namespace', '- !alert.namespace'),
      'x.yaml:5:5: a line that begins with ! is a YAML tag, not a condition; put quotes around the whole line, or move it to unless',
    ],
    [
      'a line that begins with !has',
      rule().replace('- alert.namespace', '- !has(alert.region) && alert.namespace'),
      'x.yaml:5:5: a line that begins with ! is a YAML tag',
    ],
    [
      'a line that became a map',
      rule().replace('alert.namespace ==', 'true ? alert.name : alert.namespace =='),
      'must be one condition as text; if it contains ": "',
    ],
    ['a condition that cannot be read', rule().replace(' && ', ' &&& '), 'x.yaml:5:'],
    [
      'an unknown field, at its place in the line',
      rule().replace('alert.metric', 'alert.metrc'),
      'x.yaml:5:43: when.0: there is no alert.metrc (did you mean "metric"?)',
    ],
    ['what a comment cut off', rule().replace('"CPUUtilization"', '"a #b"'), 'what follows (#b") is a comment'],
    ['no condition', rule().replace(/when:\n.*\n/, 'when: []\n'), 'when has no line'],
    ['an unknown runbook', rule('cpu', '', 'run: restrat'), 'x.yaml:7:6: there is no runbook restrat (did you mean "restart"?)'],
    ['neither run nor ladder', rule('cpu', '', 'docs: https://wiki.example.com'), 'the rule runs nothing'],
    ['run and ladder', rule('cpu', 'ladder: [{ run: restart }]'), 'x.yaml:8:1: the rule has run and ladder; keep one'],
    [
      'an input that the runbook lacks',
      rule('cpu', 'with: { path: / }'),
      'x.yaml:8:15: with.path: the runbook restart has no input path',
    ],
    [
      'an unknown environment',
      rule('cpu', 'mode: { stagin: auto }'),
      'x.yaml:8:9: there is no environment stagin (did you mean "staging"?)',
    ],
    [
      'an unknown mode',
      rule('cpu', 'mode: { staging: atuo }'),
      'x.yaml:8:18: mode.staging must be one of observe, approve, auto; found "atuo" (did you mean "auto"?)',
    ],
    [
      'a guard loosened without a reason',
      rule('cpu', 'guards: { cooldown: 15m }'),
      'x.yaml:8:21: guards.cooldown 15m is looser than usual (30m); say why in guards.because',
    ],
    [
      'a guard loosened too far',
      rule('cpu', 'guards: { cooldown: 1m, because: x }'),
      'guards.cooldown 1m is looser than the policy allows (10m)',
    ],
    [
      'a budget beyond the limit',
      rule('cpu', 'guards: { budget: 100/1h, because: x }'),
      'guards.budget 100/1h is looser than the policy allows (20/1h)',
    ],
    [
      'a start later than people are paged',
      rule('cpu', 'guards: { startBy: 1h, because: x }'),
      'guards.startBy 1h is later than 10m',
    ],
    ['an approval that waits longer', rule('cpu', 'approval: { expiresIn: 2h }'), 'approval.expiresIn 2h is longer than 15m'],
    [
      'a duration that is none',
      rule('cpu', 'guards: { cooldown: soon }'),
      'guards.cooldown must be a duration such as 60s, 5m, 2h or 30d',
    ],
    ['an unknown check', rule('cpu', 'verify: { check: test.wel }'), 'there is no check test.wel (did you mean "test.well"?)'],
    [
      "a check's wrong parameter",
      rule('cpu', 'verify: { check: test.below, with: { percent: a } }'),
      'verify.with.percent does not fit test.below: must be a number',
    ],
    ['an unknown rule in overrides', rule('cpu', 'overrides: [dsk]'), 'x.yaml:8:13: there is no rule dsk'],
    [
      'a bare target that is no field',
      rule().replace('alert.labels.InstanceId', 'i-0aa11'),
      'write target: { InstanceId: i-0aa11 }',
    ],
    [
      'a target field that is not there',
      rule().replace('alert.labels.InstanceId', 'alert.label.InstanceId'),
      'there is no field alert.label.InstanceId (did you mean "labels"?)',
    ],
    [
      'a fixed target that does not fit',
      rule().replace('alert.labels.InstanceId', '{ InstanceId: web-1 }'),
      'target.InstanceId must match',
    ],
    [
      'an unknown fact in require',
      rule('cpu', 'require: [target.stat == "x"]'),
      'x.yaml:8:18: require.0: there is no target.stat (did you mean "state"?)',
    ],
    ['undo that the runbook has not', rule('cpu', 'undo: restore'), 'the runbook has undo: none'],
    [
      'several without a check',
      rule().replace('alert.labels.InstanceId', '{ tagged: { service: web } }'),
      'give restart a check',
    ],
    ['everything', rule().replace('alert.labels.InstanceId', '{ tagged: {} }'), 'names no tag: that would be everything'],
    ['a rollout of one', rule('cpu', 'rollout: { batches: [1, 2] }'), 'rollout belongs to a target by tags'],
    [
      'less care after a deployment',
      rule('cpu', 'guards: { deploys: { after: 5m }, because: x }'),
      'guards.deploys.after 5m is shorter than usual (40m); it can only be made longer',
    ],
    ['more of the same fix', rule('cpu', 'guards: { sameFix: 3/24h }'), 'guards.sameFix 3/24h is looser than usual (2/24h)'],
    ['less of the group', rule('cpu', 'guards: { healthy: 50% }'), 'guards.healthy 50% is less than usual (51%)'],
    [
      'a ServiceNow ticket that is resolved sometimes',
      rule('cpu', 'report: { servicenow: { resolve: sometimes } }'),
      'report.servicenow.resolve',
    ],
    ['Grafana told what it is not', rule('cpu', 'report: { grafana: true }'), 'report.grafana'],
    ['Grafana silenced for hours', rule('cpu', 'report: { grafana: { silence: 2h } }'), 'report.grafana.silence'],
    ['a report to no channel', rule('cpu', 'report: { slack: "@here" }'), 'report.slack is not a channel: write its name'],
    [
      'cases in a rule file',
      'apiVersion: opssentinel.dev/v1\ncases: cpu',
      'x.yaml:2:8: cases belong into a file whose name ends with .cases.yaml',
    ],
    [
      'a document of no kind',
      'apiVersion: opssentinel.dev/v1\nrul: cpu',
      'neither rule, runbook nor policy (did you mean "rule"?)',
    ],
  ])('%s', (_what, text, says) => {
    expect(inRule(text).join('\n')).toContain(says);
  });

  it('tells circles of overrides once', () => {
    const problems = problemsOf(policy(), runbook(), rule('c'), rule('a', 'overrides: [b]'), rule('b', 'overrides: [a]'));
    expect(problems).toEqual([expect.stringContaining('overrides go in a circle: a → b → a; remove one of them')]);
  });

  it('allows a mode above the ceiling: it is lowered when it decides, with the reason', () => {
    expect(inRule(rule('cpu', 'mode: { prod: auto }'))).toEqual([]);
  });

  it('allows a guard to be loosened within the limit, with a reason', () => {
    expect(inRule(rule('cpu', 'guards: { cooldown: 15m, because: "restarts are quick here" }'))).toEqual([]);
  });
});

describe('a runbook that is wrong is refused with its place and what to do', () => {
  it.each<[string, string, string]>([
    [
      'an unknown action',
      runbook().replace('test.run', 'test.rnu'),
      'x.yaml:4:7: there is no action test.rnu (did you mean "test.run"?)',
    ],
    [
      'an unknown target type',
      runbook().replace('test.compute.instance', 'test.compute.instanc'),
      'there is no target type test.compute.instanc (did you mean',
    ],
    ['an unknown check', runbook('restart', 'check: test.welll'), 'there is no check test.welll (did you mean "test.well"?)'],
    [
      'a check that needs parameters',
      runbook('restart', 'check: test.below'),
      'test.below needs parameters (percent), which a runbook cannot give',
    ],
    [
      '$LATEST',
      runbook().replace('"7"', '$LATEST'),
      'x.yaml:6:37: with.version must be a number in quotes, such as "7"; found "$LATEST"',
    ],
    ['a version without quotes', runbook().replace('"7"', '7'), 'with.version must be text; put quotes around it: "7"'],
    [
      'a version for an unknown environment',
      runbook().replace('"7"', '{ prd: "7" }'),
      'there is no environment prd (did you mean "prod"?)',
    ],
    ['a version that travels', runbook().replace('"7"', '{ from: target.name }'), 'with.version must be written down'],
    [
      "a risk below the action's own",
      runbook().replace('disruptive', 'additive'),
      'risk additive is below what test.run is by itself; write disruptive or higher',
    ],
    ['an undo that the action has not', runbook('restart', 'undo: restore'), 'test.run cannot be undone; write undo: none'],
    ['giving back what is never put back', runbook('restart', 'giveBack: 2h'), 'giveBack puts back what was recorded'],
    [
      'stopping what cannot be stopped',
      runbook('restart', 'stopOn: { check: test.well }'),
      'what test.run has begun cannot be stopped; remove stopOn',
    ],
    [
      'stopping on an unknown check',
      runbook('restart', 'stopOn: { check: test.welll }'),
      'there is no check test.welll (did you mean "test.well"?)',
    ],
    [
      'stopping on a check whose parameters do not fit',
      runbook('restart', 'stopOn: { check: test.below, with: { percent: most } }'),
      'stopOn.with.percent does not fit test.below: must be a number',
    ],
    [
      'an unknown fact',
      runbook('restart', '', '{ Id: { from: target.nmae } }'),
      'with.parameters.Id: there is no target.nmae (did you mean "name"?)',
    ],
    ['an unknown input', runbook('restart', '', '{ Id: { from: inputs.x } }'), 'there is no inputs.x; add it to inputs'],
    [
      'a runbook that reads the alert',
      runbook('restart', '', '{ Id: { from: alert.name } }'),
      'a runbook reads nothing of an alert',
    ],
    [
      'a parameter that the action refuses',
      runbook('restart', '', '{ Id: "a;b" }'),
      'with.parameters.Id does not fit test.run: must be plain text',
    ],
    [
      'a pattern that is not anchored',
      runbook('restart', 'inputs: { a: { type: string, pattern: "[a-z]+" } }'),
      'must be anchored',
    ],
    [
      'a default out of bounds',
      runbook('restart', 'inputs: { a: { type: int, min: 1, max: 3, default: 9 } }'),
      'inputs.a.default must be from 1 to 3; found 9',
    ],
    ['text without any bound', runbook('restart', 'inputs: { a: { type: string } }'), 'inputs.a.pattern is missing; add it'],
    ['a path that climbs', runbook('restart', 'inputs: { a: { type: path, oneOf: ["/a/../b"] } }'), 'must be absolute paths'],
    ['conditions on alerts', runbook('restart', 'when: [true]'), 'unknown key when'],
  ])('%s', (_what, text, says) => {
    expect(inRunbook(text).join('\n')).toContain(says);
  });
});

describe('hostile files', () => {
  it('aliases that multiply are refused', () => {
    const bomb = `apiVersion: opssentinel.dev/v1\nrule: cpu\nx: &a [1,1,1,1,1,1,1,1,1]\ny: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nz: [*b,*b,*b,*b,*b,*b,*b,*b]`;
    expect(problemsOf(policy(), bomb).join('\n')).toContain('aliases');
  });

  it('a file that is too large is refused unread', async () => {
    const loaded = await load({ 'a.yaml': `# ${'x'.repeat(300_000)}` });
    expect(loaded.ok ? [] : loaded.problems.map(problemText)).toContain(
      'rules/a.yaml:1:1: the file is larger than 256 KiB; split it',
    );
  });

  it('keys that mean something to JavaScript are only unknown keys', () => {
    expect(inRule(rule('cpu', '__proto__: { mode: { staging: auto } }')).join('\n')).toContain('unknown key __proto__');
    expect(inRule(rule('cpu', 'mode: { constructor: auto }')).join('\n')).toContain('there is no environment constructor');
  });
});
