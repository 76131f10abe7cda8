import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exitCodes } from './exit-codes.js';
import { freePort } from './local/ports.js';
import { createOutOfBandStop } from './out-of-band.js';
import { createConsole } from './testkit/console.js';

/** An API that answers as told: this is about what the command line makes of answers. */
let server: Server;
let url = '';
let answer: (request: IncomingMessage) => { status: number; body?: unknown } | 'never' = () => ({ status: 404 });
const asked: { method: string; path: string; token: string | undefined; body: string }[] = [];

const line = {
  seq: 1,
  at: '2026-11-22T03:13:44.123Z',
  incident: 'pagerduty:Q0HX2R9',
  phase: 'execute',
  state: 'ok',
  says: 'restart-ec2-instance\u001b[31m',
  prev: '0',
  hash: '1',
};
const hold = { id: 'h1', kind: 'stop', scope: 'all', reason: 'deploying', owner: 'ada', since: '2026-11-22T03:12:41Z' };

const stage = createConsole();
const console_ = (argv: string[], env: Record<string, string> = {}) =>
  stage.run(argv, { OPSSENTINEL_URL: url, OPSSENTINEL_TOKEN: 'a-token-of-this-test', ...env });

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ method: request.method ?? '', path: request.url ?? '', token: request.headers.authorization, body });
      const given = answer(request);
      if (given === 'never') return;
      response
        .writeHead(given.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(given.body ?? { detail: `answer ${given.status}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(stage.dir, { recursive: true, force: true });
});

describe('exit codes', () => {
  it('stand in --help, every one of them', async () => {
    const { code, out } = await console_(['--help']);
    expect(code).toBe(0);
    for (const number of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^  ${number} +\\S`, 'm'));
  });

  it.each([
    ['an unknown command', ['aprove', 'Q1'], /Did you mean approve\?/],
    ['a missing option', ['approve', 'Q1'], /--plan/],
    ['a wrong scope', ['stop', '--reason', 'x', '--scope', 'everything'], /Write all, environment:/],
    ['a wrong format', ['holds', '-o', 'xml'], /Allowed choices are text, json/],
    ['a role that there is not', ['worker', '--role', 'run,act'], /There is no role act; there are run, decide, effect, tell/],
  ])('2 for %s, with what to write instead', async (_name, argv, says) => {
    const { code, out, err } = await console_(argv);
    expect(code).toBe(exitCodes.usage);
    expect(err).toMatch(says);
    expect(out).toBe('');
  });

  it.each([
    [400, 'usage'],
    [401, 'notAllowed'],
    [403, 'notAllowed'],
    [404, 'notFound'],
    [409, 'conflict'],
    [429, 'unreachable'],
    [503, 'unreachable'],
  ] as const)('an answer %s of the API ends as "%s", with the words of the API', async (status, exit) => {
    answer = () => ({ status });
    const { code, out, err } = await console_(['incident', 'show', 'Q1']);
    expect([code, out]).toEqual([exitCodes[exit], '']);
    expect(err).toContain(`answer ${status}`);
  });

  it('6 when nothing answers, and 2 when it is not known where to ask', async () => {
    const port = await freePort();
    expect((await console_(['holds'], { OPSSENTINEL_URL: `http://127.0.0.1:${port}` })).code).toBe(exitCodes.unreachable);
    const unknown = await stage.run(['holds']);
    expect(unknown.code).toBe(exitCodes.usage);
    expect(unknown.err).toMatch(/OPSSENTINEL_URL.*opssentinel dev/);
  });

  it('5 when an approval is not accepted: the plan has changed', async () => {
    answer = () => ({ status: 200, body: { accepted: false, reason: 'the plan is 9f00aa11 by now' } });
    const { code, err } = await console_(['approve', 'Q1', '--plan', '5b1e07c2']);
    expect(code).toBe(exitCodes.conflict);
    expect(err).toContain('the plan is 9f00aa11 by now');
    expect(asked.at(-1)).toMatchObject({
      method: 'POST',
      path: '/api/v1/incidents/Q1/approval',
      token: 'Bearer a-token-of-this-test',
    });
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({ decision: 'approve', planHash: '5b1e07c2' });
  });
});

describe('output', () => {
  it('-o json is one envelope, wherever it stands, and --json is the same', async () => {
    answer = () => ({ status: 200, body: { holds: [hold] } });
    for (const argv of [
      ['holds', '-o', 'json'],
      ['holds', '--output=json'],
      ['holds', '--json'],
    ]) {
      const { code, out, err } = await console_(argv);
      expect([code, err, JSON.parse(out)]).toEqual([
        0,
        '',
        { apiVersion: 'opssentinel.dev/v1', kind: 'HoldList', items: [hold] },
      ]);
    }
  });

  it('an error under -o json is an envelope on stderr, and stdout stays empty', async () => {
    answer = () => ({ status: 404 });
    const { code, out, err } = await console_(['incident', 'show', 'Q1', '-o', 'json']);
    expect([code, out]).toEqual([3, '']);
    expect(JSON.parse(err)).toMatchObject({ kind: 'Error', items: [{ exit: 'notFound', code: 3 }] });
  });

  it('has no colour and no control character in a pipe, even where a title brings some', async () => {
    answer = ({ url: path = '' }) => ({ status: 200, body: path.includes('timeline') ? { lines: [line] } : summary });
    const { out } = await console_(['incident', 'show', 'Q0HX2R9']);
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/\u001b/);
    expect(out).toMatch(/ok +execute +03:13:44Z/);
  });

  it('keeps to the width of the terminal: titles are cut, long lines go on below their beginning', async () => {
    const long = { ...summary, title: 'word '.repeat(60), remediation: 'waiting for approval' };
    const told = { ...line, says: 'word '.repeat(60).trim() };
    answer = ({ url: path = '' }) => ({
      status: 200,
      body: path.includes('timeline') ? { lines: [told] } : path.includes('?limit') ? { incidents: [long] } : summary,
    });
    for (const argv of [
      ['incident', 'list'],
      ['incident', 'show', 'Q0HX2R9'],
    ]) {
      const { code, out } = await console_(argv);
      expect(code).toBe(0);
      for (const text of out.split('\n')) expect(text).toMatch(/^.{0,100}$/u);
    }
    expect((await console_(['incident', 'show', 'Q0HX2R9'])).out).toMatch(/began (\S+ )?03:12:43Z \(.* ago\)/);
  });

  it('has colour on a terminal, unless NO_COLOR says no', async () => {
    answer = () => ({ status: 200, body: { accepted: true, reason: 'recorded' } });
    const terminal = createConsole({ tty: true });
    const env = { OPSSENTINEL_URL: url };
    const argv = ['approve', 'Q1', '--plan', '5b1e07c2'];
    expect((await terminal.run(argv, env)).out).toContain('\u001b[32mapproved');
    expect((await terminal.run(argv, { ...env, NO_COLOR: '1' })).out).toMatch(/^approved/);
    rmSync(terminal.dir, { recursive: true });
  });
});

const summary = {
  id: 'pagerduty:Q0HX2R9',
  title: 'web-cpu-high \u001b[2J',
  service: 'web',
  environment: 'prod',
  rule: 'ec2-cpu-high',
  mode: 'auto',
  remediation: 'verifying',
  source: 'pagerduty',
  status: 'triggered',
  outcome: null,
  planHash: '5b1e07c2aaaa',
  effects: 1,
  startedAt: '2026-11-22T03:12:43Z',
  endedAt: null,
};

describe('finding the API', () => {
  it('uses the sandbox of this checkout with the token of the least power that will do', async () => {
    const tokens = { viewer: 'tok-v', approver: 'tok-a', operator: 'tok-o', admin: 'tok-x' };
    const file = { api: url, metrics: url, sandbox: url, temporal: '127.0.0.1:1', temporalUi: '', webhookSecret: 's', tokens };
    writeFileSync(join(stage.dir, '.opssentinel', 'sandbox.json'), JSON.stringify(file));
    answer = ({ method }) => ({ status: 200, body: method === 'GET' ? { holds: [] } : hold });
    try {
      expect((await stage.run(['holds'])).code).toBe(0);
      expect(asked.at(-1)?.token).toBe('Bearer tok-v');
      expect((await stage.run(['stop', '--reason', 'x'])).code).toBe(0);
      expect(asked.at(-1)?.token).toBe('Bearer tok-o');
    } finally {
      rmSync(join(stage.dir, '.opssentinel', 'sandbox.json'));
    }
  });
});

describe('row 26: stop', () => {
  it('says within its patience that nothing is stopped and names the out-of-band switch, when the API does not answer', async () => {
    answer = () => 'never';
    const { code, out, err } = await console_(['stop', '--reason', 'deploying']);
    expect([exitCodes.unreachable, exitCodes.timeout]).toContain(code);
    expect(out).toBe('');
    expect(err).toMatch(/NOTHING IS STOPPED YET[\s\S]*stop --out-of-band[\s\S]*touch .*STOP[\s\S]*OPSSENTINEL_STOP=1/);
  });

  it('out of band: writes the file that the effect worker reads, with who and why', async () => {
    const path = join(stage.dir, 'somewhere', 'STOP');
    const stopped = createOutOfBandStop(path, undefined);
    expect(await stopped()).toBeUndefined();
    const { code } = await stage.run(['stop', '--out-of-band', '--reason', 'the region burns'], { OPSSENTINEL_STOP_FILE: path });
    expect(code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('the region burns');
    expect(await stopped()).toMatchObject({ kind: 'stop', scope: 'all', reason: expect.stringContaining('the region burns') });
    expect(await createOutOfBandStop(join(stage.dir, 'none'), '1')()).toMatchObject({ kind: 'stop' });
    expect(await createOutOfBandStop(join(stage.dir, 'none'), 'false')()).toBeUndefined();
  });

  it('out of band: `holds` shows it, with the API and without, and `resume` says how it ends', async () => {
    const path = join(stage.dir, 'else', 'STOP');
    await stage.run(['stop', '--out-of-band', '--reason', 'the region burns'], { OPSSENTINEL_STOP_FILE: path });
    answer = () => ({ status: 200, body: { holds: [hold] } });

    const both = await console_(['holds'], { OPSSENTINEL_STOP_FILE: path });
    expect(both.out).toMatch(/^out-of-band-file +stop +all .*the region burns$/m);
    expect(both.out).toMatch(/^h1 +stop +all .*deploying$/m);
    const alone = await stage.run(['holds'], { OPSSENTINEL_STOP_FILE: path });
    expect([alone.code, alone.err]).toEqual([exitCodes.usage, expect.stringContaining('the region burns')]);
    const lift = await console_(['resume', 'out-of-band-file'], { OPSSENTINEL_STOP_FILE: path });
    expect([lift.code, lift.err]).toEqual([exitCodes.usage, expect.stringContaining(`rm ${path}`)]);
  });

  it('a stop file that cannot be looked at counts as there', async () => {
    expect(await createOutOfBandStop(`${stage.dir}/\u0000`, undefined)()).toMatchObject({
      kind: 'stop',
      reason: expect.stringContaining('cannot be looked at'),
    });
  });
});

describe('rules lint', () => {
  it('passes the shipped rules', async () => {
    const { code, out, err } = await stage.run(['rules', 'lint', '-o', 'json']);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ kind: 'RulesLint', items: [{ profile: 'sandbox' }] });
  });

  it('fails with every problem as file:line:column, on stdout for tools', async () => {
    const dir = join(stage.dir, 'mine');
    mkdirSync(dir);
    writeFileSync(join(dir, 'a.yaml'), 'apiVersion: opssentinel.dev/v1\nrule: a\nonwer: team-web\n');
    const { code, out } = await stage.run(['rules', 'lint', 'mine']);
    expect(code).toBe(exitCodes.failed);
    expect(out).toMatch(/^mine\/a\.yaml:3:\d+: .*owner/m);
  });
});

describe('serve and worker', () => {
  it('live with nothing configured: one list of everything, exit 2, nothing started', async () => {
    const { code, err } = await stage.run(['serve'], {
      OPSSENTINEL_MODE: 'live',
      OPSSENTINEL_PORT: 'eighty',
      PAGERDUTY_USER_ID: 'not an id',
    });
    expect(code).toBe(exitCodes.usage);
    for (const name of ['OPSSENTINEL_PORT', 'TEMPORAL_ADDRESS', 'DATABASE_URL', 'OPSSENTINEL_API_TOKENS', 'PAGERDUTY_USER_ID'])
      expect(err).toMatch(new RegExp(`- ${name}: `));
  });

  it('dev refuses OPSSENTINEL_MODE=live', async () => {
    const { code, err } = await stage.run(['dev'], { OPSSENTINEL_MODE: 'live' });
    expect(code).toBe(exitCodes.usage);
    expect(err).toMatch(/opssentinel serve/);
    expect(existsSync(join(stage.dir, '.opssentinel', 'sandbox.lock'))).toBe(false);
  });

  it('dev names the taken port and the variable that chooses another', async () => {
    const port = new URL(url).port;
    const { code, err } = await stage.run(['dev'], {
      OPSSENTINEL_PORT: port,
      OPSSENTINEL_METRICS_PORT: '0',
      OPSSENTINEL_WORKER_METRICS_PORT: '0',
      OPSSENTINEL_SANDBOX_PORT: '0',
      OPSSENTINEL_TEMPORAL_PORT: '0',
      OPSSENTINEL_TEMPORAL_UI_PORT: '0',
    });
    expect(code).toBe(exitCodes.usage);
    expect(err).toMatch(new RegExp(`Port ${port} \\(API\\) is taken by .*OPSSENTINEL_PORT=`));
    expect(existsSync(join(stage.dir, '.opssentinel', 'sandbox.lock'))).toBe(false);
  });

  it('a second sandbox says that one is running, and by whom', async () => {
    const lock = join(stage.dir, '.opssentinel', 'sandbox.lock');
    writeFileSync(lock, String(process.ppid));
    const { code, err } = await stage.run(['dev']);
    rmSync(lock);
    expect(code).toBe(exitCodes.conflict);
    expect(err).toContain(`process ${process.ppid}`);
  });
});
