import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { matchAndAim, planFor } from '../../decide/decide.js';
import type { Decision } from '../../domain/plan.js';
import { catalogueOf } from '../../integrations/catalogue.js';
import { createRegistry } from '../../integrations/registry.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import type { RuleSet } from '../../rules/language/set.js';
import { root } from '../support/root.js';
import { alert, hash, incident, policy, target, witness } from '../support/rules.js';

// What rules promise whoever writes them, over the catalogue that is shipped.

const catalogue = catalogueOf(createRegistry({}).registry);
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'opssentinel-promises-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function problemsOf(files: Record<string, string>): Promise<string> {
  const loaded = await loadRules(await folderWith(files), catalogue, hash);
  return loaded.ok ? '' : loaded.problems.map(problemText).join('\n');
}

async function setOf(files: Record<string, string>): Promise<RuleSet> {
  const loaded = await loadRules(await folderWith(files), catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.set;
}

const rule = (more = 'run: restart\nwith: { service: { from: alert.labels.service } }') => `apiVersion: opssentinel.dev/v1
rule: cpu
owner: team-web
when:
  - alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization"
target: alert.labels.InstanceId
mode: { staging: auto }
guards: { cooldown: 40m }
${more}
`;
const runbook = (change: (text: string) => string = (text) => text) =>
  change(`apiVersion: opssentinel.dev/v1
runbook: restart
owner: platform
uses: aws.ssm.start-automation
target: aws.ec2.instance
inputs:
  service: { type: enum, oneOf: [web, worker] }
with:
  document: OpsSentinel-RestartService
  version: "7"
  sha256: a6c3dfeafc668cb1694d4ce9e2cab226be912147264e3bd0b8b2558fd09a9ab2
  parameters: { InstanceId: { from: target.name }, Service: { from: inputs.service } }
risk: disruptive
check: aws.ec2.status-checks-ok
undo: none
`);

const instance = 'i-0aa11bb22cc33dd44';
function decide(set: RuleSet, labels: Record<string, string> = {}): Decision {
  const seen = {
    set,
    catalogue,
    incident: incident(),
    alert: alert({ labels: { InstanceId: instance, service: 'web', ...labels } }),
    witness: witness({ labels: { InstanceId: instance } }),
  };
  const read = target({ type: 'aws.ec2.instance', id: `arn:${instance}`, name: instance, facts: { state: 'running' } });
  return planFor({ ...seen, ...matchAndAim(seen), hash, target: read, corroborable: true });
}

describe('M5: the same rule in YAML or JSON', () => {
  const asJson = (yaml: string) => JSON.stringify(parse(yaml), undefined, 4);

  it('has the same hashes, the same decision and the same plan', async () => {
    const yaml = await setOf({ 'opssentinel.yaml': policy(), 'runbook.yaml': runbook(), 'rule.yaml': rule() });
    const json = await setOf({
      'opssentinel.json': asJson(policy()),
      'runbook.json': asJson(runbook()),
      'rule.json': asJson(rule()),
    });
    expect(json.hash).toBe(yaml.hash);
    const [one, other] = [decide(yaml), decide(json)];
    if (!('plan' in one) || !('plan' in other)) throw new Error('no plan');
    expect(one.concluded).toBe('act');
    // Only the places differ: where in which file a word stands.
    const placeless = ({
      plan: {
        rule: { at: _at, ...content },
        limits: { setBy: _setBy, ...limits },
        ...plan
      },
      verdicts,
      ...rest
    }: typeof one) => ({
      ...rest,
      verdicts: verdicts.map((verdict) => ({ ...verdict, at: '' })),
      plan: { ...plan, rule: content, limits },
    });
    expect(placeless(other)).toEqual(placeless(one));
  });

  it('row 34: a comment above a rule leaves the plan hash that a human approved; a word of it does not', async () => {
    const hashOf = async (policyText: string, ruleText: string) => {
      const decision = decide(await setOf({ 'opssentinel.yaml': policyText, 'runbook.yaml': runbook(), 'rule.yaml': ruleText }));
      return 'plan' in decision ? decision.plan.hash : decision.because;
    };
    const guarded = policy('guards: { budget: { default: 5/1h, limit: 20/1h } }');
    const approved = await hashOf(guarded, rule());
    expect(await hashOf(`# a comment\n${guarded}`, `# two\n# lines\n${rule()}`)).toBe(approved);
    expect(await hashOf(guarded, rule().replace('40m', '41m'))).not.toBe(approved);
    expect(await hashOf(guarded.replace('5/1h', '4/1h'), rule())).not.toBe(approved);
  });
});

describe('row 19: only catalogued actions with typed, bounded parameters can run', () => {
  const wrong = (change: (text: string) => string, ruleText = rule()) =>
    problemsOf({ 'opssentinel.yaml': policy(), 'runbook.yaml': runbook(change), 'rule.yaml': ruleText });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'an action that nobody offers',
      (text) => text.replace('uses: aws.ssm.start-automation', 'uses: aws.ec2.terminate-instances'),
      /runbook[.]yaml:4:7: .*aws[.]ec2[.]terminate-instances/,
    ],
    ['a shell command beside the action', (text) => `${text}shell: reboot\n`, /unknown key shell/],
    [
      'a parameter that the action does not know',
      (text) => text.replace('version: "7"', 'version: "7"\n  command: reboot'),
      /command/,
    ],
    ['a parameter of the wrong type', (text) => text.replace('version: "7"', 'version: [7]'), /version/],
    ['a version that moves', (text) => text.replace('version: "7"', 'version: $LATEST'), /version/],
    ['a document without its content hash', (text) => text.replace(/ {2}sha256: .*\n/, ''), /sha256/],
    [
      'a text straight from the alert',
      (text) => text.replace('from: target.name', 'from: alert.labels.InstanceId'),
      /alert[.]labels/,
    ],
    ['an input without a type', (text) => text.replace('type: enum, ', ''), /service/],
    [
      'an input without bounds',
      (text) => text.replace('{ type: enum, oneOf: [web, worker] }', '{ type: string }'),
      /pattern|oneOf|bound/,
    ],
  ])('%s is refused when the files are read', async (_what, change, says) => {
    expect(await wrong((text) => text)).toBe('');
    expect(await wrong(change)).toMatch(says);
  });

  it.each<[string, string, RegExp]>([
    ['no runbook, but an action', 'run: aws.ssm.start-automation', /rule[.]yaml:9:6: run must be lower-case letters/],
    ['an input that the runbook does not have', 'run: restart\nwith: { service: web, document: Evil }', /document/],
    ['a value outside of the bounds', 'run: restart\nwith: { service: database }', /service must be one of web, worker/],
  ])('a rule that names %s is refused', async (_what, more, says) => {
    expect(await wrong((text) => text, rule(more))).toMatch(says);
  });

  it.each(['database', 'web; reboot', 'web\n', '', '{{ssm:/secret}}'])(
    'what the alert brings stays within the bounds: %j makes no plan',
    async (service) => {
      const set = await setOf({ 'opssentinel.yaml': policy(), 'runbook.yaml': runbook(), 'rule.yaml': rule() });
      expect(decide(set, { service: 'worker' })).toMatchObject({
        plan: { steps: [{ params: { parameters: { Service: 'worker' } } }] },
      });
      expect(decide(set, { service })).toMatchObject({ concluded: 'refuse', place: expect.stringContaining('service') });
    },
  );
});

describe('row 8, row 9: rules are files, and a check in CI reads them without any connection', () => {
  interface Ran {
    code: number | null;
    out: string;
  }
  const opssentinel = (dir: string, words: string[], env: NodeJS.ProcessEnv = {}) =>
    new Promise<Ran>((resolve) => {
      const child = execFile(
        process.execPath,
        [join(root, 'bin/opssentinel'), ...words],
        { env: { PATH: process.env['PATH'], ...env }, cwd: dir },
        (_error, out, err) => resolve({ code: child.exitCode, out: `${out}${err}` }),
      );
    });
  const broken = {
    'opssentinel.yaml': policy(),
    'runbook.yaml': runbook(),
    'rule.yaml': `${rule()}gaurds: {}\n`,
    'other.yaml': rule('run: nothing-like-it').replace('rule: cpu', 'rule: other').replace('alert.metric ==', 'alert.metrik =='),
  };
  const everyProblem = [
    /other[.]yaml:5:\d+: .*metrik/,
    /other[.]yaml:9:\d+: .*nothing-like-it/,
    /rule[.]yaml:11:1: unknown key gaurds [(]did you mean "guards"[?][)]/,
  ];

  it('a malformed rule fails it with line and reason, every one of them at once', async () => {
    const dir = await folderWith(broken);
    const { code, out } = await opssentinel(dir, ['rules', 'lint', dir]);
    expect(code).not.toBe(0);
    for (const problem of everyProblem) expect(out).toMatch(problem);
  });

  it('passes when they are mended', async () => {
    const dir = await folderWith({ 'opssentinel.yaml': policy(), 'runbook.yaml': runbook(), 'rule.yaml': rule() });
    expect((await opssentinel(dir, ['rules', 'lint', dir])).code).toBe(0);
  });

  it.each([['serve'], ['worker', '--role', 'decide']])(
    'with broken rules %s does not start, and lists every problem',
    async (...words) => {
      const dir = await folderWith(broken);
      const { code, out } = await opssentinel(dir, words, {
        OPSSENTINEL_MODE: 'live',
        OPSSENTINEL_RULES: dir,
        TEMPORAL_ADDRESS: '127.0.0.1:1',
      });
      expect(code).not.toBe(0);
      expect(out).toContain('nothing was started');
      for (const problem of everyProblem) expect(out).toMatch(problem);
    },
  );
});
