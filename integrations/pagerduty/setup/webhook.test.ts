import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { receive } from '../receive.js';
import { request } from '../testkit/given.js';
import { openStage, type Stage } from '../testkit/stage.js';
import { pagerDutySetup as setup, subscribedEvents } from './webhook.js';

let door: Server;
let stage: Stage;
let url = '';
let secret = '';
let answer: number | undefined;
let arrived: string[] = [];

beforeAll(async () => {
  door = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const made = receive(request(Buffer.concat(chunks), headers, new Date().toISOString()), {
        secrets: [secret],
        ourselves: [],
      });
      arrived.push(made.kind === 'delivery' ? `${made.delivery.eventType} ${made.delivery.ref.externalId}` : made.kind);
      response.writeHead(answer ?? (made.kind === 'refused' ? made.status : 202)).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => door.once('listening', resolve));
  url = `http://127.0.0.1:${(door.address() as AddressInfo).port}/pagerduty/autonomous/action`;
  stage = await openStage({ speed: 0.001 });
});
afterAll(async () => {
  await stage.close();
  door.closeAllConnections();
  door.close();
});
beforeEach(async () => {
  await stage.control('POST', 'reset');
  arrived = [];
  answer = undefined;
});

async function until(found: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await found())) {
    if (Date.now() > end) throw new Error(`It did not come to that; arrived: ${arrived.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
async function subscribe(scope: Parameters<typeof setup.create>[1]['scope']): Promise<string> {
  const made = await setup.create(stage.client(), { url, scope, again: false });
  secret = made.secret;
  return made.id;
}
const raise = (name: string) => stage.control('POST', `alarms/${name}`, { state: 'ALARM' });

describe('a subscription of our own making', () => {
  it('brings its events, signed with its own secret, for its own service; our notes do not come back', async () => {
    await subscribe({ kind: 'service', id: 'PSVC001' });
    await raise('service-overload');
    await raise('disk-usage-high');
    const { incidents } = await stage.control('GET', 'pagerduty/incidents');
    const { id } = incidents.find((one: { service: { id: string } }) => one.service.id === 'PSVC001');
    for (const deed of ['note', 'acknowledge']) await stage.control('POST', `pagerduty/incidents/${id}/${deed}`, {});
    await until(() => arrived.length === 2);
    expect(arrived).toEqual([`incident.triggered ${id}`, `incident.acknowledged ${id}`]);
    expect(subscribedEvents).not.toContain('incident.annotated');
  });

  it('its secret is shown once: by the call that makes it', async () => {
    await subscribe({ kind: 'account' });
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    const shown = await fetch(`${stage.sandbox.address}/pagerduty/webhook_subscriptions`, {
      headers: { authorization: 'Token token=t' },
    });
    expect(await shown.text()).not.toContain(secret);
  });

  it('three refused deliveries switch it off, and the state says so and what to do', async () => {
    const id = await subscribe({ kind: 'account' });
    expect(await setup.state(stage.client(), id)).toMatchObject({ well: true });
    answer = 404;
    for (const name of ['ec2-cpu-high', 'disk-usage-high', 'service-overload']) await raise(name);
    await until(async () => !(await setup.state(stage.client(), id)).well);
    expect((await setup.state(stage.client(), id)).says).toContain(`/webhook_subscriptions/${id}/enable`);
  });

  it('our own knock is a ping to the door, and says what is wrong', async () => {
    await subscribe({ kind: 'account' });
    const call = stage.client();
    expect(await setup.knock(call, url, secret)).toMatchObject({ open: true });
    expect(arrived).toEqual(['ping']);
    expect(await setup.knock(call, url, 'another')).toMatchObject({
      open: false,
      says: expect.stringContaining('does not know the secret'),
    });
    answer = 503;
    expect(await setup.knock(call, url, secret)).toEqual({ open: false, says: `${url} answers 503` });
    const nowhere = await setup.knock(call, 'http://127.0.0.1:9/x', secret);
    expect(nowhere).toMatchObject({ open: false });
    expect(nowhere.says).not.toContain(secret);
  });
});
