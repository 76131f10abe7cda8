import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { VendorError } from '../contract/errors.js';
import { anything, createHttp, faultOfStatus, type HttpOptions, type HttpRequest, retryAfterMs } from './http.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let address: string;
let handle: Handler;
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      handle(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const secret = 'tok&en "0f/three=words';
const answer = (status: number, body: string, headers: Record<string, string> = {}): Handler => {
  return (_request, response) => void response.writeHead(status, headers).end(body);
};
const ask = (
  over: Partial<HttpRequest<z.ZodType>> = {},
  options: Partial<HttpOptions> = {},
  signal = new AbortController().signal,
) =>
  createHttp({ vendor: 'vendor', secrets: [secret], deadlineMs: 400, ...options })(
    { signal, now: () => Date.parse('2026-09-30T08:14:00Z') },
    { method: 'GET', url: `${address}/thing`, operation: 'GET /thing', answer: anything, ...over },
  );
async function refusal(given: Promise<unknown>): Promise<VendorError> {
  const error = await given.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VendorError);
  return error as VendorError;
}
const read = { method: 'GET' } as const;
const write = { method: 'POST', operation: 'POST /thing', body: { a: 1 } } as const;

describe('an answer', () => {
  it('is parsed, and only the fields that are used come out', async () => {
    handle = answer(200, '{"id":7,"other":true}', { 'X-Total': '3' });
    expect(await ask({ answer: z.object({ id: z.number() }) })).toEqual({
      status: 200,
      headers: expect.objectContaining({ 'x-total': '3' }),
      body: { id: 7 },
    });
  });

  it('may be empty, or no JSON', async () => {
    handle = answer(204, '');
    expect(await ask()).toMatchObject({ status: 204, body: undefined });
    handle = answer(200, 'ok');
    expect(await ask()).toMatchObject({ body: 'ok' });
  });

  it('that is not what is documented: not there after a read, ambiguous after a write', async () => {
    handle = answer(200, '{"id":"seven"}');
    const wanted = { answer: z.object({ id: z.number() }) };
    expect(await refusal(ask({ ...read, ...wanted }))).toMatchObject({ fault: 'unavailable' });
    const error = await refusal(ask({ ...write, ...wanted }));
    expect(error).toMatchObject({
      fault: 'ambiguous',
      message: 'vendor: POST /thing: the answer is not what is documented (id)',
    });
  });

  it('that is larger than allowed is given up', async () => {
    handle = answer(200, 'x'.repeat(2_000));
    expect(await refusal(ask(read, { largestAnswer: 1_000 }))).toMatchObject({ fault: 'unavailable' });
    expect(await refusal(ask(write, { largestAnswer: 1_000 }))).toMatchObject({ fault: 'ambiguous' });
    expect(await ask(read, { largestAnswer: 2_000 })).toMatchObject({ status: 200 });
  });

  it('whose size nobody says is given up as soon as it is too large', async () => {
    handle = (_request, response) => {
      const more = setInterval(() => response.write('x'.repeat(600)), 5);
      response.on('close', () => clearInterval(more));
    };
    expect(await refusal(ask(read, { largestAnswer: 1_000, deadlineMs: 20_000 }))).toMatchObject({ fault: 'unavailable' });
  });
});

describe('a request', () => {
  it('carries its query, headers and JSON, once', async () => {
    handle = answer(200, '{}');
    const query = [
      ['q', 'a b&c'],
      ['q', 'd'],
    ] as const;
    await ask({ ...write, query, headers: { authorization: `Token ${encodeURIComponent(secret)}` } });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/thing?q=a+b%26c&q=d', body: '{"a":1}' });
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'OpsSentinel' });
  });

  it('sends text and bytes as they are', async () => {
    handle = answer(200, '');
    await ask({ ...write, body: '{"x":1}\n{"y":2}\n', headers: { 'content-type': 'application/x-ndjson' } });
    await ask({ ...write, body: new TextEncoder().encode('bytes'), headers: { 'content-type': 'text/plain' } });
    expect(seen.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['{"x":1}\n{"y":2}\n', 'application/x-ndjson'],
      ['bytes', 'text/plain'],
    ]);
  });

  it.each([500, 502, 503, 429, 408])('that is answered %d is not repeated', async (status) => {
    handle = answer(status, '');
    await refusal(ask(write));
    expect(seen).toHaveLength(1);
  });

  it('does not go through the proxy that the environment names', async () => {
    handle = answer(200, '');
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    try {
      expect(await ask()).toMatchObject({ status: 200 });
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });
});

describe('the deadline', () => {
  it.each([
    [read, 'unavailable'],
    [write, 'ambiguous'],
  ] as const)('counts to the last byte of a body that trickles in: %p', async (request, fault) => {
    handle = (_request, response) => {
      response.writeHead(200).flushHeaders();
      const more = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(more));
    };
    expect(await refusal(ask(request))).toMatchObject({ fault });
  });

  it('ends a wait for an answer that never comes', async () => {
    handle = () => {};
    expect(await refusal(ask(read))).toMatchObject({ fault: 'unavailable' });
    expect(await refusal(ask(write))).toMatchObject({ fault: 'ambiguous' });
  });

  it('cancelling ends it at once: a write may have happened', async () => {
    handle = () => {};
    const cancel = new AbortController();
    const given = ask(write, { deadlineMs: 30_000 }, cancel.signal);
    setTimeout(() => cancel.abort(), 30);
    expect(await refusal(given)).toMatchObject({ fault: 'ambiguous' });
  });
});

describe('a connection', () => {
  it('that was never there: certainly not done', async () => {
    for (const url of ['http://127.0.0.1:9/thing', 'http://nowhere.invalid/thing'])
      expect(await refusal(ask({ ...write, url }))).toMatchObject({ fault: 'unavailable' });
  });

  it('that breaks before or in the answer: a write may have happened', async () => {
    handle = (request) => request.socket.resetAndDestroy();
    expect(await refusal(ask(write))).toMatchObject({ fault: 'ambiguous' });
    expect(await refusal(ask(read))).toMatchObject({ fault: 'unavailable' });
    handle = (request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    };
    expect(await refusal(ask(write))).toMatchObject({ fault: 'ambiguous' });
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%d is refused, and nobody else is asked', async (status) => {
    handle = answer(status, '', { location: `${address}/elsewhere` });
    const error = await refusal(ask({ ...read, headers: { authorization: 'Token x' } }));
    expect(error).toMatchObject({ fault: 'refused', message: expect.stringContaining('redirect') });
    expect(seen.map(({ url }) => url)).toEqual(['/thing']);
  });
});

describe('what a status means', () => {
  it.each([
    [400, 'refused', 'refused'],
    [401, 'forbidden', 'forbidden'],
    [402, 'forbidden', 'forbidden'],
    [403, 'forbidden', 'forbidden'],
    [404, 'absent', 'absent'],
    [408, 'unavailable', 'ambiguous'],
    [409, 'conflict', 'conflict'],
    [410, 'absent', 'absent'],
    [422, 'refused', 'refused'],
    [429, 'throttled', 'throttled'],
    [500, 'unavailable', 'ambiguous'],
    [503, 'unavailable', 'ambiguous'],
    [504, 'unavailable', 'ambiguous'],
  ] as const)('%d', async (status, asRead, asWrite) => {
    handle = answer(status, '{"message":"words"}');
    expect((await refusal(ask(read))).fault).toBe(asRead);
    expect((await refusal(ask(write))).fault).toBe(asWrite);
    expect(faultOfStatus(status, 'write')).toBe(asWrite);
    expect((await refusal(ask({ ...write, kind: 'read' }))).fault).toBe(asRead);
  });

  it('a vendor may know better, in its own words', async () => {
    handle = answer(400, '{"code":2001}');
    const judge: HttpOptions['judge'] = ({ body }) =>
      (body as { code: number }).code === 2001 ? { fault: 'conflict', words: 'it is closed' } : {};
    expect(await refusal(ask(write, { judge }))).toMatchObject({
      fault: 'conflict',
      message: 'vendor: POST /thing: HTTP 400: it is closed',
    });
  });
});

describe('Retry-After', () => {
  it.each([
    ['3', 3_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Wed, 30 Sep 2026 08:14:20 GMT', 20_000],
    ['Wed, 30 Sep 2026 08:13:00 GMT', undefined],
    ['86400', 3_600_000],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %p ms', async (given, ms) => {
    expect(retryAfterMs(given, Date.parse('2026-09-30T08:14:00Z'))).toBe(ms);
    handle = answer(429, '', { 'retry-after': given });
    expect((await refusal(ask(read))).retryAfterMs).toBe(ms);
  });

  it('counts where it is worth asking again, and nowhere else', async () => {
    handle = answer(503, '', { 'retry-after': '3' });
    expect((await refusal(ask(read))).retryAfterMs).toBe(3_000);
    expect((await refusal(ask(write))).retryAfterMs).toBeUndefined();
    handle = answer(400, '', { 'retry-after': '3' });
    expect((await refusal(ask(read))).retryAfterMs).toBeUndefined();
  });
});

describe('secrets', () => {
  it('never stand in an error, in whatever form a body quotes them', async () => {
    const base64 = Buffer.from(secret).toString('base64');
    const judge: HttpOptions['judge'] = ({ body }) => ({ words: JSON.stringify(body) });
    handle = answer(
      400,
      JSON.stringify({ plain: secret, encoded: encodeURIComponent(secret), base64, authorization: 'Bearer abc' }),
    );
    const error = await refusal(ask({ ...write, headers: { authorization: base64 } }, { judge }));
    const shown = `${error.message} ${error.stack} ${String(error.cause)} ${JSON.stringify(error)}`;
    for (const form of [secret, encodeURIComponent(secret), base64, 'abc']) expect(shown).not.toContain(form);
    expect(error.message.length).toBeLessThan(400);
  });

  it('nor when there is no answer at all, though the address holds one', async () => {
    const url = `http://127.0.0.1:9/hook/${encodeURIComponent(secret)}`;
    const error = await refusal(ask({ ...write, url, headers: { authorization: base64Of(secret) } }));
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
    expect(shown).not.toContain(encodeURIComponent(secret));
    expect(shown).not.toContain(base64Of(secret));
  });
});

const base64Of = (text: string): string => Buffer.from(text).toString('base64');
