import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CalendarSubject } from '../../contract/calendar.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import { freshMs, largestCalendar } from '../calendar-files.js';
import { connectHttp, type HttpClient } from '../client.js';
import { httpConfig } from '../config.js';
import { calendarText } from '../testkit/calendar-text.js';
import { httpIcal } from './ical.js';

let sandbox: TestSandbox;
let server: Server;
let own = '';
let handle: RequestListener;
beforeAll(async () => {
  sandbox = await startTestSandbox();
  server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await sandbox.close();
});

const at = '2026-12-18T12:00:00.000Z';
const frozen = calendarText(
  'UID:a\nSUMMARY:Year-end freeze\nCATEGORIES:Freeze,Ops\nDTSTART:20261218T080000Z\nDTEND:20261218T180000Z',
);
const client = (deadlineMs = 400): HttpClient => {
  const config = httpConfig.parse({
    HTTP_CALENDARS: `freezes=${sandbox.address}/http/freezes.ics, own=${own}/private-4711/basic.ics, nobody=http://127.0.0.1:1/private-4711`,
  });
  return connectHttp(config ?? { probes: new Map(), calendars: new Map() }, deadlineMs);
};
const read = (params: object = {}, by = client(), over: Parameters<typeof testCall>[1] = {}) =>
  httpIcal.read(testCall(by, over), httpIcal.params.parse({ calendar: 'freezes', ...params }), { at } as CalendarSubject);
const stands = (body: string): Promise<void> => sandbox.tell('http', 'freezes.ics', { body });
const asked = async (): Promise<number> => ((await sandbox.ask('calls')) as unknown[]).length;

describe('row 17: http.ical', () => {
  it('is closed while an event is on, and says which and until when', async () => {
    await stands(frozen);
    expect(await read()).toEqual({
      closed: true,
      says: '"Year-end freeze" in the calendar freezes',
      until: '2026-12-18T18:00:00.000Z',
    });
  });

  it('is open where nothing is on', async () => {
    expect(await read()).toEqual({ closed: false, says: 'nothing is on in the calendar freezes' });
  });

  it.each([
    ['Year-end freeze', true],
    ['year-END  freeze', true],
    ['Year-end*', true],
    ['Freeze', true],
    ['Ops', true],
    ['Year-end', false],
    ['freeze*', true],
    ['end freeze', false],
    ['Op', false],
  ])('with match %p it is closed: %p', async (match, closed) => {
    await stands(frozen);
    expect((await read({ match })).closed).toBe(closed);
  });

  it('text of an event is one line of what people can read', async () => {
    await stands(frozen.replace('Year-end freeze', `a\\n\u202Eb${'x'.repeat(500)}`));
    const { says } = await read();
    expect(says).toMatch(/^"a bx+" in the calendar freezes$/);
    expect(says.length).toBeLessThan(130);
  });
});

describe('how often it is asked', () => {
  it('once a minute at most, and nothing is sent again that has not changed', async () => {
    await stands(frozen);
    const by = client();
    let now = Date.now();
    const answers: boolean[] = [];
    const again = async (later: number): Promise<number> => {
      now += later;
      answers.push((await read({}, by, { now: () => now })).closed);
      return asked();
    };
    const first = await again(0);
    expect(await again(freshMs - 1)).toBe(first);
    expect(await again(1)).toBe(first + 1);
    const calls = (await sandbox.ask('calls')) as { operation: string; status: number }[];
    expect(calls.at(-1)).toMatchObject({ operation: 'GET /http/freezes.ics', status: 304 });
    // What was not changed is fresh again; a clock that was put back makes nothing fresh.
    expect(await again(freshMs - 1)).toBe(first + 1);
    expect(await again(-10 * freshMs)).toBe(first + 2);
    expect(answers).toEqual([true, true, true, true, true]);
  });

  it('what was changed is seen within a minute', async () => {
    const by = client();
    let now = Date.now();
    expect((await read({}, by, { now: () => now })).closed).toBe(false);
    await stands(frozen);
    expect((await read({}, by, { now: () => now })).closed).toBe(false);
    now += freshMs;
    expect((await read({}, by, { now: () => now })).closed).toBe(true);
  });

  it('a copy that is older counts for nothing when nobody answers', async () => {
    const by = client();
    let now = Date.now();
    await read({}, by, { now: () => now });
    now += freshMs;
    await sandbox.fault('GET /http/freezes.ics', '503');
    await expect(read({}, by, { now: () => now })).rejects.toMatchObject({ name: 'VendorError', fault: 'unavailable' });
  });
});

describe('not knowing is not open', () => {
  it.each([
    ['a page to log in', 'it is no calendar, or a broken one', '<html>Log in</html>'],
    ['nothing', 'it is no calendar', ''],
    ['a broken event', 'it holds an event without a beginning', calendarText('UID:a')],
  ])('%s', async (_what, words, body) => {
    await stands(body);
    await expect(read()).rejects.toMatchObject({
      name: 'VendorError',
      fault: 'unavailable',
      message: `http: calendar freezes cannot be read: ${words}`,
    });
  });

  it('a time zone that nobody knows, and a file that is too large', async () => {
    await stands(calendarText('UID:a\nDTSTART;TZID=Mars/Olympus:20261218T080000\nDURATION:PT9H'));
    await expect(read()).rejects.toThrow(/calendar freezes cannot be read: it uses the time zone Mars\/Olympus/);
    await stands(`${frozen}${' '.repeat(largestCalendar)}`);
    // A megabyte takes its time on a busy machine.
    await expect(read({}, client(10_000))).rejects.toThrow('it is larger than 1024 KiB');
  });

  it('follows no redirect', async () => {
    const seen: (string | undefined)[] = [];
    handle = (request, response) => {
      seen.push(request.url);
      response.writeHead(302, { location: '/behind' }).end();
    };
    await expect(read({ calendar: 'own' })).rejects.toThrow(/HTTP 302, a redirect/);
    expect(seen).toEqual(['/private-4711/basic.ics']);
  });

  it('bounds the whole time, of a file as well that comes in drops', async () => {
    handle = (_request, response) => {
      const drops = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(drops));
    };
    await expect(read({ calendar: 'own' }, client(150))).rejects.toThrow(/no answer: too late/);
  });

  it('of a name that nobody configured', async () => {
    await expect(read({ calendar: 'unknown' })).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('HTTP_CALENDARS'),
    });
  });

  it('no error tells the address, which only its owner knows', async () => {
    const errors: unknown[] = [];
    handle = (_request, response) => response.writeHead(404).end('no such private-4711');
    for (const calendar of ['own', 'nobody']) errors.push(await read({ calendar }).catch((error: unknown) => error));
    errors.push(await read({ calendar: 'own' }, client(), { signal: AbortSignal.abort() }).catch((error: unknown) => error));
    expect(errors).toHaveLength(3);
    for (const error of errors) {
      const { message, stack } = error as Error;
      expect(`${message} ${stack} ${JSON.stringify(error)}`).not.toMatch(/4711|127\.0\.0\.1/);
    }
  });
});

describe('its parameters', () => {
  it('take a name and never an address, whatever text is given', () => {
    const takes = (calendar: unknown): boolean => httpIcal.params.safeParse({ calendar }).success;
    for (const text of ['http://169.254.169.254/', 'a.b', '//x', 'A', 'a\n', '', '-a', 'a'.repeat(64)])
      expect(takes(text)).toBe(false);
    for (const more of [{ match: '' }, { match: '*' }, { match: 'a*b' }, { match: 'a\nb' }, { zone: 'Mars' }, { url: 'x' }])
      expect(httpIcal.params.safeParse({ calendar: 'a', ...more }).success).toBe(false);
    expect(httpIcal.params.safeParse({ calendar: 'a', match: 'x*', zone: 'Europe/Berlin' }).success).toBe(true);
  });

  it('addresses are settings, each wrong one said by its variable and without it', () => {
    const parsed = httpConfig.safeParse({ HTTP_CALENDARS: 'a=https://a/x.ics,b=ftp://secret-4711' });
    expect(parsed.error?.issues.map(({ path, message }) => `${path.join()}: ${message}`)).toEqual([
      expect.stringMatching(/^HTTP_CALENDARS: part 2 \(b\) is not an http or https address(?!.*4711)/),
    ]);
    expect(httpConfig.parse({ HTTP_CALENDARS: 'a=https://a/x.ics' })).toMatchObject({
      calendars: new Map([['a', 'https://a/x.ics']]),
    });
  });
});
