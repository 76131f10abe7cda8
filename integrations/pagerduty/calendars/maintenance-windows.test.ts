import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CalendarSubject } from '../../contract/calendar.js';
import { openStage, type Stage } from '../testkit/stage.js';
import { maintenanceWindows } from './maintenance-windows.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.control('POST', 'reset'));
afterAll(() => stage.close());

/** PagerDuty's clock is the sandbox's, which goes by the real one. Its times are whole seconds. */
const now = Math.floor(Date.now() / 1_000) * 1_000;
const iso = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
const plan = (from: number, to: number, more: object = {}) =>
  stage.control('POST', 'pagerduty/maintenance', { services: ['PSVC001'], from: iso(from), to: iso(to), ...more });
const subject = (over: object = {}, at = iso(0)): CalendarSubject =>
  ({ incident: { ref: { source: 'pagerduty' }, service: { id: 'PSVC001', name: 'web' }, ...over }, at }) as never;
const read = (about = subject(), params = {}, by = stage.client()) => maintenanceWindows.read(by, params, about);

describe('row 27: pagerduty.maintenance-windows', () => {
  it('is closed while one covers the service of the incident, says which and until when', async () => {
    await plan(-10, 20, { description: 'database move' });
    expect(await read()).toEqual({ closed: true, says: 'maintenance "database move"', until: iso(20) });
  });

  it('is open where there is none, where it covers others, and before and after it', async () => {
    const open = { closed: false, says: 'no maintenance window' };
    expect(await read()).toEqual(open);
    await plan(-10, 20, { services: ['PSVC002'] });
    await plan(-20, -10);
    await plan(10, 20);
    expect(await read()).toEqual(open);
  });

  it('one of several services covers each of them', async () => {
    await plan(-10, 20, { services: ['PSVC003', 'PSVC001'] });
    expect((await read()).closed).toBe(true);
  });

  it('two at once, or one right after the other, are one', async () => {
    await plan(-10, 20, { description: 'first' });
    await plan(-5, 30, { description: 'second' });
    expect(await read()).toMatchObject({ closed: true, says: 'maintenance "second"', until: iso(30) });
  });

  it('asks for what is on and covers the service, and looks once more itself', async () => {
    await plan(-10, 20);
    await plan(-10, 20, { services: ['PSVC002'], description: 'of another' });
    const asked: string[] = [];
    const call = stage.client();
    const rest: typeof call.client.rest = (one, request) => {
      asked.push(new URLSearchParams((request.query ?? []).map(([name, value]) => [name, value])).toString());
      return call.client.rest(one, { ...request, query: (request.query ?? []).filter(([name]) => !/filter|service/.test(name)) });
    };
    expect(await read(subject(), {}, { ...call, client: { ...call.client, rest } })).toMatchObject({
      closed: true,
      until: iso(20),
    });
    expect(asked).toEqual(['filter=ongoing&service_ids%5B%5D=PSVC001&limit=100&offset=0']);
    expect(
      await read(subject({ service: { id: 'PSVC003', name: '' } }), {}, { ...call, client: { ...call.client, rest } }),
    ).toMatchObject({ closed: false });
  });

  it('reads on where there are more than fit one page', async () => {
    for (let index = 0; index < 101; index += 1) await plan(-10, 20 + index, { description: `window ${index}` });
    expect(await read()).toMatchObject({ says: 'maintenance "window 100"', until: iso(120) });
    expect(await stage.calls()).toEqual(['GET /maintenance_windows', 'GET /maintenance_windows']);
  });

  it('a service can be named, for incidents that are on none of PagerDuty; without one nobody can tell', async () => {
    await plan(-10, 20, { services: ['PSVC007'] });
    const elsewhere = subject({ ref: { source: 'cloudwatch' }, service: { id: '111122223333', name: '' } });
    expect(await read(elsewhere, { service: 'PSVC007' })).toMatchObject({ closed: true });
    await expect(read(elsewhere)).rejects.toMatchObject({ name: 'VendorError', fault: 'refused' });
  });

  it('what somebody wrote is one line', async () => {
    await plan(-10, 20, { description: `a\n\u202Eb ${'x'.repeat(500)}` });
    const { says } = await read();
    expect(says).toMatch(/^maintenance "a b x+"$/);
    expect(says.length).toBeLessThan(100);
  });
});

describe('not knowing is not open', () => {
  it('one that cannot be read may be the one that covers it', async () => {
    const call = stage.client();
    const item = { id: 'P1', start_time: iso(-10), end_time: iso(20), services: [{ id: 'PSVC001' }] };
    for (const broken of [
      { ...item, end_time: 'soon' },
      { ...item, services: undefined },
      { ...item, start_time: undefined },
    ]) {
      const rest = async () => ({ maintenance_windows: [item, broken], more: false }) as never;
      await expect(read(subject(), {}, { ...call, client: { ...call.client, rest } })).rejects.toMatchObject({
        name: 'VendorError',
        fault: 'unavailable',
      });
    }
  });

  it('more than are read may hide the one that covers it', async () => {
    const call = stage.client();
    const item = { id: 'P1', start_time: iso(-10), end_time: iso(-5), services: [{ id: 'PSVC001' }] };
    const rest = async () => ({ maintenance_windows: Array.from({ length: 100 }, () => item), more: true }) as never;
    await expect(read(subject(), {}, { ...call, client: { ...call.client, rest } })).rejects.toThrow(/more than are read/);
  });

  it.each([
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['503', 'unavailable'],
  ])('PagerDuty answers %s', async (kind, fault) => {
    await stage.control('POST', 'faults', { operation: 'GET /maintenance_windows', kind });
    await expect(read()).rejects.toMatchObject({ name: 'VendorError', fault });
  });
});
