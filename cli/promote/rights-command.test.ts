import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { type Bench, startBench } from '../../api/testkit/bench.js';
import { machine } from '../../domain/label.js';
import { startTestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { shared } from '../../integrations/contract/testkit/shared.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';

// The whole command line, the real ledger, the real SDK, and IAM on the wire.

const name = 'ec2-cpu-high';
const sandbox = shared(startTestSandbox);
let postgres: TestPostgres;
let ledger: Ledger;
let bench: Bench;
let stage: ReturnType<typeof createConsole>;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  const past = Date.now() - 40 * 86_400_000;
  ledger = await openLedger({ url: await postgres.freshUrl(), now: () => past });
  bench = await startBench({ deps: { ledger } });
  stage = createConsole();
  cpSync(join(projectRoot(), 'rules', 'library'), join(stage.dir, 'rules'), { recursive: true });
});
afterEach(async () => {
  await bench.close();
  await ledger.close();
  rmSync(stage.dir, { recursive: true, force: true });
});

/** Thirty times right: everything else is met. */
async function earn(): Promise<void> {
  const { set } = await loadOrRefuse(join(stage.dir, 'rules'));
  const logicHash = set.rules.find((rule) => rule.name === name)?.logicHash ?? '';
  const right = { label: 'right', kind: 'approved-verified', because: 'approved, verified', by: machine, refusedBy: '' } as const;
  const of = { rule: name, logicHash, runbookHash: 'b', environment: 'prod', mode: 'approve' } as const;
  for (let index = 0; index < 30; index += 1) await ledger.putLabel({ incident: `pagerduty:Q${index}`, ...of, ...right });
}

async function run(argv: string[], connected: Record<string, string> = sandbox.environment()) {
  const client = { OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('operator') };
  return stage.run([...argv, '--rules', 'rules'], { ...connected, ...client });
}
const promote = (...more: string[]) => run(['rules', 'promote', name, '--env', 'prod', '--to', 'auto', ...more]);
const file = () => readFileSync(join(stage.dir, 'rules', `${name}.yaml`), 'utf8');
const diff = (...more: string[]) => run(['iam', '--rule', name, '--env', 'prod', '--diff', ...more]);

describe('N3: rules promote reads what the roles have', () => {
  const account = '444455556666';
  const give = (policies: object[], more: object = {}) =>
    sandbox.tell('aws', 'settings', { role: { account, name: 'OpsSentinelAct', policies: [{ Statement: policies }], ...more } });
  const shipped = () =>
    (
      JSON.parse(readFileSync(join(projectRoot(), 'deploy', 'aws', 'iam', account, 'act.json'), 'utf8')) as {
        Statement: { Sid: string }[];
      }
    ).Statement;

  it('may be auto where they have it all', async () => {
    await earn();
    await give(shipped());
    const { code, out } = await promote();
    expect(code).toBe(0);
    expect(out).toMatch(/yes {3}OpsSentinelAct in 444455556666 may all that it needs \(\d+ statements\)/);
    expect(out).toContain('RIGHTS  as the gates say, read ');
  });

  it('may not be where the acting role lacks one statement; the command that it names prints that one', async () => {
    await earn();
    await give(shipped().filter(({ Sid }) => Sid !== 'InvokePinnedFunction'));
    const before = file();
    const { code, out } = await promote('--write', '--rights-by-hand', 'surely');
    expect([code, file()]).toEqual([1, before]);
    expect(out).toContain(
      '  NO    OpsSentinelAct in 444455556666 may not lambda:InvokeFunction on arn:aws:lambda:eu-west-1:444455556666:function:ops-restart-instance:7\n' +
        '          add this one statement:   opssentinel iam --rule ec2-cpu-high --env prod --diff\n',
    );
    const added = await diff('-o', 'json');
    const { items } = JSON.parse(added.out) as { items: { role: string; document: { Statement: object[] } }[] };
    expect([added.code, items.length, items[0]?.role]).toEqual([0, 1, 'OpsSentinelAct']);
    expect(items[0]?.document.Statement).toEqual(shipped().filter(({ Sid }) => Sid === 'InvokePinnedFunction'));
  });

  it('what could not be read is no yes, until somebody who has looked says so on the page', async () => {
    await earn();
    await sandbox.fault('iam:SimulatePrincipalPolicy', '403', { times: 100 });
    const unread = await promote();
    expect(unread.code).toBe(1);
    expect(unread.out).toMatch(
      /NO {4}whether OpsSentinelAct in 444455556666 may all that it needs is not known: aws: AccessDenied/,
    );
    expect(unread.out).toContain('--rights-by-hand "why you are sure"');
    const looked = await promote('--rights-by-hand', 'compared in the console');
    expect(looked.code).toBe(0);
    expect(looked.out).toContain('looked at by hand: compared in the console');
  });

  it('without anything connected nobody knows, and that is no', async () => {
    await earn();
    const { code, out } = await run(['rules', 'promote', name, '--env', 'prod', '--to', 'auto'], {});
    expect(code).toBe(1);
    expect(out).toMatch(
      /NO {4}whether OpsSentinelAct in 444455556666 may all that it needs is not known: aws: not connected; set AWS_REGION/,
    );
  });

  it('to ask people nothing is read', async () => {
    const path = join(stage.dir, 'rules', 'ec2-memory-high.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('prod: approve', 'prod: observe'));
    await sandbox.fault('iam:SimulatePrincipalPolicy', '403', { times: 100 });
    const { out } = await run(['rules', 'promote', 'ec2-memory-high', '--env', 'prod', '--to', 'approve']);
    expect(out).toContain('GATES');
    expect(out).not.toContain('SimulatePrincipalPolicy');
  });

  it('iam --diff: with roles that cannot be read it says so and compares the rules, or refuses where that was not asked', async () => {
    await sandbox.fault('iam:SimulatePrincipalPolicy', '403', { times: 100 });
    const fallen = await diff();
    expect([fallen.code, fallen.out]).toEqual([0, `Nothing to add: what ${name} needs is given already.\n`]);
    expect(fallen.err).toContain('Shown is what goes beyond the other rules');
    expect((await diff('roles')).code).toBe(6);
    await sandbox.reset();
    expect(await diff()).toMatchObject({ code: 0, out: `Nothing to add: the roles have all that ${name} needs.\n`, err: '' });
    expect((await diff('rules')).out).toContain('is given already');
  });
});
