import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { projectRoot } from '../paths.js';
import { createConsole, type Ran } from '../testkit/console.js';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const hour = 3_600_000;
const whole = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** Several hundred incidents of the last 80 days: most by CloudWatch alarms, some by another tool, some opened by people. */
function past(count: number): object[] {
  const begin = Date.now() - 80 * 24 * hour;
  return Array.from({ length: count }, (_, index) => {
    const at = whole(begin + index * 5 * hour);
    const kind = index % 5;
    if (kind === 0)
      return { at, title: 'queue lag', details: { host: 'q1' }, service: { id: 'POWN1', name: 'billing' }, resolvedAfter: 100 };
    if (kind === 1)
      return {
        at,
        title: '5xx ratio high',
        details: { host: 'c1' },
        acknowledgedAfter: 200,
        resolvedAfter: 1_900,
        resolvedBy: 'person',
      };
    const alarm = kind === 2 ? 'disk-usage-high' : 'ec2-cpu-high';
    return { at, alarm, acknowledgedAfter: 200, resolvedAfter: 1_860, resolvedBy: 'person' };
  });
}
const seed = (count: number): Promise<void> => sandbox.tell('pagerduty', 'past', { incidents: past(count) });
const calls = async (): Promise<string[]> =>
  ((await sandbox.ask('calls')) as { operation: string }[]).map(({ operation }) => operation);

/** Only what somebody who tries it has: a token, and here the address of the simulator. */
const env = (): Record<string, string> => ({
  PAGERDUTY_API_URL: sandbox.environment()['PAGERDUTY_API_URL'] ?? '',
  PAGERDUTY_API_TOKEN: 'a-read-only-token',
});
const once = ['try', 'pagerduty', '--once'];

describe('try pagerduty', () => {
  it('row 11: reads a past with a read-only token, by GET alone, and says what the shipped rules would have done', async () => {
    await seed(300);
    const own = createConsole();
    const ran = await own.run(once, env());
    expect({ code: ran.code, err: ran.err }).toEqual({
      code: 0,
      err: 'Read-only: GET requests only; nothing is written anywhere but ./opssentinel-try/\n',
    });
    expect(ran.out).toContain('300 incidents, 300 alerts');
    expect(ran.out).toMatch(/came from +cloudwatch 180 +pagerduty 120/);
    expect(ran.out).toMatch(/ec2-cpu-high +120 +up to \d+/);
    expect(ran.out).toMatch(/covered +180 of 300 \(60 %\)/);
    expect(ran.out).toContain('NOT KNOWN WITHOUT AWS');
    expect(ran.out).toMatch(/60 x {2}queue lag \(billing\) +cleared by itself in 60 +better: fix the alert/);
    const made = await calls();
    expect(made.length).toBeGreaterThan(300);
    expect(made.filter((operation) => !operation.startsWith('GET '))).toEqual([]);
    expect(await sandbox.effects()).toEqual([]);

    const [, example = ''] = /rules new --from (\S+)/.exec(ran.out) ?? [];
    expect(JSON.parse(readFileSync(join(own.dir, example), 'utf8'))).toMatchObject({
      source: 'pagerduty',
      incident: { title: '5xx ratio high' },
    });
    const file = join(own.dir, 'opssentinel-try', 'pagerduty.jsonl');
    expect([statSync(file).mode & 0o777, statSync(join(own.dir, example)).mode & 0o777]).toEqual([0o600, 0o600]);
    expect(readdirSync(own.dir).sort()).toEqual(['.opssentinel', 'opssentinel-try']);
    expect(readFileSync(file, 'utf8')).not.toContain('a-read-only-token');

    const recording = ['--from', 'opssentinel-try/pagerduty.jsonl', '-o', 'json'];
    const again = await own.run(['rules', 'backtest', join(projectRoot(), 'rules', 'library'), ...recording]);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(again.out).items[0]).toMatchObject({ kind: 'summary', incidents: 300, covered: 180 });
  });

  it('goes on where it was interrupted, also in the middle of a line', async () => {
    await seed(60);
    const own = createConsole();
    expect(await own.run(once, env())).toMatchObject({ code: 0 });
    const file = join(own.dir, 'opssentinel-try', 'pagerduty.jsonl');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    writeFileSync(file, `${lines.slice(0, 40).join('\n')}\n`);
    appendFileSync(file, lines[40]?.slice(0, 30) ?? '');
    const before = (await calls()).filter((operation) => operation.endsWith('/alerts')).length;
    const ran = await own.run(once, env());
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('40 incidents recorded before') });
    expect(ran.out).toContain('60 incidents');
    expect((await calls()).filter((operation) => operation.endsWith('/alerts'))).toHaveLength(before + 20);
    expect(readFileSync(file, 'utf8').trim().split('\n').sort()).toEqual(lines.sort());
  });

  it('goes on observing, until it is told to end', async () => {
    await seed(5);
    const ending = new AbortController();
    const own = createConsole({ signal: ending.signal });
    const file = join(own.dir, 'opssentinel-try', 'pagerduty.jsonl');
    const lines = (): number => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0);
    const running: Promise<Ran> = own.run(['try', 'pagerduty', '--every', '1'], env());
    const until = async (count: number): Promise<void> => {
      while (lines() < count) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until(5);
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    await until(6);
    // What is written down is told next.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    ending.abort();
    const ran = await running;
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('until you press Ctrl-C') });
    expect(ran.out).toMatch(/^\S+ Q0SBX\d+ ec2-cpu-high: observes \(restart-ec2-instance\), if AWS agrees$/m);
    expect((await calls()).filter((operation) => !operation.startsWith('GET '))).toEqual([]);
  });

  it.each([
    ['no token', {}, once, 4, 'PAGERDUTY_API_TOKEN is not set'],
    ['another source', {}, ['try', 'nagios', '--once'], 3, 'that of these can: pagerduty'],
    ['no incident', { PAGERDUTY_API_TOKEN: 'x' }, once, 3, 'There is no incident since'],
    ['a wrong region', { PAGERDUTY_API_TOKEN: 'x', PAGERDUTY_REGION: 'moon' }, once, 2, 'PAGERDUTY_REGION'],
    ['a span that is none', { PAGERDUTY_API_TOKEN: 'x' }, [...once, '--since', 'long'], 2, 'such as 90d'],
  ])('says in plain words what is wrong: %s', async (_what, settings, argv, code, says) => {
    const ran = await createConsole().run(argv, { PAGERDUTY_API_URL: env()['PAGERDUTY_API_URL'] ?? '', ...settings });
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(says) });
  });

  it.each([
    ['401', 4, 'check PAGERDUTY_API_TOKEN'],
    ['403', 4, 'a read-only key is enough'],
  ] as const)('says what a token lacks: %s', async (kind, code, says) => {
    await sandbox.fault('GET /log_entries', kind);
    expect(await createConsole().run(once, env())).toMatchObject({ code, out: '', err: expect.stringContaining(says) });
  });
});
