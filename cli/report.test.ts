import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConsole } from './testkit/console.js';

/** An API that has two incidents of the night and one of long before. */
let server: Server;
const stage = createConsole();
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
const row = (id: string, outcome: string | null, startedAt: string) => ({
  id: `pagerduty:${id}`,
  title: 'CPU high',
  service: 'web',
  environment: 'prod',
  rule: 'ec2-cpu-high',
  mode: 'auto',
  remediation: outcome ?? 'verifying',
  source: 'pagerduty',
  status: 'triggered',
  outcome,
  planHash: null,
  effects: 1,
  startedAt,
  endedAt: null,
});
const rows = [row('QNEW', 'escalated', hoursAgo(1)), row('QOPEN', null, hoursAgo(2)), row('QOLD', 'remediated', hoursAgo(40))];
const outcome = {
  kind: 'escalated',
  ending: { kind: 'escalated', says: 'the last step did not help', page: true },
  story: { steps: [], approvals: [], effects: 0 },
};
const line = (phase: string, data?: object) => ({
  seq: 1,
  at: hoursAgo(1),
  incident: '',
  phase,
  state: 'ok',
  says: phase,
  data,
  prev: '',
  hash: '',
});

function answer(path: string): unknown {
  if (path.startsWith('/api/v1/incidents?')) return { incidents: rows };
  const id = decodeURIComponent(path.split('/')[4] ?? '');
  if (path.includes('/timeline')) return { lines: id === 'pagerduty:QNEW' ? [line('outcome', outcome)] : [line('verify')] };
  return rows.find((one) => one.id === id || one.id === `pagerduty:${id}`);
}

beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(request.url ?? '')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(stage.dir, { recursive: true, force: true });
});

const report = (...argv: string[]) =>
  stage.run(['report', ...argv], {
    OPSSENTINEL_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    OPSSENTINEL_TOKEN: 'a-token-of-this-test',
  });

describe('report', () => {
  it('in the morning: what happened at night, in the words of the notes, first what people still have', async () => {
    const { code, out, err } = await report();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(
      '2 incidents in 12h: 1 handed to people, 0 mended and verified, 0 only observed, 1 going on; 2 effects',
    );
    expect(out).toContain('OpsSentinel: YOU ARE NEEDED. Nothing was done: the last step did not help.');
    expect(out).toContain('verifying: verify');
    expect(out).not.toContain('QOLD');
    expect((await report('--since', '3d')).out).toContain('QOLD');
  });

  it('of one incident: its note and its timeline; a duration that is none is said', async () => {
    const { out } = await report('QNEW');
    expect(out).toContain('YOU ARE NEEDED');
    expect(out).toMatch(/Z {2}outcome ok/);
    expect((await report('--since', 'yesterday')).code).toBe(2);
  });
});
