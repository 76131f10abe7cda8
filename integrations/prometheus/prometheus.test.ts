import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../domain/target.js';
import { testCall } from '../contract/testkit/call.js';
import { shared } from '../contract/testkit/shared.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { prometheusQuery } from './checks/query.js';
import { connectPrometheus } from './client.js';
import { prometheusConfig } from './config.js';

const door = shared(startTestDoor);

const query = 'max by (instance) (cpu{job="web"} & "ü")';
const read = (params: object = { below: 90 }) =>
  prometheusQuery.read(
    testCall(connectPrometheus({ url: `${door.address}/prometheus`, token: 'hidden' }, 500)),
    prometheusQuery.params.parse({ query, ...params }) as never,
    {} as Target,
  );
const answer = (values: string[], more: object = {}) =>
  door.tell('prometheus', 'series', {
    query,
    series: values.map((value, index) => ({ metric: { __name__: 'cpu', instance: `i-${index}` }, value })),
    ...more,
  });

describe('prometheus.query', () => {
  it('is well when every series keeps the bounds', async () => {
    await answer(['12.5', '13']);
    expect(await read()).toMatchObject({ ok: true });
    await answer(['12.5', '95']);
    expect(await read()).toEqual({ ok: false, says: '1 of 2 series, e.g. cpu{instance="i-1"} 95, wanted below 90' });
  });

  it.each([
    ['nothing', []],
    ['NaN', ['NaN']],
    ['an infinity', ['+Inf']],
    ['no number', ['']],
    ['a NaN among others', ['1', 'NaN']],
  ])('is not well with %s', async (_what, values) => {
    await answer(values);
    expect(await read()).toMatchObject({ ok: false });
  });

  it('takes a scalar, and refuses what is no instant value', async () => {
    await answer(['3'], { resultType: 'scalar' });
    expect(await read()).toMatchObject({ ok: true });
    await answer([], { resultType: 'matrix' });
    await expect(read()).rejects.toMatchObject({ fault: 'refused' });
  });

  it('is not well when a part of a federated store did not answer', async () => {
    await answer(['1'], { warnings: ['store 3: connection refused'] });
    expect(await read()).toMatchObject({ ok: false, says: expect.stringContaining('store 3') });
  });

  it.each([
    ['400', 'refused'],
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['503', 'unavailable'],
    ['half-body', 'unavailable'],
    ['execute-then-timeout', 'unavailable'],
  ] as const)('cannot tell after %s: %s', async (kind, fault) => {
    await door.fault('GET /api/v1/query', kind);
    await expect(read()).rejects.toMatchObject({ name: 'VendorError', fault });
  });

  it('says what is wrong with a query that Prometheus cannot read', async () => {
    await expect(read({ query: 'sum(', below: 1 })).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('parse error'),
    });
  });

  it('needs a bound, and takes one line', () => {
    for (const params of [{ query }, { query: 'up\nor down', below: 1 }, { query: '', below: 1 }, { query, below: 1, x: 1 }])
      expect(prometheusQuery.params.safeParse(params).success).toBe(false);
  });

  it('names what is set wrongly', () => {
    expect(prometheusConfig.parse({})).toBeUndefined();
    expect(prometheusConfig.safeParse({ PROMETHEUS_TOKEN: 'x' }).error?.issues[0]?.path).toEqual(['PROMETHEUS_URL']);
    expect(prometheusConfig.safeParse({ PROMETHEUS_URL: 'ftp://x' }).success).toBe(false);
  });
});
