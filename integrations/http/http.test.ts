import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Target } from '../../domain/target.js';
import { testCall } from '../contract/testkit/call.js';
import { startTestDoor, type TestDoor } from '../wire/testkit/door.js';
import { httpProbe } from './checks/probe.js';
import { connectHttp } from './client.js';
import { httpConfig } from './config.js';

let door: TestDoor;
let server: Server;
let own = '';
let handle: RequestListener;
const seen: { method: string; url: string; connection: string | undefined }[] = [];
beforeAll(async () => {
  door = await startTestDoor();
  server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', connection: request.headers.connection });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  seen.length = 0;
  await door.reset();
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await door.close();
});

/** A clock that goes on by so many milliseconds each time it is read. */
const clock = (ms: number): (() => number) => {
  let now = 0;
  return () => (now += ms);
};
const read = (params: object = {}, over: Parameters<typeof testCall>[1] = { now: clock(34) }, deadlineMs = 400) => {
  const config = httpConfig.parse({
    HTTP_PROBES: `checkout=${door.address}/http/checkout, own=${own}/healthz?full=1, nobody=http://127.0.0.1:1/`,
  });
  const client = connectHttp(config ?? { probes: new Map(), calendars: new Map() }, deadlineMs);
  return httpProbe.read(testCall(client, over), httpProbe.params.parse({ probe: 'checkout', ...params }) as never, {} as Target);
};

describe('http.probe', () => {
  it('says what it saw', async () => {
    expect(await read()).toEqual({ ok: true, says: 'checkout 200 in 34 ms' });
  });

  it('is not well with another status than the wanted one, and well with that', async () => {
    await door.tell('http', 'checkout', { status: 503 });
    expect(await read()).toEqual({ ok: false, says: 'checkout 503 in 34 ms, wanted 200' });
    expect(await read({ status: 503 })).toMatchObject({ ok: true });
    await door.tell('http', 'checkout', { status: 204, body: '' });
    expect(await read()).toMatchObject({ ok: false });
  });

  it('looks for a text in the body', async () => {
    await door.tell('http', 'checkout', { body: '{"status":"ok","größe":1}' });
    expect(await read({ contains: '"status":"ok"' })).toMatchObject({ ok: true });
    expect(await read({ contains: 'größe' })).toMatchObject({ ok: true });
    expect(await read({ contains: 'degraded' })).toEqual({ ok: false, says: 'checkout 200 in 34 ms, without "degraded"' });
  });

  it('follows no redirect: what stands behind it is never asked', async () => {
    handle = (request, response) => {
      if (request.url === '/behind') response.end('ok');
      else response.writeHead(302, { location: '/behind' }).end();
    };
    expect(await read({ probe: 'own' })).toMatchObject({ ok: false, says: expect.stringContaining('own 302') });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /healthz?full=1']);
  });

  it('reads no more than 64 KiB, however much there is', async () => {
    const all = 32 * 1024 * 1024;
    let sent = 0;
    handle = (_request, response) => {
      sent = 0;
      const more = (): void => {
        let room = true;
        while (room && sent < all && !response.destroyed) {
          room = response.write('x'.repeat(65_536));
          sent += 65_536;
        }
        if (sent < all) response.once('drain', more);
        else response.end();
      };
      more();
    };
    expect(await read({ probe: 'own' })).toMatchObject({ ok: true });
    expect(await read({ probe: 'own', contains: 'late' })).toMatchObject({
      ok: false,
      says: expect.stringContaining('in its first 64 KiB'),
    });
    expect(sent).toBeLessThan(all);
  });

  it('makes a connection of its own each time', async () => {
    handle = (_request, response) => response.end('ok');
    await read({ probe: 'own' });
    expect(seen[0]?.connection).toBe('close');
  });

  it('bounds the whole time, of a body as well that comes in drops', async () => {
    handle = (_request, response) => {
      const drops = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(drops));
    };
    expect(await read({ probe: 'own' }, { now: clock(1) }, 150)).toEqual({ ok: false, says: 'own: no answer in 1 ms: too late' });
  });

  it('is not well when it took longer than wanted', async () => {
    expect(await read({ within: '2s' }, { now: clock(2_001) })).toEqual({
      ok: false,
      says: 'checkout 200 in 2001 ms, wanted within 2s',
    });
    expect(await read({ within: '2s' }, { now: clock(2_000) })).toMatchObject({ ok: true });
  });

  it.each([
    ['nobody', 'connection refused'],
    ['reset-before', 'connection reset'],
    ['half-body', ''],
    ['execute-then-timeout', 'too late'],
  ] as const)('is not well after %s', async (what, words) => {
    if (what !== 'nobody') await door.fault('GET /http/checkout', what);
    expect(await read({ probe: what === 'nobody' ? 'nobody' : 'checkout' })).toMatchObject({
      ok: false,
      says: expect.stringContaining(words),
    });
  });

  it('cannot tell of a name that nobody configured, nor when it is cancelled', async () => {
    await expect(read({ probe: 'unknown' })).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('HTTP_PROBES'),
    });
    await expect(read({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

describe('its settings', () => {
  it('keep an address as it is, query and all', () => {
    expect(httpConfig.parse({})).toBeUndefined();
    expect([...(httpConfig.parse({ HTTP_PROBES: ' a = http://10.0.0.1:80/x/?y=z&q=%2C , b=https://b/' })?.probes ?? [])]).toEqual(
      [
        ['a', 'http://10.0.0.1:80/x/?y=z&q=%2C'],
        ['b', 'https://b/'],
      ],
    );
  });

  it.each([
    'https://x',
    'a=',
    'a=ftp://x',
    'a=http://u:p@x',
    'A=http://x',
    'a=http://x,',
    'a=http://x,a=http://y',
    'a=http://x#y',
    '=http://x',
  ])('%s is wrong, and the place is said without the address', (text) => {
    const [issue] = httpConfig.safeParse({ HTTP_PROBES: text }).error?.issues ?? [];
    expect(issue?.path).toEqual(['HTTP_PROBES']);
    expect(issue?.message).not.toContain('u:p');
  });
});
