import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestSandbox, type TestSandbox } from '../contract/testkit/sandbox.js';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.close());

const version = '2026-07-28';
const meta = {
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const stateless = {
  'mcp-protocol-version': version,
  'mcp-method': 'tools/call',
  'mcp-name': 'get_deployment',
  'mcp-param-namespace': 'shop',
};
const body = {
  method: 'tools/call',
  params: { name: 'get_deployment', arguments: { namespace: 'shop', name: 'checkout' }, _meta: meta },
};

async function send(message: object, headers: Record<string, string> = {}, method = 'POST') {
  const response = await fetch(`${sandbox.address}/mcp/kubernetes`, {
    method,
    headers: { authorization: 'Bearer sandbox-mcp-token', accept: 'application/json, text/event-stream', ...headers },
    ...(method === 'POST' ? { body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }) } : {}),
  });
  const text = await response.text();
  const answer = (text === '' ? {} : JSON.parse(text)) as { error?: { code: number; data?: object }; result?: object };
  return { status: response.status, headers: response.headers, ...answer };
}

/** A client that forgets something must not get away with it here, for it would not at a real server. */
describe('the simulated server', () => {
  it('of 2026-07-28 checks headers against the body', async () => {
    expect(await send(body, stateless)).toMatchObject({ status: 200, result: { resultType: 'complete' } });
    for (const name of Object.keys(stateless)) {
      expect(await send(body, { ...stateless, [name]: 'other' })).toMatchObject({ status: 400, error: { code: -32020 } });
      const { [name as keyof typeof stateless]: _left, ...others } = stateless;
      expect(await send(body, others as Record<string, string>)).toMatchObject({ status: 400, error: { code: -32020 } });
    }
  });

  it('of 2026-07-28 has no session and no initialize, and wants version and capabilities in each request', async () => {
    await sandbox.tell('mcp', 'behave', { era: '2026' });
    const initialize = { method: 'initialize', params: { protocolVersion: '2025-11-25' } };
    expect(await send(initialize)).toMatchObject({ status: 400 });
    const asStateless = { method: 'initialize', params: { _meta: meta } };
    expect(await send(asStateless, { 'mcp-protocol-version': version, 'mcp-method': 'initialize' })).toMatchObject({
      status: 404,
      error: { code: -32601 },
    });
    const later = { ...meta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    expect(
      await send(
        { method: 'tools/list', params: { _meta: later } },
        { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/list' },
      ),
    ).toMatchObject({ status: 400, error: { code: -32022, data: { supported: [version] } } });
    const { 'io.modelcontextprotocol/clientCapabilities': _none, ...bare } = meta;
    expect(
      await send(
        { method: 'tools/list', params: { _meta: bare } },
        { 'mcp-protocol-version': version, 'mcp-method': 'tools/list' },
      ),
    ).toMatchObject({ status: 400 });
    for (const method of ['GET', 'DELETE']) expect(await send({}, {}, method)).toMatchObject({ status: 405 });
    const discover = { method: 'server/discover', params: { _meta: meta } };
    expect(await send(discover, { 'mcp-protocol-version': version, 'mcp-method': 'server/discover' })).toMatchObject({
      result: { supportedVersions: [version], ttlMs: expect.any(Number), cacheScope: 'public' },
    });
  });

  it('of 2025-11-25 wants a session that it has begun', async () => {
    await sandbox.tell('mcp', 'behave', { era: '2025' });
    expect(await send({ method: 'tools/list' })).toMatchObject({ status: 400 });
    expect(await send({ method: 'tools/list' }, { 'mcp-session-id': 'mine' })).toMatchObject({ status: 404 });
    expect(await send({ method: 'server/discover', params: { _meta: meta } })).toMatchObject({ status: 400 });
    const { headers } = await send({ method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    const session = { 'mcp-session-id': headers.get('mcp-session-id') ?? '' };
    expect(await send({ method: 'tools/list' }, session)).toMatchObject({ result: { nextCursor: '2' } });
    expect(await send({ id: undefined, method: 'notifications/initialized' }, session)).toMatchObject({ status: 202 });
    expect(await send({ method: 'resources/list' }, session)).toMatchObject({ error: { code: -32601 } });
    expect(await send({ method: 'tools/list' }, { ...session, accept: 'application/json' })).toMatchObject({ status: 406 });
    expect(await send({ method: 'tools/list' }, { ...session, 'mcp-protocol-version': '2099-01-01' })).toMatchObject({
      status: 400,
    });
    expect(await send({}, session, 'GET')).toMatchObject({ status: 405 });
    expect(await send({}, session, 'DELETE')).toMatchObject({ status: 200 });
    expect(await send({ method: 'tools/list' }, session)).toMatchObject({ status: 404 });
  });

  it('wants its token, names where rights are got, and serves no web page', async () => {
    const unproven = await send(body, { ...stateless, authorization: 'Bearer other' });
    expect(unproven).toMatchObject({ status: 401 });
    expect(unproven.headers.get('www-authenticate')).toContain('resource_metadata=');
    expect(await send(body, { ...stateless, origin: 'https://evil.example.com' })).toMatchObject({ status: 403 });
  });
});
