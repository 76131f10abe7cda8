import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from './exit-codes.js';
import { loadRules } from '../rules/language/load.js';
import { installation, sha256 } from './installation.js';
import { projectRoot } from './paths.js';
import { rightsFor } from './rights/rights.js';
import { createConsole } from './testkit/console.js';

const stage = createConsole();
const rules = join(stage.dir, 'rules');
beforeAll(() => cpSync(join(projectRoot(), 'rules', 'library'), rules, { recursive: true }));
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

interface Item {
  account: string;
  name: string;
  role: string;
  lines: { sid: string; actions: string[]; resources: string[]; because: string[] }[];
}

const iam = (...argv: string[]) => stage.run(['iam', '--rules', rules, ...argv]);
const items = async (...argv: string[]): Promise<Item[]> => {
  const { code, out, err } = await iam(...argv, '-o', 'json');
  expect([code, err]).toEqual([0, '']);
  return (JSON.parse(out) as { items: Item[] }).items;
};
/** Changes one of the copied files, and puts it back. */
async function changed<Result>(path: string, change: (text: string) => string, then: () => Promise<Result>): Promise<Result> {
  const file = join(rules, path);
  const before = readFileSync(file, 'utf8');
  expect(change(before)).not.toBe(before);
  writeFileSync(file, change(before));
  try {
    return await then();
  } finally {
    writeFileSync(file, before);
  }
}

describe('M18: iam', () => {
  it('shows what, on what, if what, and for which runbook, account by account', async () => {
    const { code, out } = await iam();
    expect(code).toBe(0);
    expect(out).toMatch(/^account 111122223333$/m);
    expect(out).toMatch(/^account 444455556666$/m);
    expect(out).toMatch(/ {2}OpsSentinelAct {2}act[.]json/);
    expect(out).toMatch(
      / {4}InvokePinnedFunction\n {6}may {2}lambda:InvokeFunction\n {6}on {3}arn:\S+:function:ops-restart-instance:7\n {6}for {2}runbook restart-ec2-instance\n/,
    );
    expect(out).toMatch(/if {3}ssm:DocumentVersion is 7\n/);
  });

  it('each environment has its own version of a function, and no other', async () => {
    const functions = (await items()).flatMap(({ account, lines }) =>
      lines
        .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
        .flatMap(({ resources }) => resources.map((one) => `${account} ${one.split(':').at(-1)}`)),
    );
    expect(functions.sort()).toEqual(['111122223333 12', '444455556666 7']);
  });

  it('writes files, finds them right, and finds what differs, is missing or is left over', async () => {
    expect((await iam('--out', 'policies')).code).toBe(0);
    const folder = join(stage.dir, 'policies', '444455556666');
    expect(readdirSync(folder).sort()).toEqual([
      'act-trust.json',
      'act.json',
      'automation-trust.json',
      'automation.json',
      'boundary.json',
      'read-trust.json',
      'read.json',
    ]);
    expect(await iam('--check', '--out', 'policies')).toMatchObject({ code: 0, out: expect.stringMatching(/^ok {2}14 files/) });

    const act = join(folder, 'act.json');
    writeFileSync(act, readFileSync(act, 'utf8').replace('"*"', '"x"'));
    rmSync(join(folder, 'read.json'));
    writeFileSync(join(folder, 'act-2.json'), '{}');
    const { code, out, err } = await iam('--check', '--out', 'policies');
    expect(code).toBe(exitCodes.failed);
    expect(out.trim().split('\n').sort()).toEqual([
      '444455556666/act-2.json is not needed any more',
      '444455556666/act.json differs',
      '444455556666/read.json is missing',
    ]);
    expect(err).toContain('opssentinel iam --out policies');
    await iam('--out', 'policies');
    expect((await iam('--check', '--out', 'policies')).code).toBe(0);
  });

  it('a layout of its own is no difference', async () => {
    await iam('--out', 'policies');
    const act = join(stage.dir, 'policies', '444455556666', 'act.json');
    writeFileSync(act, JSON.stringify(JSON.parse(readFileSync(act, 'utf8'))));
    expect((await iam('--check', '--out', 'policies')).code).toBe(0);
  });

  it('a runbook with another version is another policy', async () => {
    await iam('--out', 'policies');
    const run = () => iam('--check', '--out', 'policies');
    const { code, out } = await changed(
      'runbooks/restart-ec2-instance.yaml',
      (text) => text.replace('prod: "7"', 'prod: "8"'),
      run,
    );
    expect(code).toBe(exitCodes.failed);
    expect(out).toMatch(/444455556666\/act[.]json differs/);
    expect(out).not.toContain('111122223333');
  });

  it('who may become the roles is as it was said', async () => {
    const arn = (name: string) => `arn:aws:iam::999988887777:role/${name}`;
    await iam('--out', 'named', '--principal', arn('Reads'), '--act-principal', arn('Acts'));
    const trust = (kind: string) => readFileSync(join(stage.dir, 'named', '444455556666', `${kind}-trust.json`), 'utf8');
    expect([
      trust('read').includes(arn('Reads')),
      trust('act').includes(arn('Acts')),
      trust('act').includes(arn('Reads')),
    ]).toEqual([true, true, false]);
    expect((await iam('--principal', '*')).code).toBe(exitCodes.usage);
  });
});

it('an installation that has no sources finds the documents all the same', async () => {
  const root = join(stage.dir, 'installed');
  const folder = join('integrations', 'aws', 'documents');
  cpSync(join(projectRoot(), folder), join(root, 'dist', folder), { recursive: true });
  const { registry, catalogue } = installation({});
  const loaded = await loadRules(rules, catalogue, sha256);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { files, notes } = rightsFor({ set: loaded.set, registry, root });
  expect([notes, files.filter(({ name }) => name === 'automation.json').length]).toEqual([[], 2]);
});

describe('iam --rule', () => {
  it('what a rule that only observes would need to act, beyond the others: one statement to act, and its automation', async () => {
    const observe = (text: string) => text.replace(/^mode: .*$/m, 'mode: { staging: observe, prod: observe }');
    await changed('ec2-status-check-failed.yaml', observe, async () => {
      // Observing, it may read and nothing else.
      const starts = (await items())
        .filter(({ name }) => name === 'act.json')
        .flatMap(({ lines }) => lines.flatMap(({ resources }) => resources));
      expect(starts.filter((resource) => resource.includes('RebootInstance'))).toEqual([]);
      const added = await items('--rule', 'ec2-status-check-failed', '--env', 'prod', '--diff');
      expect(added.map(({ account, name }) => `${account} ${name}`)).toEqual([
        '444455556666 act.json',
        '444455556666 automation.json',
        '444455556666 read.json',
      ]);
      expect(added[0]?.lines).toEqual([
        expect.objectContaining({
          sid: 'StartPinned',
          actions: ['ssm:StartAutomationExecution'],
          resources: ['arn:aws:ssm:eu-west-1:444455556666:document/OpsSentinel-RebootInstance'],
          because: ['runbook reboot-ec2-instance'],
        }),
      ]);
      expect(added[1]?.lines.flatMap(({ actions }) => actions)).toContain('ec2:RebootInstances');
    });
  });

  it('what others have already is nothing to add', async () => {
    const { code, out } = await iam('--rule', 'ec2-cpu-high', '--env', 'prod', '--diff');
    expect([code, out]).toEqual([0, 'Nothing to add: what ec2-cpu-high needs is given already.\n']);
  });

  it('a fixed target is the only one', async () => {
    const [act] = await items('--rule', 'service-overload', '--env', 'prod');
    const set = act?.lines.find(({ actions }) => actions.includes('autoscaling:SetDesiredCapacity'));
    expect(set?.resources).toEqual([
      'arn:aws:autoscaling:eu-west-1:444455556666:autoScalingGroup:*:autoScalingGroupName/checkout-web',
    ]);
    expect(set?.because).toEqual(['runbook scale-out', 'undo of runbook scale-out']);
  });

  it.each([
    ['an unknown rule', ['--rule', 'nothing'], exitCodes.notFound, /there is: /],
    ['an unknown environment', ['--env', 'moon'], exitCodes.notFound, /staging, prod/],
    ['a difference to nothing', ['--diff'], exitCodes.usage, /--diff needs --rule/],
    ['a folder of documents that is not there', ['--documents', 'nowhere'], exitCodes.usage, /nowhere is not there/],
    ['a part of the policies to be written', ['--out', 'x', '--env', 'prod'], exitCodes.usage, /cannot be used with/],
  ])('refuses %s', async (_name, argv, code, says) => {
    const ran = await iam(...argv);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toMatch(says);
  });
});
