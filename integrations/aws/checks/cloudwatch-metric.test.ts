import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { connectSandbox, instance } from '../testkit/samples.js';
import { cloudwatchMetric } from './cloudwatch-metric.js';

const sandbox = shared(startTestSandbox);
const target = instance('i-0aa11bb22cc33dd44');

const cpu = {
  namespace: 'AWS/EC2',
  metric: 'CPUUtilization',
  dimensions: { InstanceId: target.name },
  stat: 'Average',
};
const read = (params: object, over: Partial<Call> = {}) =>
  cloudwatchMetric.read(testCall(connectSandbox(sandbox.address), over), cloudwatchMetric.params.parse(params), target);
const series = (values: number[], more: object = {}) =>
  sandbox.tell('aws', 'settings', { metric: { namespace: 'Shop', metric: 'Orders', values, ...more } });
const orders = { namespace: 'Shop', metric: 'Orders', stat: 'Average' };

describe('the check aws.cloudwatch.metric', () => {
  it('follows the metric of a shipped alarm', async () => {
    expect(await read({ ...cpu, below: 80 })).toEqual({
      ok: true,
      says: expect.stringMatching(/^CPUUtilization Average 12\.4 at \d\d:\d\dZ, below 80$/),
    });
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    expect(await read({ ...cpu, below: 80 })).toEqual({ ok: false, says: expect.stringContaining('97.2') });
    expect(await read({ ...cpu, above: 80 })).toMatchObject({ ok: true });
  });

  it('takes the newest datapoint alone', async () => {
    await series([5, 99, 99]);
    expect(await read({ ...orders, below: 10 })).toMatchObject({ ok: true });
    await series([99, 5, 5]);
    expect(await read({ ...orders, below: 10 })).toMatchObject({ ok: false });
  });

  it('of what is summed up takes only a period that is over', async () => {
    await series([0, 99]);
    expect(await read({ ...orders, stat: 'Sum', below: 10 })).toMatchObject({ ok: false, says: expect.stringContaining('99') });
  });

  it('a value on the limit is on neither side of it; two limits make a band', async () => {
    await series([10]);
    expect(await read({ ...orders, below: 10 })).toMatchObject({ ok: false });
    expect(await read({ ...orders, above: 10 })).toMatchObject({ ok: false });
    expect(await read({ ...orders, above: 9, below: 11 })).toMatchObject({ ok: true });
    expect(await read({ ...orders, above: 11, below: 12 })).toMatchObject({ ok: false });
  });

  it('without a datapoint is not well: one dimension more or less is another metric, and old datapoints do not count', async () => {
    expect(await read({ ...cpu, dimensions: {}, below: 80 })).toEqual({
      ok: false,
      says: 'no datapoint of CPUUtilization Average in the last 3 min',
    });
    expect(await read({ ...cpu, dimensions: { ...cpu.dimensions, Zone: 'a' }, below: 80 })).toMatchObject({ ok: false });
    await series([]);
    expect(await read({ ...orders, below: 80 })).toMatchObject({ ok: false });
    await series([5]);
    const later = { now: () => Date.now() + 10 * 60_000 };
    expect(await read({ ...orders, below: 80 }, later)).toMatchObject({
      ok: false,
      says: expect.stringContaining('no datapoint'),
    });
  });

  it('asks in the account and region of the target', async () => {
    await series([5], { account: '444455556666' });
    expect(await read({ ...orders, below: 80 })).toMatchObject({ ok: false });
    await series([5], { account: target.account });
    const elsewhere = { place: { account: '444455556666', region: 'eu-west-1' } };
    expect(await read({ ...orders, below: 80 }, elsewhere)).toMatchObject({ ok: true });
  });

  it.each([
    ['503', 'unavailable'],
    ['429', 'throttled'],
    ['403', 'forbidden'],
    ['half-body', 'unavailable'],
  ] as const)('cannot tell when CloudWatch answers %s', async (kind, fault) => {
    await sandbox.fault('cloudwatch:GetMetricData', kind);
    await expect(read({ ...cpu, below: 80 })).rejects.toMatchObject({ fault });
  });

  it('says at once what is written wrongly', () => {
    const wrong = (over: object) => cloudwatchMetric.params.safeParse({ ...cpu, below: 80, ...over }).success;
    expect(wrong({})).toBe(true);
    expect(wrong({ stat: 'p95' })).toBe(true);
    for (const over of [
      { below: undefined },
      { stat: 'Mean' },
      { stat: 'p101' },
      { period: 90 },
      { period: 0 },
      { namespace: 'a b\n' },
      { metric: '' },
      { other: 1 },
      { dimensions: { InstanceId: 'a\nb' } },
    ])
      expect(wrong(over)).toBe(false);
  });
});
