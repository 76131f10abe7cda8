import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../domain/target.js';
import { shared } from '../contract/testkit/shared.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { grafanaAlertNormal } from './checks/alert-normal.js';
import { grafanaQuery } from './checks/query.js';
import { callTo, labels, raise } from './testkit/given.js';

const door = shared(startTestDoor);

const target = {} as Target;
const normal = (params: object) =>
  grafanaAlertNormal.read(callTo(door.address), grafanaAlertNormal.params.parse(params) as never, target);
const expr = 'max(cpu{job="web"}) by (instance)';
const query = (params: object = { below: 90 }) =>
  grafanaQuery.read(callTo(door.address), grafanaQuery.params.parse({ datasource: 'prom', expr, ...params }) as never, target);
const series = (...values: (number | null)[][]) =>
  door.tell('grafana', 'series', {
    expr,
    series: values.map((list, index) => ({ labels: { instance: `i-${index}` }, values: list })),
  });

describe('grafana.alert-normal', () => {
  it('is well when every series of the rule is Normal, or every one with these labels', async () => {
    const other = { ...labels, instance: 'i-0bb22cc33dd44ee55' };
    await raise(door);
    await raise(door, { labels: other, status: 'resolved' });
    expect(await normal({ rule: 'abc' })).toMatchObject({ ok: false, says: expect.stringContaining('1 of 2') });
    expect(await normal({ rule: 'abc', labels: { instance: other.instance } })).toMatchObject({ ok: true });
    await raise(door, { status: 'resolved' });
    expect(await normal({ rule: 'abc' })).toMatchObject({ ok: true });
  });

  it('is not well without series, and not when nobody could look', async () => {
    await raise(door, { status: 'resolved', ruleState: 'Normal (NoData)' });
    expect(await normal({ rule: 'abc' })).toMatchObject({ ok: false });
    expect(await normal({ rule: 'abc', labels: { instance: 'gone' } })).toMatchObject({ ok: false });
    await expect(normal({ rule: 'other' })).rejects.toMatchObject({ fault: 'absent' });
  });
});

describe('grafana.query', () => {
  it('judges the newest value of every series', async () => {
    await series([99, 12], [99, 13]);
    expect(await query()).toMatchObject({ ok: true });
    await series([1, 12], [1, 95]);
    expect(await query()).toEqual({ ok: false, says: '1 of 2 series, e.g. instance=i-1 95, wanted below 90' });
    expect(await query({ above: 10, below: 96 })).toMatchObject({ ok: true });
  });

  it('is not well without data, and not when the newest value is none', async () => {
    expect(await query()).toMatchObject({ ok: false, says: 'no data; wanted below 90' });
    await series([12, null]);
    expect(await query()).toMatchObject({ ok: false });
    await series([]);
    expect(await query()).toMatchObject({ ok: false });
  });

  it('cannot tell when the data source fails behind a 2xx', async () => {
    await door.tell('grafana', 'series', { expr, series: [], error: 'connection refused' });
    await expect(query()).rejects.toMatchObject({ fault: 'unavailable', message: expect.stringContaining('connection refused') });
  });

  it('may be asked again after a lost answer, for it only reads', async () => {
    await door.fault('POST /api/ds/query', 'execute-then-reset');
    await expect(query()).rejects.toMatchObject({ fault: 'unavailable' });
  });

  it.each([
    ['no bound', {}],
    ['a data source that is no UID', { below: 1, datasource: '../admin' }],
    ['several lines', { below: 1, expr: 'up\n# x' }],
    ['a window of nothing', { below: 1, window: '0' }],
    ['a window of words', { below: 1, window: 'soon' }],
    ['what it does not know', { below: 1, over: 2 }],
  ])('refuses %s', (_what, params) => {
    expect(grafanaQuery.params.safeParse({ datasource: 'prom', expr, ...params }).success).toBe(false);
  });
});
