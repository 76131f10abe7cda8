import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { start } from '../start.js';
import { plainRequest, startBench, type Bench } from '../testkit/bench.js';
import { incidentRow } from '../testkit/memory-ledger.js';
import { type Era, eras, type McpUser } from '../testkit/mcp-clients.js';
import { scopes, type Scope } from '../tokens.js';
import { readMcpSettings } from './settings.js';
import { tools } from './tools/index.js';

const id = 'bench:Q1';
const hash = 'a'.repeat(64);
const accept = 'application/json, text/event-stream';
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

function startWithIncident(options?: Parameters<typeof startBench>[0]): Promise<Bench> {
  return startBench(options).then((bench) => {
    bench.memory.incidents.set(id, incidentRow(id));
    bench.memory.decisions.set(id, { concluded: 'nothing' });
    return bench;
  });
}

describe('M22: who may use the agent as an MCP server', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startWithIncident();
  });
  afterAll(() => bench.close());
  const post = (headers: Record<string, string>, body: unknown = list): Promise<Response> =>
    bench.send('POST', '/mcp', 'viewer', body, { accept, ...headers });

  /** What each tool needs, written down once more: a tool without a line fails. */
  const needs: Record<string, Scope> = {
    list_incidents: 'viewer',
    get_incident: 'viewer',
    get_plan: 'viewer',
    explain_decision: 'viewer',
    list_rules: 'viewer',
    list_holds: 'viewer',
    get_evidence: 'viewer',
    propose_action: 'adviser',
  };
  const wrongScope = (text: string): boolean => / needs a token with scope \w+; [\w-]+ has \w+\.$/.test(text);

  it('the matrix has a line for every tool, and no other', () => {
    expect(Object.keys(needs).sort()).toEqual(tools.map(({ name }) => name).sort());
  });

  const cells = Object.entries(needs).flatMap(([tool, least]) =>
    scopes.map((scope) => ({ tool, scope, may: least === 'viewer' || ['adviser', 'operator', 'admin'].includes(scope) })),
  );
  it.each(cells)('$tool with a token of $scope: $may', async ({ tool, scope, may }) => {
    const user = await eras['2026-07-28'](bench.address, bench.token(scope));
    const args = { propose_action: { incident: id, proposal: 'approve', planHash: hash, reason: 'a test' } }[tool];
    const told = await user.call(tool, args ?? (/^(get|explain)_/.test(tool) ? { incident: id } : {}));
    await user.close();
    expect({ tool, refused: told.failed && wrongScope(told.text) }).toEqual({ tool, refused: !may });
  });

  it('nobody without a token of ours: 401 says how, whatever is asked for', async () => {
    for (const [authorization, method] of [
      [undefined, 'tools/list'],
      [undefined, 'server/discover'],
      [undefined, 'initialize'],
      ['Bearer wrong', 'tools/list'],
      [`Basic ${bench.token('admin')}`, 'tools/call'],
      [`Bearer ${bench.token('admin')}x`, 'tools/list'],
    ] as const) {
      const response = await fetch(`${bench.address}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, ...(authorization && { authorization }) },
        body: JSON.stringify({ ...list, method }),
      });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await response.text()).not.toContain('list_incidents');
    }
  });

  it.each([
    ['evil.example', undefined],
    ['evil.example:8080', undefined],
    ['localhost.evil.example', undefined],
    ['localhost@evil.example', undefined],
    ['10.0.0.7', undefined],
    ['localhost', 'http://evil.example'],
    ['127.0.0.1', 'https://localhost.evil.example'],
    ['localhost', 'null'],
    ['localhost', 'file://'],
    ['evil.example', 'http://localhost'],
  ])('a page of another site that leads its name here is 403: Host %s, Origin %s', async (host, origin) => {
    expect(await status({ host, ...(origin && { origin }) })).toBe(403);
  });

  it.each([
    ['localhost', undefined],
    ['LOCALHOST:8080', undefined],
    ['[::1]:8080', undefined],
    ['127.0.0.1', 'http://127.0.0.1:8080'],
    ['localhost', 'http://localhost:6274'],
  ])('this API under a name of its own is let in: Host %s, Origin %s', async (host, origin) => {
    expect(await status({ host, ...(origin && { origin }) })).toBe(200);
  });

  it('no page of another origin may read an answer', async () => {
    const response = await post({ origin: 'http://localhost:6274' });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(response.headers.get('cache-control')).toContain('no-store');
  });

  it('a body over 64 KiB, one that is compressed, one that is no JSON and one of another type are not read', async () => {
    const large = { ...list, params: { cursor: 'x'.repeat(65 * 1024) } };
    expect((await post({}, large)).status).toBe(413);
    expect((await post({ 'content-type': 'text/plain' }, large)).status).toBe(413);
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post({ 'content-encoding': 'gzip' })).status).toBe(415);
    const broken = { authorization: `Bearer ${bench.token('viewer')}`, 'content-type': 'application/json', accept };
    const body = '{"jsonrpc":';
    expect((await fetch(`${bench.address}/mcp`, { method: 'POST', headers: broken, body })).status).toBe(400);
  });

  it('keeps nothing between requests: no stream to open, no session to end, nothing to subscribe to', async () => {
    expect((await bench.get('/mcp', 'viewer', { accept: 'text/event-stream' })).status).toBe(405);
    expect((await bench.send('DELETE', '/mcp', 'viewer')).status).toBe(405);
    expect((await post({})).headers.get('mcp-session-id')).toBeNull();
    const listen = await modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    expect(await listen.text()).toContain('Subscription limit reached');
  });

  it('refuses what the revision refuses: another version, headers that do not agree, a method that is not there', async () => {
    expect((await modern('tools/list', {}, { 'mcp-protocol-version': '2099-01-01' })).status).toBe(400);
    expect((await modern('tools/list', {}, { 'mcp-method': 'tools/call' })).status).toBe(400);
    expect((await modern('resources/list', {})).status).toBe(404);
  });

  const status = (headers: Record<string, string>): Promise<number> =>
    plainRequest(bench.address, {
      method: 'POST',
      path: '/mcp',
      headers: { authorization: `Bearer ${bench.token('viewer')}`, 'content-type': 'application/json', accept, ...headers },
      chunks: [Buffer.from(JSON.stringify(list))],
    });

  const modern = (method: string, params: object, headers: Record<string, string> = {}): Promise<Response> => {
    const about = { protocolVersion: '2026-07-28', clientInfo: { name: 'raw', version: '1' }, clientCapabilities: {} };
    const meta = Object.entries(about).map(([name, value]) => [`io.modelcontextprotocol/${name}`, value]);
    const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: Object.fromEntries(meta) as object } };
    return post({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...headers }, body);
  };
});

describe.each(Object.keys(eras) as Era[])('M22: what a model may ask for, with a client of %s', (era) => {
  let bench: Bench;
  let user: McpUser;
  beforeAll(async () => {
    bench = await startWithIncident();
    user = await eras[era](bench.address, bench.token('admin'));
  });
  afterAll(async () => {
    await user.close();
    await bench.close();
  });

  it.each(['approve', 'postApproval', 'release_hold', 'resume', 'stop', 'run_action', 'Propose_Action', '__proto__', 'toString'])(
    'there is no tool %s, for an admin either',
    async (name) => {
      await expect(user.call(name, { incident: id })).rejects.toThrow(new RegExp(`Tool ${name} (not found|disabled)$`));
    },
  );

  it.each([
    '',
    ' ',
    '../evidence',
    'bench:Q1/../../x',
    "bench:Q1' or '1'='1",
    'bench:Q1\n',
    'bench:Q1\u0000',
    'ｂench:Q1',
    '-Q1',
    'x'.repeat(300),
    'bench:Q1;drop table incident',
  ])('an id that is none (%j) is refused before anything is read', async (incident) => {
    for (const tool of ['get_incident', 'get_plan', 'explain_decision', 'get_evidence', 'propose_action']) {
      const more = tool === 'propose_action' ? { proposal: 'reject', planHash: hash, reason: 'a test' } : {};
      const { failed, text } = await user.call(tool, { incident, ...more });
      expect({ tool, failed, refused: text.includes('Input validation error') }).toEqual({ tool, failed: true, refused: true });
    }
  });

  it('an id of nothing, and one that is a number, a list or missing, are errors that say so', async () => {
    expect(await user.call('get_plan', { incident: 'bench:FORGED' })).toMatchObject({
      failed: true,
      text: expect.stringContaining('There is no incident bench:FORGED'),
    });
    for (const incident of [1, ['bench:Q1'], { $ne: '' }, null, undefined])
      expect(await user.call('get_plan', { incident })).toMatchObject({ failed: true });
    expect(await user.call('get_plan', { incident: id, sql: '1' })).toMatchObject({ failed: true });
  });

  it('an answer that is too large says where to read it; a ledger that is away says so; neither shows our insides', async () => {
    bench.memory.decisions.set(id, { concluded: 'nothing', numbers: Array.from({ length: 60_000 }, (_, n) => n) });
    expect(await user.call('get_plan', { incident: id })).toMatchObject({
      failed: true,
      text: expect.stringContaining('GET /api/v1/incidents/{id}/plan'),
    });
    bench.memory.away.value = true;
    const { failed, text } = await user.call('list_incidents');
    bench.memory.away.value = false;
    expect([failed, text]).toEqual([true, expect.stringContaining('The ledger (PostgreSQL) does not answer')]);
    const wrong = await user.call('explain_decision', { incident: id });
    expect([wrong.failed, wrong.text]).toEqual([true, 'Something went wrong on our side; it is in the log of the API.']);
  });

  it('no token reaches the log', () => {
    for (const scope of scopes) expect(bench.logged()).not.toContain(bench.token(scope));
  });
});

describe('M22: how often', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('is limited per tool and caller: the others go on', async () => {
    bench = await startWithIncident({ limits: { mcpReadRate: { perSecond: 0.01, burst: 2 } } });
    const [viewer, admin] = await Promise.all(
      (['viewer', 'admin'] as const).map((scope) => eras['2026-07-28'](bench.address, bench.token(scope))),
    );
    const calls = [];
    for (let n = 0; n < 3; n += 1) calls.push((await viewer?.call('list_holds'))?.failed);
    expect(calls).toEqual([false, false, true]);
    expect(await viewer?.call('list_holds')).toMatchObject({ text: expect.stringMatching(/call again in \d+ s/) });
    expect([await viewer?.call('list_rules'), await admin?.call('list_holds')]).toMatchObject([
      { failed: false },
      { failed: false },
    ]);
    expect(await bench.metrics()).toContain('opssentinel_limited_total{what="mcp"} 2');
    await Promise.all([viewer?.close(), admin?.close()]);
  });

  it('is limited per address together with REST', async () => {
    bench = await startWithIncident({ limits: { restRate: { perSecond: 0.01, burst: 2 } } });
    const statuses = [(await bench.get('/api/v1/holds', 'viewer')).status];
    for (let n = 0; n < 2; n += 1) statuses.push((await bench.send('POST', '/mcp', 'viewer', list, { accept })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('not at all where it is switched off: there is nothing at /mcp', async () => {
    bench = await startWithIncident({ env: { BENCH_SECRET: 'a secret of a test', OPSSENTINEL_MCP: 'off' } });
    expect((await bench.send('POST', '/mcp', 'admin', list, { accept })).status).toBe(404);
    expect(bench.logged()).toContain('OPSSENTINEL_MCP is off');
  });
});

describe('the names of this API', () => {
  const hostsOf = (env: Record<string, string>, host = '127.0.0.1') => readMcpSettings(env, host).settings.hosts;

  it('are localhost, where it listens, its public address and those that are set', () => {
    expect(hostsOf({})).toEqual(['localhost', '127.0.0.1', '[::1]']);
    expect(hostsOf({ OPSSENTINEL_PUBLIC_URL: 'https://Ops.example.com:8443/x' }, '0.0.0.0')).toEqual([
      'localhost',
      '127.0.0.1',
      '[::1]',
      'ops.example.com',
    ]);
    expect(hostsOf({ OPSSENTINEL_MCP_HOSTS: 'api, 10.0.0.5 ,fd00::1' }, '::').slice(3)).toEqual(['api', '10.0.0.5', '[fd00::1]']);
  });

  it.each(['http://api', 'api:8080', 'api/mcp', 'a b', 'ada@api', '*'])('%s is none: the API does not start', async (name) => {
    const env = { OPSSENTINEL_MCP_HOSTS: name };
    const given = start({ env, host: '127.0.0.1', registry: { sources: new Map() } } as unknown as Parameters<typeof start>[0]);
    await expect(given).rejects.toThrow('OPSSENTINEL_MCP_HOSTS');
  });

  it('a word that is neither on nor off is refused', () => {
    expect(readMcpSettings({ OPSSENTINEL_MCP: 'no' }, '').problems).toEqual(['OPSSENTINEL_MCP must be on or off']);
    expect(['', 'on', 'off'].map((text) => readMcpSettings({ OPSSENTINEL_MCP: text }, '').settings.on)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
