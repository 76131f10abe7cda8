import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { type Bench, startBench } from '../../api/testkit/bench.js';
import { machine, type NewLabel } from '../../domain/label.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { checkout } from '../../tests/support/repository.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';

const day = 86_400_000;
const name = 'ec2-cpu-high';
let postgres: TestPostgres;
let sandbox: TestSandbox;
let ledger: Ledger;
let bench: Bench;
let stage: ReturnType<typeof createConsole>;
let logicHash: string;
let past: number;

beforeAll(async () => {
  postgres = await startTestPostgres();
  sandbox = await startTestSandbox();
});
afterAll(async () => {
  await sandbox.close();
  await postgres.stop();
});
beforeEach(async () => {
  past = Date.now() - 40 * day;
  ledger = await openLedger({ url: await postgres.freshUrl(), now: () => past });
  bench = await startBench({ deps: { ledger } });
  stage = createConsole();
  cpSync(join(projectRoot(), 'rules', 'library'), join(stage.dir, 'rules'), { recursive: true });
  const { set } = await loadOrRefuse(join(stage.dir, 'rules'));
  logicHash = set.rules.find((rule) => rule.name === name)?.logicHash ?? '';
});
afterEach(async () => {
  await bench.close();
  await ledger.close();
  rmSync(stage.dir, { recursive: true, force: true });
});

const label = (index: number, change: Partial<NewLabel> = {}): Promise<unknown> =>
  ledger.putLabel({
    incident: `pagerduty:Q${index}`,
    rule: name,
    logicHash,
    runbookHash: 'b',
    environment: 'prod',
    mode: 'approve',
    label: 'right',
    kind: 'approved-verified',
    because: 'approved, verified',
    by: machine,
    refusedBy: '',
    ...change,
  });
const earn = () => Promise.all(Array.from({ length: 30 }, (_, index) => label(index)));

async function run(words: string, env: Record<string, string> = {}) {
  const connected = (await (await fetch(`${sandbox.address}/_sandbox/environment`)).json()) as Record<string, string>;
  const client = { OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('operator') };
  return stage.run([...words.split(' '), '--rules', 'rules'], { ...connected, ...client, ...env });
}
const promote = (more = '') => run(`rules promote ${name} --env prod --to auto${more}`);
const file = () => readFileSync(join(stage.dir, 'rules', `${name}.yaml`), 'utf8');

describe('row 15, N3: rules promote', () => {
  it('refuses a rule without a past, with exit code 1, and writes nothing', async () => {
    const before = file();
    const { code, out, err } = await promote(' --write');
    expect(code).toBe(1);
    expect(out).toContain('  NO    30 judged or more (0)');
    expect(out).toContain('yes   owner team-web has people on call');
    expect(err).toContain('ec2-cpu-high is not promoted');
    expect(file()).toBe(before);
  });

  it('--write changes the one word of a rule that has earned it, and nothing else', async () => {
    await earn();
    const before = file();
    const shown = await promote();
    expect([shown.code, shown.err]).toEqual([0, '']);
    expect(shown.out).toContain('Nothing was written.');
    expect(file()).toBe(before);
    const written = await promote(' --write');
    expect(written.code).toBe(0);
    expect(file()).toBe(before.replace('mode: { staging: auto, prod: approve }', 'mode: { staging: auto, prod: auto }'));
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'something wrong yesterday',
      async () => ((past = Date.now() - day), label(99, { label: 'wrong', kind: 'rejected' })),
      'nothing wrong in the last 14 days',
    ],
    [
      'a demotion that stands',
      () => ledger.placeHold({ kind: 'demotion', scope: `rule:${name}`, reason: 'it looped', owner: 'ada' }),
      'it was taken back: it looped',
    ],
  ])('%s keeps it from it', async (_name, happens, says) => {
    await earn();
    await happens();
    const { code, out } = await promote(' --write');
    expect(code).toBe(1);
    expect(out).toContain(`  NO    ${says}`);
  });

  it('where no rota is connected nobody knows whether anybody is on call, and that is no', async () => {
    await earn();
    const words = ['rules', 'promote', name, '--env', 'prod', '--to', 'auto', '--rules', 'rules'];
    const { code, out } = await stage.run(words, { OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('viewer') });
    expect(code).toBe(1);
    expect(out).toContain('  NO    whether owner team-web has people on call is not known');
  });

  it('--pr commits it on a branch with the page, and leaves the working copy and its branch as they are', async () => {
    await earn();
    const { git, commit } = checkout(stage.dir);
    git('config', 'user.name', 'Ada');
    git('config', 'user.email', 'ada@example.com');
    commit('Ada');
    const before = file();
    const { code, out } = await promote(' --pr');
    expect(code).toBe(0);
    expect(out).toContain(`on promote/${name}-prod-auto; nothing was pushed. Then: git push -u origin promote/${name}-prod-auto`);
    expect([file(), git('branch', '--show-current'), git('status', '--short', 'rules')]).toEqual([before, 'main', '']);
    expect(git('diff', '--stat', 'main', `promote/${name}-prod-auto`)).toMatch(
      /1 file changed, 1 insertion\(\+\), 1 deletion\(-\)/,
    );
    const message = git('log', '-1', '--format=%B', `promote/${name}-prod-auto`);
    expect(message).toMatch(
      /^ec2-cpu-high: auto in prod \(right 30 of 30, at least 88[.]6 %\)\n\nec2-cpu-high in prod: approve -> auto/,
    );
    expect(message).toContain('GATES');
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it('--pr without a repository writes the page to a file', async () => {
    await earn();
    const { code, out } = await promote(' --pr');
    expect(code).toBe(0);
    expect(out).toContain('no git repository');
    expect(readFileSync(join(stage.dir, `promote-${name}-prod-auto.md`), 'utf8')).toContain('EVIDENCE');
  });

  it('never two steps at once, never down, and never of what is not there', async () => {
    expect((await run(`rules promote ec2-memory-high --env staging --to auto`)).err).toMatch(/already|one step at a time/);
    expect((await run(`rules promote ${name} --env staging --to approve`)).code).toBe(2);
    expect((await run('rules promote nothing --env prod --to auto')).code).toBe(3);
    expect((await run(`rules promote ${name} --env nowhere --to auto`)).code).toBe(3);
  });

  it('for scripts: evidence, gates and the change as data', async () => {
    await earn();
    const { out } = await promote(' -o json');
    const { kind, items } = JSON.parse(out) as { kind: string; items: { open: number; evidence: { right: object } }[] };
    expect([kind, items[0]?.open]).toEqual(['Promotion', 0]);
    expect(items[0]?.evidence.right).toMatchObject({ good: 30, n: 30 });
  });
});

describe('N3: taken back, and said', () => {
  it('rules demote places the hold at once, and names the line to change', async () => {
    const { code, out } = await run(`rules demote ${name} --env staging --to observe --reason looped`);
    expect(code).toBe(0);
    expect(out).toContain('+ mode: { staging: observe, prod: approve }');
    expect(await ledger.holds()).toMatchObject([{ kind: 'demotion', scope: `rule:${name}`, reason: 'looped' }]);
  });

  it('a person answers once what nobody could see; a word for what was wrong is refused', async () => {
    for (const id of ['bench:Q1', 'bench:Q2', 'bench:Q3']) await ledger.putIncident({ id, startedAt: new Date().toISOString() });
    await label(0, { incident: 'bench:Q1', label: 'unlabelled', kind: 'unlabelled' });
    await label(0, { incident: 'bench:Q2', label: 'wrong', kind: 'cleared-itself' });
    const say = (words: string) =>
      stage.run(['rules', 'label', ...words.split(' ')], {
        OPSSENTINEL_URL: bench.address,
        OPSSENTINEL_TOKEN: bench.token('operator'),
      });
    expect(await say('Q1 --right --reason obvious')).toMatchObject({
      code: 0,
      out: expect.stringContaining('says it was right: obvious'),
    });
    expect((await say('Q1 --wrong')).code).toBe(5);
    expect((await say('Q2 --right')).code).toBe(5);
    expect((await say('Q3 --right')).code).toBe(3);
    expect((await say('Q1')).code).toBe(2);
    const viewer = { OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('viewer') };
    expect((await stage.run(['rules', 'label', 'Q1', '--right'], viewer)).code).toBe(4);
  });

  it('M26: rules learned says what is known, and that nothing is', async () => {
    expect((await run(`rules learned ${name} --env prod`)).out).toContain('Nothing was learned');
    await label(1, { label: 'wrong', kind: 'cleared-itself' });
    expect((await run(`rules learned ${name} --env prod`)).out).toContain('cleared by itself           1 of 1');
  });

  it('there is no address that promotes', async () => {
    const document = readFileSync(join(projectRoot(), 'api', 'openapi.json'), 'utf8');
    expect(document).not.toMatch(/promot/i);
  });
});
