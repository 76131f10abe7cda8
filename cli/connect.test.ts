import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from '@cdktf/hcl2json';
import { createHmac } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, start } from '../sandbox/start.js';
import { exitCodes } from './exit-codes.js';
import { createConsole } from './testkit/console.js';

/** An API that knows the secret once the file holds it, as after a restart; and its metrics. */
let server: Server;
let sandbox: Sandbox;
let url = '';
let pings: string[] = [];
let knowsSecret = true;
let file = '';
let files = 0;
const stage = createConsole();

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(`opssentinel_deliveries_total{source="pagerduty",result="ping"} ${pings.length}\n`);
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const expected = knowsSecret ? `v1=${createHmac('sha256', readFileSync(file, 'utf8')).update(body).digest('hex')}` : '';
      if (request.headers['x-pagerduty-signature'] !== expected) return void response.writeHead(401).end();
      pings.push((JSON.parse(body) as { event: { id: string } }).event.id);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sandbox = await start({ port: 0, webhookUrl: '', webhookSecret: 'of the sandbox', speed: 0.001 });
});
afterAll(async () => {
  await sandbox.close();
  server.closeAllConnections();
  server.close();
  rmSync(stage.dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await fetch(`${sandbox.address}/_sandbox/reset`, { method: 'POST' });
  pings = [];
  knowsSecret = true;
  file = join(stage.dir, `secret-${files++}`);
});

const connect = (...argv: string[]) => stage.run(['connect', 'pagerduty', '--url', url, ...argv], sandbox.environment());
const wrote = async (): Promise<string[]> => {
  const effects = (await (await fetch(`${sandbox.address}/_sandbox/effects`)).json()) as { operation: string }[];
  return effects.map(({ operation }) => operation);
};

describe('connect pagerduty', () => {
  it('makes the subscription, keeps the secret, and sees the test arrive', async () => {
    const { code, out, err } = await connect('--service', 'PSVC001', '--secret-file', file, '--metrics', url, '-o', 'json');
    expect([code, err]).toEqual([0, expect.stringContaining(`PAGERDUTY_WEBHOOK_SECRETS_FILE=${file}`)]);
    const [item] = (JSON.parse(out) as { items: { id: string; url: string; arrival: string }[] }).items;
    expect(item).toMatchObject({ url: `${url}/pagerduty/autonomous/action`, arrival: 'its test has arrived' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(out + err).not.toContain(readFileSync(file, 'utf8'));
    // Ours first, then PagerDuty's own.
    expect(pings).toEqual([expect.stringMatching(/^connect-/), expect.stringMatching(/^01/)]);
    expect(await wrote()).toEqual(['POST /webhook_subscriptions']);
  });

  it('never lets PagerDuty knock at a door that would refuse: it says what to do, and how to go on', async () => {
    knowsSecret = false;
    const first = await connect('--secret-file', file, '--wait', '1');
    expect(first.code).toBe(exitCodes.timeout);
    const goOn = /connect pagerduty (--url \S+ --check \S+ --secret-file \S+)/.exec(first.err)?.[1]?.split(' ') ?? [];
    expect(pings).toEqual([]);

    knowsSecret = true;
    const second = await stage.run(['connect', 'pagerduty', ...goOn, '--metrics', url], sandbox.environment());
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('its test has arrived') });
    expect(await wrote()).toEqual(['POST /webhook_subscriptions']);
  });

  it('does not make a second one, nor write over a file', async () => {
    expect((await connect('--secret-file', file, '--wait', '0')).code).toBe(0);
    const other = join(stage.dir, 'another');
    const again = await connect('--secret-file', other, '--wait', '0');
    expect([again.code, again.err]).toEqual([exitCodes.conflict, expect.stringContaining('already')]);
    // Nothing is left of it.
    expect(() => statSync(other)).toThrow();
    expect((await connect('--secret-file', file, '--wait', '0', '--again')).code).toBe(exitCodes.conflict);
    expect(await wrote()).toHaveLength(1);
    expect((await connect('--secret-file', other, '--wait', '0', '--again')).code).toBe(0);
  });

  it('asks where the secret shall go before anything is made, and prints it only when told to', async () => {
    expect((await connect()).code).toBe(exitCodes.usage);
    expect(await wrote()).toEqual([]);
    const { out } = await connect('--print-secret', '--wait', '0');
    expect(out).toMatch(/^[0-9a-f]{64}$/m);
  });

  it('--dry-run says what would be done and does nothing', async () => {
    const { code, out } = await connect('--dry-run', '--team', 'PTEAM01');
    expect(code).toBe(0);
    expect(out).toContain(`team PTEAM01 to ${url}/pagerduty/autonomous/action`);
    expect(await wrote()).toEqual([]);
  });

  it('--terraform prints one document that parses, with the variables of this wish', async () => {
    const { code, out } = await connect('--terraform', '--service', 'PSVC001');
    expect(code).toBe(0);
    expect(out).toContain('#   webhook_filter_id = "PSVC001"');
    const document = (await parse('main.tf', out)) as { resource: Record<string, unknown> };
    expect(Object.keys(document.resource)).toContain('pagerduty_webhook_subscription');
    expect(await wrote()).toEqual([]);
  });

  it.each([
    [
      'an integration that cannot be connected',
      ['connect', 'nobody', '--url', 'https://x.example'],
      'notFound',
      /there is: .*pagerduty/,
    ],
    [
      'an address that nothing is sent to',
      ['connect', 'pagerduty', '--url', 'http://x.example', '--dry-run'],
      'usage',
      /not https/,
    ],
    ['no address', ['connect', 'pagerduty', '--dry-run'], 'usage', /--url https/],
  ] as const)('exit for %s', async (_what, argv, exit, says) => {
    const { code, err } = await stage.run([...argv], sandbox.environment());
    expect([code, err]).toEqual([exitCodes[exit], expect.stringMatching(says)]);
  });

  it('a refused token is "not allowed", and a missing one names what to set', async () => {
    await fetch(`${sandbox.address}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ operation: 'GET /webhook_subscriptions', kind: '403' }),
    });
    expect((await connect('--secret-file', file)).code).toBe(exitCodes.notAllowed);
    const without = await stage.run(['connect', 'pagerduty', '--url', url, '--secret-file', file]);
    expect(without).toMatchObject({ code: exitCodes.notAllowed, err: expect.stringContaining('PAGERDUTY_API_TOKEN') });
  });

  it('--check needs the file of the secret', async () => {
    expect((await connect('--check', 'PSBXWH1')).code).toBe(exitCodes.usage);
    writeFileSync(file, '');
    expect((await connect('--check', 'PSBXWH1', '--secret-file', file)).code).toBe(exitCodes.notFound);
  });
});
