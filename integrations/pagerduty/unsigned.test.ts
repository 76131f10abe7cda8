import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Received } from '../contract/source.js';
import { receive } from './receive.js';
import { type Loose, request } from './testkit/given.js';
import { openStage, type Stage } from './testkit/stage.js';

/** A door that checks the token as the API does, and keeps what our source makes of what arrives. */
let door: Server;
let stage: Stage;
let received: Received[] = [];
let id = '';
const config = {
  secrets: ['secret'],
  ourselves: ['PSBXAGENT'],
  approveButton: 'Approve OpsSentinel',
  rejectButton: 'Reject OpsSentinel',
};

beforeAll(async () => {
  door = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const known = incoming.headers.authorization === 'Bearer the token of the door';
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const raw = request(Buffer.concat(chunks), headers, new Date().toISOString());
      const made = receive({ ...raw, proofs: known ? [{ trust: 'token', by: 'token pagerduty' }] : [] }, config);
      received.push(made);
      response.writeHead(made.kind === 'refused' ? made.status : 202).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => door.once('listening', resolve));
  stage = await openStage({
    webhookUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/pagerduty/autonomous/action`,
    speed: 0.001,
  });
});
afterAll(async () => {
  await stage.close();
  door.closeAllConnections();
  door.close();
});
beforeEach(async () => {
  await stage.control('POST', 'reset');
  received = [];
  await stage.control('POST', 'alarms/ec2-cpu-high', { state: 'ALARM' });
  id = (await stage.control('GET', 'pagerduty/incidents')).incidents[0].id;
  await until(() => received.some(({ kind }) => kind === 'delivery'));
  received = [];
});

async function until(found: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await found())) {
    if (Date.now() > end) throw new Error(`It did not come to that; received: ${JSON.stringify(received)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const press = (body: Loose): Promise<Loose> => stage.control('POST', `pagerduty/incidents/${id}/button`, body);

describe('what comes without a signature, from the simulated PagerDuty to our door', () => {
  it('an approval from the phone names the person and the incident', async () => {
    expect(await press({ label: 'Approve OpsSentinel', by: 'approver@sandbox' })).toMatchObject({ status: 202 });
    expect(received).toMatchObject([
      { kind: 'approval', decision: 'approve', by: { id: 'PSBXUSR2' }, ref: { externalId: id }, trust: 'token' },
    ]);
  });

  it('pressed by our own user it is nobody’s word', async () => {
    await press({ label: 'Approve OpsSentinel', by: 'PSBXAGENT' });
    expect(received).toMatchObject([{ kind: 'recorded', because: 'made by ourselves; starts nothing' }]);
  });

  it.each(['orchestration', 'workflow', 'plain'])('%s begins work on the incident', async (kind) => {
    expect(await stage.control('POST', `pagerduty/incidents/${id}/${kind}`, {})).toMatchObject({ status: 202 });
    expect(received).toMatchObject([{ kind: 'delivery', delivery: { kind: 'triggered', ref: { externalId: id } } }]);
  });

  it('an orchestration of a suppressed alert has no incident', async () => {
    await stage.control('POST', 'pagerduty/orchestration', { parameters: { instance_id: 'i-0aa11bb22cc33dd44' } });
    expect(received).toMatchObject([{ kind: 'recorded' }]);
  });
});

describe('the escalation policy’s own clock', () => {
  const seen = (): Promise<Loose> => stage.control('GET', `pagerduty/incidents/${id}`);

  it('wakes the next level by itself when nobody acknowledges, so that a dead agent is nobody’s problem', async () => {
    await stage.control('POST', 'pagerduty/deliveries', { escalateAfterMinutes: 1 });
    await stage.control('POST', 'alarms/disk-usage-high', { state: 'ALARM' });
    id = (await stage.control('GET', 'pagerduty/incidents')).incidents[1].id;
    await until(async () => (await seen()).level === 3);
    expect((await seen()).woken.map(({ user }: Loose) => user)).toEqual(['PSBXUSR2', 'PSBXUSR3']);
  });

  it('stops for whoever acknowledged, and stands still unless it is wound', async () => {
    expect((await seen()).level).toBe(1);
    await stage.control('POST', 'pagerduty/deliveries', { escalateAfterMinutes: 5 });
    await stage.control('POST', 'alarms/disk-usage-high', { state: 'ALARM' });
    id = (await stage.control('GET', 'pagerduty/incidents')).incidents[1].id;
    await stage.control('POST', `pagerduty/incidents/${id}/acknowledge`, {});
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await seen()).level).toBe(1);
  });
});
