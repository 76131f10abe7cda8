import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testCall } from '../contract/testkit/call.js';
import { begin, pinOf } from './testkit/given.js';
import { failure, give, listing, result, type Rogue, type Script, startRogue, tool } from './testkit/rogue.js';
import { connectServers } from './testkit/samples.js';
import { toolPins } from './pins.js';
import { toolHash } from './tool.js';

let rogue: Rogue;
beforeAll(async () => {
  rogue = await startRogue();
});
afterEach(() => rogue.reset());
afterAll(() => rogue.close());

const token = 'tok-of-this-test';
const connect = (url = rogue.url, deadlines = { read: 1_500, run: 1_500 }) =>
  connectServers({ kubernetes: { url, token, headers: { 'X-Api-Key': 'key-of-this-test' } } }, deadlines);
const sha256 = toolHash(tool);
const start = (client = connect()) => begin(client, { sha256 });
const calls = () => rogue.asked.filter((method) => method === 'tools/call').length;

/** Answers by a stream that gives these lines and ends. */
const stream =
  (lines: string): Script =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(lines);

describe('what a server answers to the call', () => {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}): Script => {
    return (_request, response) => give(response, status, body, headers);
  };
  const stepUp = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' };
  const cases: [string, Script, string][] = [
    ['-32700', failure(200, -32700, 'Parse error'), 'refused'],
    ['-32600', failure(200, -32600, 'Invalid request'), 'refused'],
    ['-32601', failure(200, -32601, 'Method not found'), 'refused'],
    ['404 with -32601, as 2026-07-28 says it', failure(404, -32601, 'Method not found'), 'refused'],
    ['-32602', failure(200, -32602, 'Invalid arguments'), 'refused'],
    ['-32602 after the tool has run', failure(200, -32602, 'MCP error -32602: Output validation error: no content'), 'ambiguous'],
    ['400 with -32020, HeaderMismatch', failure(400, -32020, 'Header mismatch'), 'refused'],
    ['400 with -32021, a missing capability', failure(400, -32021, 'elicitation'), 'refused'],
    ['400 with -32022, an unknown version', failure(400, -32022, 'version'), 'refused'],
    ['-32042, an address that a person shall open', failure(200, -32042, 'confirm'), 'refused'],
    ['-32603, which may come from within the tool', failure(200, -32603, 'Internal error'), 'ambiguous'],
    ['a code of its own', failure(200, -32050, 'quota'), 'ambiguous'],
    ['an input_required result', result({ resultType: 'input_required', inputRequests: {}, requestState: 'x' }), 'refused'],
    ['a result of an unknown type', result({ resultType: 'task', task: {} }), 'ambiguous'],
    ['a result that is none', result({ content: 'restarted' }), 'ambiguous'],
    [
      'no JSON',
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>ok</p>'),
      'ambiguous',
    ],
    ['half of it', json(200, { jsonrpc: '2.0' }), 'ambiguous'],
    ['a stream that ends without it', stream(': nothing\n\n'), 'ambiguous'],
    ['a stream that could be taken up again', stream('id: 7\ndata:\n\n'), 'ambiguous'],
    ['over 8 MiB', json(200, { jsonrpc: '2.0', x: 'x'.repeat(9 * 1024 * 1024) }), 'ambiguous'],
    ['400', json(400, { message: 'bad' }), 'refused'],
    ['401', json(401, {}, { 'www-authenticate': 'Bearer resource_metadata="http://127.0.0.1:9/x"' }), 'forbidden'],
    ['403', json(403, {}), 'forbidden'],
    ['403 that wants more scope', json(403, {}, stepUp), 'forbidden'],
    ['404', json(404, {}), 'absent'],
    ['404 for a session that is gone', failure(404, -32001, 'Session not found'), 'absent'],
    ['409', json(409, {}), 'conflict'],
    ['429', json(429, {}, { 'retry-after': '7' }), 'throttled'],
    ['500', json(500, {}), 'ambiguous'],
    ['503', json(503, {}, { 'retry-after': '7' }), 'ambiguous'],
    ['307 to itself', json(307, {}, { location: '/mcp' }), 'refused'],
    ['302 to elsewhere', json(302, {}, { location: 'http://127.0.0.1:9/mcp' }), 'refused'],
    ['nothing but the end of the connection', (_request, _response, raw) => void raw.socket.resetAndDestroy(), 'ambiguous'],
  ];
  it.each(cases)('%s is judged, and the call is sent once', async (_what, script, fault) => {
    rogue.on('tools/call', script);
    const error = await start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'VendorError', vendor: 'mcp', fault });
    expect(calls()).toBe(1);
    if (fault === 'throttled') expect(error).toMatchObject({ retryAfterMs: 7_000 });
    expect(rogue.asked).not.toContain('GET');
  });

  it('what happens to the stream beside it proves nothing of the call', async () => {
    const initialized = result({
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'x', version: '1' },
    });
    rogue.on('server/discover', failure(404, -32601, 'Method not found'));
    rogue.on('initialize', initialized);
    rogue.on('notifications/initialized', (_request, response) => void response.writeHead(202).end());
    rogue.on('GET', (_request, response) => give(response, 307, {}, { location: 'http://127.0.0.1:9/mcp' }));
    rogue.on('tools/call', () => undefined);
    await expect(start(connect(rogue.url, { read: 800, run: 800 }))).rejects.toMatchObject({ fault: 'ambiguous' });
    expect(rogue.asked).toContain('GET');
    expect(calls()).toBe(1);
  });

  it('a tool that marks an argument for a header is not called again after HeaderMismatch', async () => {
    const mirrored = {
      ...tool,
      inputSchema: { type: 'object', properties: { namespace: { type: 'string', 'x-mcp-header': 'Namespace' }, name: {} } },
    };
    rogue.on('tools/list', listing([mirrored]));
    rogue.on('tools/call', failure(400, -32020, 'Mcp-Param-Namespace'));
    await expect(begin(connect(), { sha256: toolHash(mirrored) })).rejects.toMatchObject({ fault: 'refused' });
    expect(calls()).toBe(1);
  });

  it('a result that is not as the output schema says was a run all the same', async () => {
    const promising = { ...tool, outputSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] } };
    rogue.on('tools/list', listing([promising]));
    await expect(begin(connect(), { sha256: toolHash(promising) })).resolves.toMatchObject({ ref: { failed: false } });
  });
});

describe('before the call', () => {
  const nothingDone = async (given: Promise<unknown>, expected: object) => {
    await expect(given).rejects.toMatchObject({ name: 'VendorError', ...expected });
    expect(calls()).toBe(0);
  };

  it.each([
    ['401', 'forbidden'],
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['500', 'unavailable'],
    ['503', 'unavailable'],
  ])('%s at the first question is %s', async (status, fault) => {
    const refuse: Script = (_request, response) => give(response, Number(status), {}, { 'retry-after': '7' });
    for (const method of ['server/discover', 'initialize']) rogue.on(method, refuse);
    const later = fault === 'throttled' || status === '503' ? { retryAfterMs: 7_000 } : {};
    await nothingDone(start(), { fault, ...later });
  });

  it('nobody there is certainly not done', async () => {
    await nothingDone(start(connect('http://127.0.0.1:9/mcp')), { fault: 'unavailable' });
    await nothingDone(start(connect('http://nowhere.invalid/mcp')), { fault: 'unavailable' });
    await nothingDone(begin(connectServers({ kubernetes: { url: 'http://127.0.0.1:9/sse', transport: 'sse' } }), { sha256 }), {
      fault: 'unavailable',
    });
  });

  it('a server that never answers is not waited for longer than said', async () => {
    rogue.on('tools/list', () => undefined);
    await nothingDone(start(connect(rogue.url, { read: 300, run: 300 })), { fault: 'unavailable' });
  });

  it('a stream that never names its endpoint is not waited for either', async () => {
    rogue.on('GET', (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders());
    const client = connectServers({ kubernetes: { url: rogue.url, transport: 'sse' } }, { read: 300, run: 300 });
    await nothingDone(begin(client, { sha256 }), { fault: 'unavailable' });
  });

  it.each(['sse', 'http'])('a redirect is never followed (%s)', async (transport) => {
    const away: Script = (_request, response) => give(response, 307, {}, { location: 'http://127.0.0.1:9/mcp' });
    for (const method of ['server/discover', 'initialize', 'GET']) rogue.on(method, away);
    const client = connectServers({ kubernetes: { url: rogue.url, transport, token } }, { read: 700, run: 700 });
    await nothingDone(begin(client, { sha256 }), { fault: 'refused', message: expect.stringContaining('redirect') });
  });

  it('an endpoint of another origin gets no call', async () => {
    rogue.on('GET', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: endpoint\ndata: http://127.0.0.1:9/messages\n\n');
    });
    const client = connectServers({ kubernetes: { url: rogue.url, transport: 'sse', token } }, { read: 700, run: 700 });
    await nothingDone(begin(client, { sha256 }), { fault: 'unavailable' });
  });

  it('a list that does not end, or holds the tool twice, or changes between pages, is refused', async () => {
    let page = 0;
    rogue.on('tools/list', (request, response, raw) => {
      listing([{ ...tool, name: `tool_${++page}` }], { nextCursor: String(page) })(request, response, raw);
    });
    await nothingDone(start(connect(rogue.url, { read: 5_000, run: 5_000 })), { fault: 'refused' });
    rogue.on('tools/list', listing([tool, { ...tool, description: 'another' }]));
    await nothingDone(start(), { fault: 'refused', message: expect.stringContaining('twice') });
  });
});

describe('secrets', () => {
  it('never stand in an error, whatever the server quotes', async () => {
    rogue.on('tools/call', (request, response, raw) => {
      const quoted = JSON.stringify(raw.headers);
      failure(200, -32603, `${quoted} ${encodeURIComponent(token)} ${Buffer.from(token).toString('base64')}`)(
        request,
        response,
        raw,
      );
    });
    const error = (await start().catch((thrown: unknown) => thrown)) as Error;
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    for (const secret of [token, 'key-of-this-test', Buffer.from(token).toString('base64')]) expect(shown).not.toContain(secret);
    expect(error.message.length).toBeLessThan(400);
  });

  it('nor in what the tool says: that is its own text, on one bounded line without marks that move a terminal', async () => {
    const text = `${'x'.repeat(5_000)}\u001b[2J\r\n\u202egnihton\u0000`;
    rogue.on(
      'tools/call',
      result({
        content: [
          { type: 'text', text },
          { type: 'image', data: 'AA==', mimeType: 'image/png' },
        ],
      }),
    );
    const { ref, says } = await start();
    expect(String(ref['says'])).toHaveLength(300);
    rogue.on('tools/call', result({ content: [{ type: 'text', text: '\u001b[2Ja\r\nb\u202e\u0000c\u009b' }] }));
    expect((await start()).ref).toMatchObject({ says: 'a bc' });
    // oxlint-disable-next-line no-control-regex
    expect(says).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe('mcp pin', () => {
  it('gives the hash that a call is held against, and shows what it stands for', async () => {
    const hostile = { ...tool, description: 'Restart\u001b[2J\u202e a deployment', annotations: { readOnlyHint: true } };
    rogue.on('tools/list', listing([hostile]));
    const [pin] = await toolPins.read(testCall(connect()), 'kubernetes', 'rollout_restart');
    expect(pin).toMatchObject({
      sha256: toolHash(hostile),
      says: 'Restart a deployment',
      definition: { annotations: { readOnlyHint: true } },
    });
    await expect(begin(connect(), { sha256: await pinOf(connect()) })).resolves.toBeDefined();
    await expect(toolPins.read(testCall(connect()), 'kubernetes', 'other')).rejects.toMatchObject({ fault: 'absent' });
    await expect(toolPins.read(testCall(connect()), 'elsewhere')).rejects.toMatchObject({ fault: 'absent' });
  });
});
