import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { VendorError } from '../contract/errors.js';
import { connectPagerDuty } from './client.js';
import { type PagerDutyConfig, pagerDutyConfig, pagerDutyDoor } from './config.js';
import { call } from './testkit/given.js';

const token = 'u+Secret-Token_123';
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const config = (url: string): PagerDutyConfig => ({
  token,
  from: 'agent@example.com',
  apiUrl: url,
  eventsUrl: url,
  routingKey: 'R'.repeat(32),
  changeRoutingKey: undefined,
  statusUpdates: false,
  ourselves: [],
  subscriptions: [],
  reenables: false,
});

async function ask(url: string, method: 'GET' | 'PUT'): Promise<VendorError> {
  const asked = connectPagerDuty(config(url), 500).rest(call(), {
    method,
    path: '/incidents/Q1',
    ...(method === 'PUT' ? { body: {} } : {}),
    answer: z.object({ incident: z.object({ id: z.string() }) }),
  });
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VendorError)) throw new Error(`expected a VendorError, got ${String(error)}`);
  expect(error.message).not.toContain(token);
  return error;
}

const error = (code: number, message: string, errors: string[] = []): string =>
  JSON.stringify({ error: { code, message, errors } });

describe('what goes over the wire', () => {
  it('carries the token, the version, and From on writes only', async () => {
    const seen: { method: string | undefined; headers: unknown; body: string }[] = [];
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
      request.on('end', () => {
        seen.push({
          method: request.method,
          headers: { token: request.headers.authorization, accept: request.headers.accept, from: request.headers.from },
          body,
        });
        response.end('{"incident":{"id":"Q1"}}');
      });
    });
    const client = connectPagerDuty(config(url));
    const answer = z.object({ incident: z.object({ id: z.string() }) });
    await client.rest(call(), { method: 'GET', path: '/incidents/Q1', query: [['include[]', 'users']], answer });
    expect(await client.rest(call(), { method: 'PUT', path: '/incidents/Q1', body: { a: 'ü' }, answer })).toEqual({
      incident: { id: 'Q1' },
    });
    const accept = 'application/vnd.pagerduty+json;version=2';
    expect(seen).toEqual([
      { method: 'GET', headers: { token: `Token token=${token}`, accept, from: undefined }, body: '' },
      { method: 'PUT', headers: { token: `Token token=${token}`, accept, from: 'agent@example.com' }, body: '{"a":"ü"}' },
    ]);
  });
});

describe("errors in the product's terms", () => {
  it.each([
    [400, error(2001, 'Invalid Input Provided', ['Title is too long']), 'refused', 'refused'],
    [400, error(1001, 'Incident Already Resolved'), 'conflict', 'conflict'],
    [400, error(1005, 'Data updated'), 'unavailable', 'unavailable'],
    [400, error(1008, 'Requester User Not Found'), 'refused', 'refused'],
    [401, 'HTTP Token: Access denied.', 'forbidden', 'forbidden'],
    [403, error(2010, 'Access Denied'), 'forbidden', 'forbidden'],
    [404, error(2100, 'Not Found'), 'absent', 'absent'],
    [408, '', 'unavailable', 'ambiguous'],
    [409, error(2011, 'Conflict'), 'conflict', 'conflict'],
    [413, '', 'refused', 'refused'],
    [429, error(2020, 'Rate Limit Exceeded'), 'throttled', 'throttled'],
    [301, '', 'refused', 'refused'],
    [500, '<html>oops</html>', 'unavailable', 'ambiguous'],
    [502, '', 'unavailable', 'ambiguous'],
    [503, '', 'unavailable', 'ambiguous'],
    [200, 'not JSON', 'unavailable', 'ambiguous'],
    [200, '{"incident":{}}', 'unavailable', 'ambiguous'],
  ])('HTTP %i %s is %s after a read, %s after a write', async (status, body, read, write) => {
    const url = await serve((_request, response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body));
    expect((await ask(url, 'GET')).fault).toBe(read);
    expect((await ask(url, 'PUT')).fault).toBe(write);
  });

  it('makes one request: neither redirects nor errors are followed', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(requests === 1 ? 302 : 503, { location: '/elsewhere' }).end();
    });
    await ask(url, 'GET');
    await ask(url, 'PUT');
    expect(requests).toBe(2);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'ratelimit-reset': '42' }, 42_000],
    [{ 'retry-after': '3', 'ratelimit-reset': '42' }, 3_000],
    [{}, undefined],
    [{ 'retry-after': 'soon' }, undefined],
  ])(
    'M11: 429 with %j waits %s ms: ratelimit-reset is seconds, not a time of day, and both may be missing',
    async (headers, expected) => {
      const url = await serve((_request, response) => response.writeHead(429, headers).end());
      expect((await ask(url, 'PUT')).retryAfterMs).toBe(expected);
    },
  );

  it('a refused connection is certain, a broken one is not', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect([(await ask(url, 'GET')).fault, (await ask(url, 'PUT')).fault]).toEqual(['unavailable', 'ambiguous']);
    expect((await ask('http://127.0.0.1:1', 'PUT')).fault).toBe('unavailable');
  });

  it('never shows the token, even where the answer quotes it', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(400).end(error(2001, `Authorization: Token token=${token} and ${token}`, [token])),
    );
    expect((await ask(url, 'PUT')).message).toContain('[removed]');
  });
});

describe('configuration', () => {
  const env = { PAGERDUTY_API_TOKEN: token, PAGERDUTY_FROM: 'agent@example.com' };

  it('is not connected when nothing is set', () => {
    expect(pagerDutyConfig.parse({})).toBeUndefined();
    expect(
      pagerDutyConfig.parse({
        PAGERDUTY_API_TOKEN: '',
        PAGERDUTY_FROM: '',
        PAGERDUTY_API_URL: 'http://127.0.0.1:8090/pagerduty',
      }),
    ).toBeUndefined();
  });

  it('finds the addresses by region, unless they are given', () => {
    expect(pagerDutyConfig.parse(env)).toMatchObject({
      apiUrl: 'https://api.pagerduty.com',
      eventsUrl: 'https://events.pagerduty.com',
    });
    expect(pagerDutyConfig.parse({ ...env, PAGERDUTY_REGION: 'eu' })).toMatchObject({
      apiUrl: 'https://api.eu.pagerduty.com',
      eventsUrl: 'https://events.eu.pagerduty.com',
    });
    expect(pagerDutyConfig.parse({ ...env, PAGERDUTY_API_URL: 'http://127.0.0.1:8090/pagerduty/' })).toMatchObject({
      apiUrl: 'http://127.0.0.1:8090/pagerduty',
    });
  });

  it.each([
    [{ PAGERDUTY_API_TOKEN: token }, 'PAGERDUTY_FROM'],
    [{ PAGERDUTY_FROM: 'agent@example.com' }, 'PAGERDUTY_API_TOKEN'],
    [{ ...env, PAGERDUTY_FROM: 'agent' }, 'PAGERDUTY_FROM'],
    [{ ...env, PAGERDUTY_REGION: 'mars' }, 'PAGERDUTY_REGION'],
    [{ ...env, PAGERDUTY_API_URL: 'ftp://x' }, 'PAGERDUTY_API_URL'],
    [{ ...env, PAGERDUTY_ROUTING_KEY: 'short' }, 'PAGERDUTY_ROUTING_KEY'],
    [{ ...env, PAGERDUTY_USER_ID: 'P1,../x' }, 'PAGERDUTY_USER_ID'],
    [{ ...env, PAGERDUTY_CHANGE_ROUTING_KEY: `R${'a'.repeat(31)}` }, 'PAGERDUTY_CHANGE_ROUTING_KEY'],
    [{ ...env, PAGERDUTY_STATUS_UPDATES: 'yes' }, 'PAGERDUTY_STATUS_UPDATES'],
  ])('%j names %s, and no value', (given, name) => {
    const parsed = pagerDutyConfig.safeParse(given);
    expect(parsed.error?.issues.map((issue) => issue.path[0])).toContain(name);
    expect(JSON.stringify(parsed.error?.issues)).not.toContain(token);
  });

  it('the door is closed when nothing of it is set, and needs no secret where only tokens or certificates open it', () => {
    expect(pagerDutyDoor.parse({})).toBeUndefined();
    expect(pagerDutyDoor.parse({ PAGERDUTY_USER_ID: 'P1', PAGERDUTY_APPROVE_BUTTON: ' Approve ' })).toMatchObject({
      secrets: [],
      approveButton: 'Approve',
    });
    const same = { PAGERDUTY_APPROVE_BUTTON: 'Decide', PAGERDUTY_REJECT_BUTTON: 'Decide' };
    expect(pagerDutyDoor.safeParse(same).success).toBe(false);
  });

  it('the door takes two secrets and several users, and an empty secret stops the start', () => {
    expect(pagerDutyDoor.parse({ PAGERDUTY_WEBHOOK_SECRETS: 'one, two', PAGERDUTY_USER_ID: 'P1,P2' })).toEqual({
      secrets: ['one', 'two'],
      ourselves: ['P1', 'P2'],
    });
    for (const secrets of ['', ' ', ',', 'one,', 'one,,two']) {
      expect(pagerDutyDoor.safeParse({ PAGERDUTY_WEBHOOK_SECRETS: secrets }).success).toBe(false);
    }
  });
});
