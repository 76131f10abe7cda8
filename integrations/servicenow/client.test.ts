import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallWith } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { testCall } from '../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../contract/testkit/sandbox.js';
import { connectServiceNow, type ServiceNowClient } from './client.js';
import { serviceNowConfig, serviceNowDoor } from './config.js';
import { getTicket, patchTicket } from './table.js';
import { connected, control, type Loose } from './testkit/given.js';

let sandbox: TestSandbox;
const told = control(() => sandbox.address);
const behave = (change: Loose): Promise<Loose> => told('POST', 'servicenow/behaviour', change);
const ticket = (fields: Loose = {}): Promise<Loose> => told('POST', 'servicenow/tickets', { short_description: 'x', ...fields });

beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const refusal = async (work: Promise<unknown>): Promise<VendorError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VendorError)) throw new Error(`expected a VendorError, got ${String(error)}`);
  for (const secret of ['sandbox-password', 'sandbox-client-secret']) expect(error.message).not.toContain(secret);
  return error;
};

const oauth = {
  SERVICENOW_PASSWORD: '',
  SERVICENOW_CLIENT_ID: 'sandbox-client',
  SERVICENOW_CLIENT_SECRET: 'sandbox-client-secret',
};

describe('what a refusal means', () => {
  it('403 of a data policy is a validation: refused, with the names of the missing fields', async () => {
    const { sys_id: sysId } = await ticket();
    const error = await refusal(patchTicket(connected(sandbox), sysId, { state: '6' }));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('Resolution code, Close notes');
    expect(error.message).toContain('SERVICENOW_CLOSE_CODE');
  });

  it('a resolution code that is no choice counts as missing', async () => {
    const { sys_id: sysId } = await ticket();
    const wrong = { state: '6', close_code: 'Solved by magic', close_notes: 'x' };
    const error = await refusal(patchTicket(connected(sandbox), sysId, wrong));
    expect(error).toMatchObject({ fault: 'refused' });
    expect(error.message).toContain('mandatory: Resolution code');
    expect(error.message).not.toContain('Close notes');
  });

  it('another 403, and 401, are forbidden; 404 is absent', async () => {
    const { sys_id: sysId, number } = await ticket();
    await behave({ sealed: [number] });
    expect(await refusal(patchTicket(connected(sandbox), sysId, { work_notes: 'x' }))).toMatchObject({ fault: 'forbidden' });
    const wrong = connected(sandbox, { SERVICENOW_PASSWORD: 'not it' });
    const error = await refusal(getTicket(wrong, sysId));
    expect(error.fault).toBe('forbidden');
    expect(error.message).toContain('check SERVICENOW_USER');
    expect(await refusal(getTicket(connected(sandbox), 'f'.repeat(32)))).toMatchObject({ fault: 'absent' });
  });

  it('429 says when to come again by Retry-After, or by X-RateLimit-Reset, a Unix time', async () => {
    const { sys_id: sysId } = await ticket();
    for (const rateLimitSays of ['retry-after', 'reset']) {
      await sandbox.reset();
      await behave({ rateLimit: 1, rateLimitSays });
      await refusal(getTicket(connected(sandbox), sysId)).catch(() => undefined);
      const error = await refusal(getTicket(connected(sandbox), sysId));
      expect(error.fault).toBe('throttled');
      // The rule counts by the hour, and its first request was made a moment ago.
      expect(error.retryAfterMs).toBeGreaterThan(3_500_000);
      expect(error.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    }
  });

  it.each(['500', '503'] as const)('%s of a transaction quota may hide a write, never a read', async (kind) => {
    const { sys_id: sysId } = await ticket();
    await sandbox.fault('GET incident/{sys_id}', kind);
    expect(await refusal(getTicket(connected(sandbox), sysId))).toMatchObject({ fault: 'unavailable' });
    await sandbox.fault('PATCH incident/{sys_id}', kind);
    expect(await refusal(patchTicket(connected(sandbox), sysId, { work_notes: 'x' }))).toMatchObject({ fault: 'ambiguous' });
  });

  it('a deadline ends a read as unavailable, and a write as ambiguous', async () => {
    const { sys_id: sysId } = await ticket();
    await sandbox.fault('GET incident/{sys_id}', 'execute-then-timeout');
    expect(await refusal(getTicket(connected(sandbox, {}, 150), sysId))).toMatchObject({ fault: 'unavailable' });
    await sandbox.fault('PATCH incident/{sys_id}', 'slow-body');
    expect(await refusal(patchTicket(connected(sandbox, {}, 150), sysId, { work_notes: 'x' }))).toMatchObject({
      fault: 'ambiguous',
    });
  });
});

describe('OAuth', () => {
  const given = async (): Promise<number> => (await told('GET', 'servicenow/tokens')).given;

  it('asks for one token, by client credentials or with a password, and uses it until shortly before it runs out', async () => {
    const { sys_id: sysId } = await ticket();
    for (const change of [oauth, { ...oauth, SERVICENOW_PASSWORD: 'sandbox-password' }]) {
      const before = await given();
      const call = connected(sandbox, change);
      await getTicket(call, sysId);
      await getTicket(call, sysId);
      expect((await given()) - before).toBe(1);
      const later = { ...call, now: () => Date.now() + 1_799_000 - 59_000 };
      await getTicket(later, sysId);
      expect((await given()) - before).toBe(2);
    }
  });

  it('a token that is not taken any more is asked for anew, once', async () => {
    const { sys_id: sysId } = await ticket();
    const call = connected(sandbox, oauth);
    await getTicket(call, sysId);
    await told('POST', 'servicenow/tokens/revoke');
    await patchTicket(call, sysId, { work_notes: 'once' });
    expect(await given()).toBe(2);
    expect((await told('GET', `servicenow/tickets/${sysId}`)).notes).toEqual(['once']);
  });

  it('a client that is not accepted is forbidden, and asked for one token only', async () => {
    const { sys_id: sysId } = await ticket();
    const error = await refusal(getTicket(connected(sandbox, { ...oauth, SERVICENOW_CLIENT_SECRET: 'wrong' }), sysId));
    expect(error).toMatchObject({ fault: 'forbidden' });
    const calls: Loose[] = await told('GET', 'calls');
    expect(calls.map(({ operation }) => operation)).toEqual(['POST /oauth_token.do']);
  });

  it('a token that is refused time after time is given up: two requests for it, not a loop', async () => {
    let tokens = 0;
    const url = await serve((request, response) => {
      const isToken = request.url?.startsWith('/oauth_token.do') === true;
      if (isToken) tokens += 1;
      response.writeHead(isToken ? 200 : 401, { 'content-type': 'application/json' });
      response.end(
        isToken ? `{"access_token":"secret-token-${tokens}","expires_in":1799}` : '{"error":{"message":"secret-token-2"}}',
      );
    });
    const error = await refusal(getTicket(other(url, oauth), 'a'.repeat(32)));
    expect(error).toMatchObject({ fault: 'forbidden' });
    expect(error.message).not.toContain('secret-token');
    expect(tokens).toBe(2);
  });
});

let server: Server | undefined;
afterAll(() => void server?.close());

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const other = (url: string, change: Record<string, string>): CallWith<ServiceNowClient> => {
  const config = serviceNowConfig.parse({ SERVICENOW_URL: url, ...change });
  if (!config) throw new Error('not connected');
  return testCall(connectServiceNow(config));
};

describe('configuration', () => {
  const problems = (env: Record<string, string>): string[] =>
    (serviceNowConfig.safeParse(env).error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  const whole = { SERVICENOW_URL: 'https://x.service-now.com/', SERVICENOW_USER: 'opssentinel', SERVICENOW_PASSWORD: 'p' };

  it('is not connected where only the door or nothing is configured', () => {
    for (const env of [{}, { SERVICENOW_USER: 'opssentinel', SERVICENOW_TABLE: 'incident' }, { SERVICENOW_URL: '' }])
      expect(serviceNowConfig.parse(env)).toBeUndefined();
  });

  it('has its defaults', () => {
    expect(serviceNowConfig.parse(whole)).toEqual({
      url: 'https://x.service-now.com',
      credentials: { kind: 'basic', user: 'opssentinel', password: 'p' },
      user: 'opssentinel',
      table: 'incident',
      closeCode: undefined,
      openTickets: false,
    });
  });

  it.each<[Record<string, string>, string]>([
    [{ SERVICENOW_URL: 'https://x.service-now.com' }, 'SERVICENOW_PASSWORD is not set'],
    [{ SERVICENOW_USER: 'a', SERVICENOW_PASSWORD: 'p' }, 'SERVICENOW_URL is not set'],
    [{ ...whole, SERVICENOW_USER: '' }, 'SERVICENOW_USER is not set'],
    [{ ...whole, SERVICENOW_USER: 'a^b' }, 'SERVICENOW_USER is not a ServiceNow user name'],
    [{ ...whole, SERVICENOW_CLIENT_ID: 'c' }, 'SERVICENOW_CLIENT_SECRET is not set'],
    [{ ...whole, SERVICENOW_CLIENT_SECRET: 'c' }, 'SERVICENOW_CLIENT_ID is not set'],
    [{ ...whole, SERVICENOW_URL: 'x.service-now.com' }, 'SERVICENOW_URL is not an http or https address'],
    [{ ...whole, SERVICENOW_OPEN_TICKETS: 'yes' }, 'SERVICENOW_OPEN_TICKETS is neither true nor false'],
    [{ ...whole, SERVICENOW_TABLE: 'incident/../sys_user' }, 'SERVICENOW_TABLE is not the name of a table'],
  ])('%j: %s', (env, says) => {
    expect(problems(env).join('\n')).toContain(says);
  });

  it('an empty webhook secret stops the start; without any the door is for tokens and certificates', () => {
    for (const secrets of ['', 'a,,b', ' '])
      expect(serviceNowDoor.safeParse({ SERVICENOW_WEBHOOK_SECRETS: secrets }).success).toBe(false);
    expect(serviceNowDoor.parse({})).toBeUndefined();
    expect(serviceNowDoor.parse({ SERVICENOW_USER: 'opssentinel' })).toMatchObject({ secrets: [], ourselves: ['opssentinel'] });
  });
});
