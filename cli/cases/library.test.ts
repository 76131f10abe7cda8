import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import { root } from '../../tests/support/root.js';
import { installation, sha256 } from '../installation.js';
import { verdictWords } from './compare.js';
import { failedOf, testRules, type Tested } from './test-rules.js';

const library = join(root, 'rules/library');
const installed = installation({});
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function tested(dir = library): Promise<Tested> {
  const loaded = await loadRules(dir, installed.catalogue, sha256);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return testRules(loaded.set, installed);
}

async function copied(change: Record<string, (text: string) => string> = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'opssentinel-cases-'));
  folders.push(dir);
  await cp(library, dir, { recursive: true });
  for (const [file, edit] of Object.entries(change)) {
    const before = await readFile(join(dir, file), 'utf8');
    const after = edit(before);
    expect(after).not.toBe(before);
    await writeFile(join(dir, file), after);
  }
  return dir;
}

const failedNames = (result: Tested): string[] => failedOf(result).map((one) => one.case.name);
const verdicts = ({ played }: Tested): Record<string, string[]> =>
  Object.fromEntries(
    played.map((one) => [
      `${one.case.rule}: ${one.case.name}`,
      one.found.map((found) => `${verdictWords(found)} ${found.target?.id ?? ''} ${found.outcome ?? ''}`),
    ]),
  );

describe('row 10, row 19: the shipped rules over their recorded deliveries', () => {
  it('each case passes, and together they show every condition, guard and step', async () => {
    const result = await tested();
    expect(failedOf(result).map((one) => [one.case.name, one.differs])).toEqual([]);
    expect(result.gaps).toEqual([]);
    expect(result.played.length).toBeGreaterThanOrEqual(30);
  });

  it('a path out of the alert that the runbook does not list is refused before any plan', async () => {
    const { played } = await tested();
    const injected = played.filter((one) => Object.values(one.case.labels).some((text) => text?.includes('rm -rf')));
    expect(injected.map(({ found }) => found.map(verdictWords))).toEqual([['refuse ladder.0.with.path'], ['refuse target']]);
    expect(injected.map(({ found }) => found[0]?.target)).toEqual([undefined, undefined]);
  });

  it('says the same whatever the profile of the policy', async () => {
    const bench = await copied({ 'opssentinel.yaml': (text) => text.replace('profile: sandbox', 'profile: bench') });
    expect(verdicts(await tested(bench))).toEqual(verdicts(await tested()));
  });

  it('plays the example of the README', async () => {
    const readme = await readFile(join(root, 'rules/README.md'), 'utf8');
    const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    const dir = await copied();
    await writeFile(join(dir, 'busy.cases.yaml'), examples.filter((text) => text.includes('\ncases:')).join('\n---\n'));
    await writeFile(join(dir, 'busy.yaml'), examples.filter((text) => text.includes('\nrule:')).join('\n---\n'));
    // The example stands alone in its README; here a shipped rule matches the same alert.
    await rm(join(dir, 'ec2-cpu-high.yaml'));
    await rm(join(dir, 'ec2-cpu-high.cases.yaml'));
    const result = await tested(dir);
    expect(failedOf(result).map((one) => [one.case.name, one.differs])).toEqual([]);
    expect(result.played.filter((one) => one.case.rule === 'ec2-cpu-busy')).toHaveLength(3);
  });
});

describe('what somebody breaks in a shipped rule, its cases notice', () => {
  it.each<[string, Record<string, (text: string) => string>, string[]]>([
    [
      'the exception of the backup disk',
      { 'disk-usage-high.yaml': (text) => text.replace('"/mnt/backup"', '"/backup"') },
      ['a backup disk is none of our business'],
    ],
    [
      'the threshold',
      { 'ec2-cpu-high.yaml': (text) => text.replace('>= 90.0', '>= 80.0') },
      ['a lower threshold is no reason to restart anything'],
    ],
    [
      'the bound of the path',
      {
        'runbooks/clean-temp-files.yaml': (text) =>
          text.replace('{ type: path, oneOf: ["/", "/var", "/data"] }', '{ type: string, pattern: "^/.*$" }'),
      },
      ['a path that the runbook does not list never reaches the host'],
    ],
    [
      'the order of the ladder',
      {
        'ec2-memory-high.yaml': (text) =>
          text
            .replace('restart-service\n    with: { service: web }', 'restart-ec2-instance')
            .replace(/restart-ec2-instance\n(?=mode)/, 'restart-service\n    with: { service: web }\n'),
      },
      [
        'the service is restarted, and that is enough',
        'if that does not help, the instance is',
        'but never an instance that its group would replace',
        'in prod people decide, once for the whole ladder',
        'and their no ends it',
      ],
    ],
    [
      'what the runbook requires',
      { 'runbooks/restart-ec2-instance.yaml': (text) => text.replace(/^require: .*\n/m, '') },
      ['but never an instance that its group would replace', 'a group would replace an instance while it is stopped'],
    ],
    [
      'the mode',
      { 'ec2-cpu-high.yaml': (text) => text.replace('prod: approve', 'prod: auto') },
      [
        'an instance at full CPU asks in prod',
        'and is restarted once people have said yes',
        'nobody answers, so nothing runs and people are paged',
      ],
    ],
    [
      'the word that asks when a human has taken it',
      { 'disk-usage-high.yaml': (text) => text.replace(/guards:\n.*\n/, '') },
      ['somebody has taken the incident, so it asks even in staging'],
    ],
    [
      'the cooldown of the company',
      { 'opssentinel.yaml': (text) => text.replace('default: 30m', 'default: 10m') },
      [
        'three deliveries are one decision, then the cooldown, then free again',
        'the same instance fails again within half an hour',
      ],
    ],
  ])('%s', async (_what, change, noticed) => {
    expect(failedNames(await tested(await copied(change))).sort()).toEqual([...noticed].sort());
  });
});

describe('two rules that match the same alert', () => {
  const other = (more: string) => `apiVersion: opssentinel.dev/v1
rule: ec2-cpu-too
owner: team-web
when:
  - alert.metric == "CPUUtilization"
target: alert.labels.InstanceId
run: reboot-ec2-instance
mode: { staging: auto, prod: auto }
${more}`;
  const inProd = async (more: string) => {
    const dir = await copied();
    await writeFile(join(dir, 'too.yaml'), other(more));
    const found = (await tested(dir)).played.find((one) => one.case.name === 'an instance at full CPU asks in prod');
    return found?.found.map(verdictWords);
  };

  it('refuse each other; the one that is overridden does not match', async () => {
    expect(await inProd('')).toEqual(['refuse overrides']);
    expect(await inProd('overrides: [ec2-cpu-high]\n')).toEqual(['noMatch overrides']);
  });
});

describe('coverage', () => {
  const without = (file: string, name: string) => ({
    [file]: (text: string) => text.replace(new RegExp(` {2}- name: ${name}\\n(?: {4}.*\\n)+`), ''),
  });

  it.each([
    [
      'ec2-cpu-high.cases.yaml',
      'a lower threshold is no reason to restart anything',
      'when.1  alert.threshold >= 90.0  was never false',
    ],
    ['disk-usage-high.cases.yaml', 'somebody has taken the incident.*', 'guards.onAcknowledge  never kept it from acting'],
    ['ec2-cpu-high.cases.yaml', 'a group would replace.*', 'runbook.require.0  target.autoScalingGroup == ""  was never false'],
  ])('%s without "%s": %s', async (file, name, says) => {
    const { gaps } = await tested(await copied(without(file, name)));
    expect(gaps.map((gap) => gap.says)).toEqual([says]);
  });

  it('names a step that nothing came to, and a rule without cases', async () => {
    const short = await copied({
      'ec2-memory-high.cases.yaml': (text) => text.replaceAll('verifies: [false, true]', 'verifies: [true]'),
    });
    expect((await tested(short)).gaps.map(({ says }) => says)).toContain('step 2  restart-ec2-instance  was never come to');
    const bare = await copied();
    await rm(join(bare, 'ec2-cpu-high.cases.yaml'));
    expect((await tested(bare)).gaps).toMatchObject([
      { rule: 'ec2-cpu-high', says: 'has no case; write ec2-cpu-high.cases.yaml beside it' },
    ]);
  });
});

describe('the order of files and documents', () => {
  it('changes no verdict', async () => {
    const expected = verdicts(await tested());
    const files = await readdir(library, { recursive: true });
    const texts = async (wanted: (file: string) => boolean) =>
      Promise.all(
        files.filter((file) => file.endsWith('.yaml') && wanted(file)).map((file) => readFile(join(library, file), 'utf8')),
      );
    const isCases = (file: string) => file.endsWith('.cases.yaml');
    const [rules, cases] = await Promise.all([texts((file) => !isCases(file)), texts(isCases)]);
    const shuffled = (all: string[]) => fc.shuffledSubarray(all, { minLength: all.length });
    await fc.assert(
      fc.asyncProperty(shuffled(rules), shuffled(cases), fc.nat(rules.length - 1), async (ruleOrder, caseOrder, cut) => {
        const dir = await mkdtemp(join(tmpdir(), 'opssentinel-order-'));
        folders.push(dir);
        await mkdir(join(dir, 'below'));
        await cp(join(library, 'fixtures'), join(dir, 'fixtures'), { recursive: true });
        await writeFile(join(dir, 'z.yaml'), ruleOrder.slice(0, cut).join('\n---\n'));
        await writeFile(join(dir, 'below', 'a.yaml'), ruleOrder.slice(cut).join('\n---\n'));
        await writeFile(join(dir, 'all.cases.yaml'), caseOrder.join('\n---\n'));
        expect(verdicts(await tested(dir))).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });
});
