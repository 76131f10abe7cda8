import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, start } from './start.js';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await start({ port: 0, webhookUrl: '', webhookSecret: 'secret', speed: 0.01 });
});
afterAll(() => sandbox.close());
beforeEach(() => control('POST', 'reset'));

const pagerDuty = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${sandbox.address}/pagerduty${path}`, {
    ...init,
    headers: { authorization: 'Token token=t', from: 'opssentinel@sandbox', 'content-type': 'application/json', ...init.headers },
  });

// oxlint-disable-next-line typescript/no-explicit-any
async function control(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${sandbox.address}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    label: response.headers.get('x-opssentinel'),
    body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
  };
}

const raise = async (name = 'ec2-cpu-high'): Promise<string> => {
  await control('POST', `alarms/${name}`, { state: 'ALARM' });
  return (await control('GET', 'pagerduty/incidents')).body.incidents.at(-1).id;
};
const note = (id: string): Promise<Response> =>
  pagerDuty(`/incidents/${id}/notes`, { method: 'POST', body: '{"note":{"content":"hello"}}' });
const effects = async (): Promise<{ operation: string }[]> => (await control('GET', 'effects')).body;

describe('the sandbox speaks for itself', () => {
  it('labels every answer SANDBOX: its page, its own interface, a vendor, and what nobody knows', async () => {
    const answers = await Promise.all(
      ['/_sandbox/', '/_sandbox/effects', '/pagerduty/incidents', '/nobody/knows'].map((path) =>
        fetch(`${sandbox.address}${path}`),
      ),
    );
    expect(answers.map((answer) => answer.headers.get('x-opssentinel'))).toEqual(['SANDBOX', 'SANDBOX', 'SANDBOX', 'SANDBOX']);
    expect(await answers[0]?.text()).toContain('SANDBOX: no real system is touched');
  });

  it('its page lists every simulator with its own routes, and each that only shows something answers', async () => {
    const page = (await control('GET', '')).body as string;
    const vendors = readdirSync('integrations', { recursive: true, encoding: 'utf8' })
      .flatMap((file) => /([a-z]+)\.sim\.ts$/.exec(file)?.[1] ?? [])
      .filter((vendor) => !page.includes(`<h2>Simulator ${vendor}</h2>`));
    expect(vendors).toEqual([]);
    const links = [...page.matchAll(/href="\/_sandbox\/([a-z]+\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(links.length).toBeGreaterThan(15);
    for (const path of links) expect({ path, status: (await control('GET', path)).status }).toEqual({ path, status: 200 });
  });

  it('counts what each simulator was told and keeps', async () => {
    const before = (await control('GET', 'received')).body;
    expect(before).toMatchObject({
      loki: { lines: 0 },
      aws: { metrics: 0 },
      pagerduty: { notes: 0 },
      servicenow: { tickets: 0 },
    });
    const id = await raise();
    await note(id);
    // What a person writes was not told by us.
    await control('POST', `pagerduty/incidents/${id}/note`, {});
    expect((await control('GET', 'received')).body.pagerduty.notes).toBe(1);
  });

  it('answers 501 to a call that is not simulated, and keeps it in the list of unknown calls', async () => {
    expect((await fetch(`${sandbox.address}/nobody/knows`)).status).toBe(501);
    expect((await pagerDuty('/schedules/P1')).status).toBe(501);
    const { body } = await control('GET', 'unknown');
    expect(body.map((call: { vendor: string; path: string }) => `${call.vendor} ${call.path}`)).toEqual([
      'nobody /nobody/knows',
      'pagerduty /pagerduty/schedules/P1',
    ]);
  });

  it('lists effects and calls in order, and forgets them on reset', async () => {
    const id = await raise();
    await note(id);
    expect(await effects()).toMatchObject([
      { seq: 1, vendor: 'pagerduty', operation: 'POST /incidents/{id}/notes', target: id, key: '' },
    ]);
    expect((await control('GET', 'calls')).body).toMatchObject([
      { seq: 1, vendor: 'pagerduty', operation: 'POST /incidents/{id}/notes', status: 200 },
    ]);
    await control('POST', 'reset');
    expect([(await effects()).length, (await control('GET', 'calls')).body.length]).toEqual([0, 0]);
    expect((await control('GET', 'alarms')).body.every((alarm: { state: string }) => alarm.state === 'OK')).toBe(true);
  });

  it('never gives an incident id twice, for a known id starts nothing', async () => {
    const first = await raise();
    await control('POST', 'reset');
    expect(await raise()).not.toBe(first);
  });

  it('says which alarms there are when one is unknown, and what is wrong with a body', async () => {
    const unknown = await control('POST', 'alarms/nothing', { state: 'ALARM' });
    expect(unknown).toMatchObject({ status: 404, body: { error: expect.stringContaining('ec2-cpu-high') } });
    expect((await control('POST', 'alarms/ec2-cpu-high', { state: 'LOUD' })).status).toBe(400);
    expect((await control('POST', 'faults', { operation: '*', kind: 'explode' })).status).toBe(400);
    expect((await control('GET', 'no-such-thing')).status).toBe(404);
  });

  it('refuses a taken port with a sentence that says what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(start({ port, webhookUrl: '', webhookSecret: 's' })).rejects.toThrow(`Port ${port} is taken`);
    taken.close();
  });
});

describe('scripted faults', () => {
  const operation = 'POST /incidents/{id}/notes';

  it.each([
    ['400', 400, 0],
    ['403', 403, 0],
    ['500', 500, 0],
    ['503', 503, 0],
    ['execute-then-500', 500, 1],
    ['duplicate-delivery', 200, 2],
    ['ok', 200, 1],
  ])('%s answers %i after %i effects, then stops', async (kind, status, count) => {
    const id = await raise();
    await control('POST', 'faults', { operation, kind });
    expect((await note(id)).status).toBe(status);
    expect((await effects()).length).toBe(count);
    expect((await note(id)).status).toBe(200);
  });

  it('429 brings Retry-After', async () => {
    const id = await raise();
    await control('POST', 'faults', { operation, kind: '429' });
    const answer = await note(id);
    expect([answer.status, answer.headers.get('retry-after'), (await effects()).length]).toEqual([429, '1', 0]);
  });

  it.each([
    ['reset-before', 0],
    ['execute-then-reset', 1],
    ['half-body', 1],
  ])('%s breaks the connection after %i effects', async (kind, count) => {
    const id = await raise();
    await control('POST', 'faults', { operation, kind });
    await expect(note(id).then((answer) => answer.text())).rejects.toThrow();
    expect((await effects()).length).toBe(count);
  });

  it.each(['execute-then-timeout', 'slow-body'])('%s does it and lets the client wait', async (kind) => {
    const id = await raise();
    await control('POST', 'faults', { operation, kind });
    const waiting = pagerDuty(`/incidents/${id}/notes`, {
      method: 'POST',
      body: '{"note":{"content":"hello"}}',
      signal: AbortSignal.timeout(300),
    });
    await expect(waiting.then((answer) => answer.text())).rejects.toThrow();
    expect((await effects()).length).toBe(1);
  });

  it('counts times and after, matches by prefix, and can be cleared', async () => {
    const id = await raise();
    await control('POST', 'faults', { operation: 'POST *', kind: '503', after: 1, times: 2 });
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await note(id)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    await control('POST', 'faults', [{ operation: '*', kind: '500', times: 9 }]);
    await control('DELETE', 'faults');
    expect((await note(id)).status).toBe(200);
  });
});
