import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startBench, type Bench } from '../testkit/bench.js';
import { doorPath, hook, sign } from '../testkit/signed-source.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

/** A body of exactly so many bytes that is a good event. */
function bodyOf(bytes: number, id: string): string {
  const event = JSON.parse(hook({ id, incident: id })) as Record<string, string>;
  const bare = JSON.stringify({ ...event, padding: '' });
  return JSON.stringify({ ...event, padding: 'x'.repeat(bytes - bare.length) });
}

interface Conversation {
  socket: Socket;
  /** Everything that was answered until the socket closed. */
  answer: Promise<string>;
}

function talk(address: string): Conversation {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  return { socket, answer: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

const head = (more: string): string => `POST ${doorPath} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const answersStill = async (): Promise<void> => expect((await bench.get('/healthz')).status).toBe(200);

describe('the door under hostile traffic', () => {
  it('exactly 256 KiB is accepted', async () => {
    const response = await bench.deliver(bodyOf(256 * 1024, 'BIG'));

    expect(response.status).toBe(202);
    expect(bench.temporal.open.has('incident:bench:BIG')).toBe(true);
  });

  it('300 KiB and a byte is 413, signed or not', async () => {
    const response = await bench.deliver(bodyOf(300 * 1024 + 1, 'HUGE'));

    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(bench.temporal.open.has('incident:bench:HUGE')).toBe(false);
  });

  it('answers 413 from the announced length, before the body has come', async () => {
    const { socket, answer } = talk(bench.address);
    socket.write(head(`Content-Length: ${10 * 1024 ** 3}\r\n`));
    socket.once('data', () => socket.end());

    expect(await answer).toContain('HTTP/1.1 413');
  });

  it('a body without end is cut off, and not kept', async () => {
    const before = process.memoryUsage().rss;
    const { socket, answer } = talk(bench.address);
    socket.write(head('Transfer-Encoding: chunked\r\n'));
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')]);
    let sent = 0;
    while (!socket.destroyed && sent < 64 * 1024 ** 2) {
      if (!socket.write(chunk)) await new Promise((resolve) => setTimeout(resolve, 1));
      sent += chunk.length;
    }
    await answer;

    expect(sent).toBeLessThan(64 * 1024 ** 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 ** 2);
    await answersStill();
  });

  it('refuses compressed bodies: a bomb is never unpacked', async () => {
    const body = hook({ id: 'ZIP', incident: 'ZIP' });

    expect((await bench.deliver(body, { 'content-encoding': 'gzip' })).status).toBe(415);
    expect(bench.temporal.open.has('incident:bench:ZIP')).toBe(false);
  });

  it('takes JSON nested 100,000 deep without falling over', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);

    expect((await bench.deliver(deep)).status).toBe(202);
    await answersStill();
  });

  it('10,000 headers are refused by the parser, and the next request is served', async () => {
    const { socket, answer } = talk(bench.address);
    socket.write(head(Array.from({ length: 10_000 }, (_, index) => `x-${index}: y\r\n`).join('')));

    expect(await answer).toMatch(/^HTTP\/1\.1 431/);
    await answersStill();
  });

  it('200 slow senders are cut off, while others are served', async () => {
    const slow = Array.from({ length: 200 }, () => talk(bench.address));
    for (const [index, { socket }] of slow.entries())
      socket.write(index % 2 === 0 ? `POST ${doorPath} HTTP/1.1\r\nHost: x\r\nx-slow: ` : head('Content-Length: 1000\r\n'));
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (!socket.destroyed) socket.write('x');
    }, 500);

    const served = await bench.deliver(hook({ id: 'FAST', incident: 'FAST' }));
    await Promise.all(slow.map(({ answer }) => answer));
    clearInterval(dripping);

    expect(served.status).toBe(202);
    await answersStill();
  }, 30_000);

  it('garbage on the wire gets a 4xx or a closed socket, never more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const { socket, answer } = talk(bench.address);
        socket.end(Buffer.from(bytes));
        expect(await answer).not.toMatch(/^HTTP\/1\.1 [25]/);
      }),
      { numRuns: 200 },
    );
    await answersStill();
  });

  it('any unsigned body is 401; any signed body that is no event is 202; none is a 5xx, none starts a run', async () => {
    const runs = bench.temporal.calls.length;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (body) => {
          const unsigned = await bench.deliver(body, { 'x-proof': 'nonsense' });
          const signed = await bench.deliver(body, { 'x-proof': sign(body) });
          expect([unsigned.status, signed.status]).toEqual([401, 202]);
          await Promise.all([unsigned.arrayBuffer(), signed.arrayBuffer()]);
        },
      ),
      { numRuns: 300 },
    );
    expect(bench.temporal.calls).toHaveLength(runs);
  });

  it('tells nothing of itself in an error', async () => {
    const response = await bench.get('/api/v1/incidents/%E0%A4%A', 'viewer');

    expect(response.status).toBe(400);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(await response.text()).not.toMatch(/node_modules|at \w+ \(|\.ts:/);
  });
});
