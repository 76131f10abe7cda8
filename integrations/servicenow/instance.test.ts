import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Sandbox, start } from '../../sandbox/start.js';
import type { Received } from '../contract/source.js';
import { serviceNowDoor } from './config.js';
import { receive } from './receive.js';
import { control, type Loose, request } from './testkit/given.js';

let api: Server;
let sandbox: Sandbox;
let received: Received[] = [];
const ask = control(() => sandbox.address);

beforeAll(async () => {
  api = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
    incoming.on('end', () => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const door = serviceNowDoor.parse(sandbox.environment());
      if (incoming.url === '/webhooks/servicenow') received.push(receive(request(Buffer.concat(chunks), headers), door));
      response.writeHead(202).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => api.once('listening', resolve));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  sandbox = await start({ port: 0, webhookUrl: '', apiUrl: url, webhookSecret: 'secret', speed: 0.01 });
});
beforeEach(async () => {
  await ask('POST', 'reset');
  received = [];
});
afterAll(async () => {
  await sandbox.close();
  api.close();
});

const until = async (count: number): Promise<Loose[]> => {
  while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return received.map((one: Loose) => one.delivery?.kind ?? one.kind);
};
const opened = (fields: Loose = {}): Promise<Loose> => ask('POST', 'servicenow/tickets', { short_description: 'x', ...fields });
const edited = (number: string, fields: Loose): Promise<Loose> => ask('POST', `servicenow/tickets/${number}`, fields);
const table = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${sandbox.address}/servicenow/api/now${path}`, {
    ...init,
    headers: { authorization: `Basic ${Buffer.from('opssentinel:sandbox-password').toString('base64')}` },
  });

describe('the Business Rule, over the wire', () => {
  it('row M3: tells of a ticket’s whole life, signed, in our contract', async () => {
    const { number } = await opened();
    await until(1);
    await edited(number, { assigned_to: 'agent.one' });
    await until(2);
    await edited(number, { state: '6', close_code: 'Duplicate', close_notes: 'x' });
    await until(3);
    await edited(number, { state: '1' });
    expect(await until(4)).toEqual(['triggered', 'acknowledged', 'resolved', 'reopened']);
    expect(received.at(-1)).toMatchObject({ delivery: { trust: 'signed', ref: { generation: '1' } } });
  });

  it('a notice that comes twice has one id; one that is lost is lost', async () => {
    await ask('POST', 'faults', { operation: 'notice insert', kind: 'duplicate-delivery' });
    await opened();
    await until(2);
    const ids = received.map((one: Loose) => one.delivery.eventId);
    expect(new Set(ids).size).toBe(1);
    await ask('POST', 'faults', { operation: 'notice insert', kind: 'reset-before' });
    const { number } = await opened();
    await edited(number, { urgency: '1' });
    expect(await until(3)).toEqual(['triggered', 'triggered', 'other']);
  });

  it('a ticket of our own starts nothing, even where the rule tells of it', async () => {
    await ask('POST', 'servicenow/behaviour', { tellsOfOurs: true });
    await opened({ correlation_id: 'opssentinel:pagerduty:Q1' });
    expect(await until(1)).toEqual(['recorded']);
  });
});

describe('the simulated instance has the traps of the real one', () => {
  const patch = (sysId: string, fields: Loose) =>
    table(`/table/incident/${sysId}`, { method: 'PATCH', body: JSON.stringify(fields) });

  it('contracts 4.1: a query part that it does not know is left out, and the rest of the table comes back', async () => {
    await opened();
    await opened();
    const wrong = '/table/incident?sysparm_query=corelation_id=x&sysparm_fields=number';
    expect(((await (await table(wrong)).json()) as Loose).result).toHaveLength(2);
    await ask('POST', 'servicenow/behaviour', { invalidQueryReturnsNoRows: true });
    expect(((await (await table(wrong)).json()) as Loose).result).toHaveLength(0);
  });

  it('contracts 4.1: v1 answers an empty list with 404, later versions with 200', async () => {
    const none = 'table/incident?sysparm_query=number=INC1';
    expect([(await table(`/v1/${none}`)).status, (await table(`/v2/${none}`)).status, (await table(`/${none}`)).status]).toEqual([
      404, 200, 200,
    ]);
  });

  it('contracts 4.1: the limit counts before rights', async () => {
    const { number } = await opened();
    await opened();
    await ask('POST', 'servicenow/behaviour', { hidden: [number] });
    expect(((await (await table('/table/incident?sysparm_limit=1')).json()) as Loose).result).toEqual([]);
  });

  it('contracts 4.1: texts, references with links, journals that come back empty, nonsense that is left out with 200', async () => {
    const { sys_id: sysId } = await opened({ assigned_to: 'agent.one' });
    const answer = await patch(sysId, { state: '17', no_such_column: 'x', work_notes: 'hello' });
    const { result }: Loose = await answer.json();
    expect([answer.status, result.state, result.incident_state, result.no_such_column, result.work_notes]).toEqual([
      200,
      '1',
      '1',
      undefined,
      '',
    ]);
    expect(result.assigned_to).toEqual({ link: expect.stringContaining('/table/sys_user/'), value: expect.any(String) });
    expect(result.opened_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(Object.values(result).every((value) => typeof value === 'string' || typeof value === 'object')).toBe(true);
  });

  it('contracts 4.1: every write of a journal appends; the body can be left out', async () => {
    const { sys_id: sysId, number } = await opened();
    await patch(sysId, { work_notes: 'hello' });
    await patch(sysId, { work_notes: 'hello' });
    expect(await ask('GET', `servicenow/tickets/${number}`)).toMatchObject({ notes: ['hello', 'hello'], sys_mod_count: '2' });
  });

  it('contracts 4.1: On Hold wants its reason, Resolved its code and notes; both are 403', async () => {
    const { sys_id: sysId } = await opened();
    for (const [fields, missing] of [
      [{ state: '3' }, 'On hold reason'],
      [{ state: '6', close_notes: 'x' }, 'Resolution code'],
    ] as const) {
      const answer = await patch(sysId, fields);
      expect([answer.status, ((await answer.json()) as Loose).error.detail]).toEqual([403, expect.stringContaining(missing)]);
    }
  });
});
