import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, start } from '../../sandbox/start.js';
import { receive } from './receive.js';
import { type Loose, request } from './testkit/given.js';

interface Arrival {
  webhookId: string;
  headers: Record<string, string>;
  body: Buffer;
  // oxlint-disable-next-line typescript/no-explicit-any
  event: any;
}

let sandbox: Sandbox;
let door: Server;
let arrived: Arrival[] = [];
/** Status of the next answers; the last one stays. `hang`: none. */
let answers: (number | 'hang')[] = [202];

beforeAll(async () => {
  door = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      arrived.push({ webhookId: headers['x-webhook-id'] ?? '', headers, body, event: JSON.parse(body.toString()).event });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 202;
      if (answer !== 'hang') response.writeHead(answer).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => door.once('listening', resolve));
  sandbox = await start({
    port: 0,
    webhookUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/hook`,
    webhookSecret: 'secret',
    speed: 0.001,
  });
});
afterAll(async () => {
  await sandbox.close();
  door.closeAllConnections();
  door.close();
});
beforeEach(async () => {
  await control('POST', 'reset');
  arrived = [];
  answers = [202];
});

async function control(method: string, path: string, body?: unknown): Promise<Loose> {
  const response = await fetch(`${sandbox.address}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}
const alarm = (state: 'ALARM' | 'OK', name = 'ec2-cpu-high'): Promise<Loose> => control('POST', `alarms/${name}`, { state });
const deliveries = async (): Promise<Loose[]> => (await control('GET', 'pagerduty/deliveries')).deliveries;
async function until(found: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await found())) {
    if (Date.now() > end)
      throw new Error(`It did not come to that; arrived: ${arrived.map(({ event }) => event.event_type).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const settled = (): Promise<void> => until(async () => (await deliveries()).every(({ state }) => state !== 'waiting'));
const types = (): string[] => arrived.map(({ event }) => event.event_type);
const proof = (arrival: Arrival, secrets: string[]) =>
  receive(request(arrival.body, arrival.headers, new Date().toISOString()), { secrets, ourselves: ['PSBXAGENT'] });

describe('M1: an alarm becomes a signed webhook that our own door proves', () => {
  it('ALARM is triggered and OK is resolved, in order, by the service', async () => {
    await alarm('ALARM');
    await alarm('OK');
    await until(() => arrived.length === 2);
    expect(arrived.map((one) => proof(one, ['secret']))).toMatchObject([
      { kind: 'delivery', delivery: { kind: 'triggered', actor: { id: 'PSVC001' } } },
      { kind: 'delivery', delivery: { kind: 'resolved', actor: { id: 'PSVC001' } } },
    ]);
    expect(arrived[0]?.event.data).not.toHaveProperty('body');
  });

  it('carries one signature per active secret while it is rotated', async () => {
    await control('POST', 'pagerduty/deliveries', { secrets: ['leaving', 'coming'] });
    await alarm('ALARM');
    await until(() => arrived.length === 1);
    expect(arrived[0]?.headers['x-pagerduty-signature']?.split(',').length).toBe(2);
    for (const secret of ['leaving', 'coming']) expect(proof(arrived[0] as Arrival, [secret]).kind).toBe('delivery');
    expect(proof(arrived[0] as Arrival, ['secret']).kind).toBe('refused');
  });

  it('our own note, resolve and escalation come back in our name, and start nothing', async () => {
    await alarm('ALARM');
    await until(() => arrived.length === 1);
    const { id } = (await control('GET', 'pagerduty/incidents')).incidents[0];
    const write = (method: string, path: string, body: Loose) =>
      fetch(`${sandbox.address}/pagerduty/incidents/${id}${path}`, {
        method,
        headers: { authorization: 'Token token=t', from: 'opssentinel@sandbox' },
        body: JSON.stringify(body),
      });
    await write('POST', '/notes', { note: { content: 'hello' } });
    await write('PUT', '', { incident: { type: 'incident_reference', escalation_level: 2 } });
    await write('PUT', '', { incident: { type: 'incident_reference', status: 'resolved' } });
    await until(() => arrived.length === 4);
    expect(types().slice(1)).toEqual(['incident.annotated', 'incident.escalated', 'incident.resolved']);
    expect(arrived.slice(1).map((one) => proof(one, ['secret']).kind)).toEqual(['recorded', 'recorded', 'recorded']);
  });

  it('people acknowledge, reopen and reassign; a reopening has a life of its own', async () => {
    await alarm('ALARM');
    const { id } = (await control('GET', 'pagerduty/incidents')).incidents[0];
    for (const deed of ['acknowledge', 'unacknowledge', 'reassign', 'resolve', 'reopen'])
      await control('POST', `pagerduty/incidents/${id}/${deed}`, {});
    await until(() => arrived.length === 6);
    expect(types()).toEqual(
      ['triggered', 'acknowledged', 'unacknowledged', 'reassigned', 'resolved', 'reopened'].map((type) => `incident.${type}`),
    );
    const reopened = proof(arrived[5] as Arrival, ['secret']);
    expect(reopened.kind === 'delivery' && reopened.delivery.ref.generation).toMatch(/^\d{10}$/);
  });

  it('sends a ping, signed', async () => {
    await control('POST', 'pagerduty/ping');
    await until(() => arrived.length === 1);
    expect(proof(arrived[0] as Arrival, ['secret']).kind).toBe('ping');
  });
});

describe("PagerDuty's delivery rules", () => {
  it.each([503, 500, 429])('%i is tried again, with the same X-Webhook-Id and the same event.id', async (status) => {
    answers = [status, status, 202];
    await alarm('ALARM');
    await settled();
    expect(arrived.length).toBe(3);
    expect(new Set(arrived.map(({ webhookId, event }) => `${webhookId} ${event.id}`)).size).toBe(1);
    expect((await deliveries())[0]).toMatchObject({ state: 'delivered', attempts: [status, status, 202] });
  });

  it('no answer in time is tried again', async () => {
    await control('POST', 'pagerduty/deliveries', { answerWithinMs: 100 });
    answers = ['hang', 202];
    await alarm('ALARM');
    await settled();
    expect((await deliveries())[0]).toMatchObject({ state: 'delivered', attempts: [0, 202] });
  });

  it.each([400, 401, 404, 410, 413, 302])('%i drops the delivery at once', async (status) => {
    answers = [status, 202];
    await alarm('ALARM');
    await settled();
    expect((await deliveries())[0]).toMatchObject({ state: 'dropped', attempts: [status] });
    expect((await control('GET', 'pagerduty/subscription')).disabled).toBe(false);
  });

  it('later events of an incident wait behind the one that is tried again; other incidents do not', async () => {
    answers = [503, 503, 202];
    await alarm('ALARM');
    await until(() => arrived.length === 1);
    await alarm('OK');
    await settled();
    expect(types().indexOf('incident.resolved')).toBe(types().lastIndexOf('incident.triggered') + 1);
  });

  it('three drops in a row switch the subscription off: its queue is dropped and nothing new is queued, until it is enabled', async () => {
    answers = [401];
    for (const name of ['ec2-cpu-high', 'ec2-cpu-high-prod', 'ec2-memory-high']) await alarm('ALARM', name);
    await until(async () => (await control('GET', 'pagerduty/subscription')).disabled);
    answers = [202];
    const before = arrived.length;
    await alarm('ALARM', 'ec2-status-check-failed');
    await alarm('OK');
    expect((await deliveries()).length).toBe(3);
    expect(await control('POST', 'pagerduty/subscription/enable')).toMatchObject({ disabled: false, consecutiveDrops: 0 });
    await alarm('OK', 'ec2-memory-high');
    await until(() => arrived.length === before + 1);
  });

  it('a success between them counts from the beginning', async () => {
    answers = [401, 401, 202, 401, 401, 202];
    for (const state of ['ALARM', 'OK', 'ALARM', 'OK', 'ALARM'] as const) await alarm(state);
    await settled();
    expect(await control('GET', 'pagerduty/subscription')).toMatchObject({ disabled: false, consecutiveDrops: 2 });
  });

  it('sends each delivery several times on request, as after lost answers', async () => {
    await control('POST', 'pagerduty/deliveries', { repeat: 3 });
    await alarm('ALARM');
    await until(() => arrived.length === 3);
    expect(new Set(arrived.map(({ body }) => body.toString())).size).toBe(1);
  });

  it('sends one delivery again twenty times at once, with other X-Webhook-Ids', async () => {
    await alarm('ALARM');
    await until(() => arrived.length === 1);
    const { statuses } = await control('POST', 'pagerduty/resend', { times: 20, newWebhookId: true });
    expect(statuses).toEqual(Array(20).fill(202));
    expect([new Set(arrived.map(({ webhookId }) => webhookId)).size, new Set(arrived.map(({ event }) => event.id)).size]).toEqual(
      [21, 1],
    );
  });

  it('plays scripted faults of the way: a lost answer and a doubled delivery', async () => {
    await control('POST', 'faults', [
      { operation: 'webhook incident.triggered', kind: 'execute-then-timeout' },
      { operation: 'webhook incident.resolved', kind: 'duplicate-delivery' },
    ]);
    await alarm('ALARM');
    await alarm('OK');
    await settled();
    expect(types()).toEqual(['incident.triggered', 'incident.triggered', 'incident.resolved', 'incident.resolved']);
  });
});
