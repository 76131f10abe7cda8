import { describe, expect, it } from '@jest/globals';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { ssmRunCommand } from '../actions/ssm-run-command.js';
import { cleaning, connectSandbox, documentHash, instance, online } from '../testkit/samples.js';
import { ssmDiskBelow } from './ssm-disk-below.js';

const id = 'i-0bb22cc33dd44ee55';
const sandbox = shared(startTestSandbox);

const callOf = () => testCall(connectSandbox(sandbox.address));
const read = (params: object = {}, target = instance(id)) =>
  ssmDiskBelow.read(callOf(), ssmDiskBelow.params.parse({ percent: 75, ...params }), target);

async function run(over: object): Promise<void> {
  const call = callOf();
  const params = ssmRunCommand.params.parse({ ...cleaning, ...over });
  const preState = await ssmRunCommand.preState(call, params, online(id));
  const { ref } = await ssmRunCommand.start(call, params, { key: 'ab'.repeat(32), startBy: Date.now() + 60_000, preState });
  expect(await ssmRunCommand.wait?.(call, ref)).toMatchObject({ status: 'succeeded' });
}

const series = (values: number[], dimensions: object = {}) =>
  sandbox.tell('aws', 'settings', {
    metric: {
      namespace: 'CWAgent',
      metric: 'disk_used_percent',
      dimensions: { InstanceId: 'i-0aa11bb22cc33dd44', path: '/data', device: 'nvme1n1', fstype: 'xfs', ...dimensions },
      values,
    },
  });

describe('a full disk', () => {
  it('is not well again because a command succeeded: only the second one gets it below its limit', async () => {
    await sandbox.alarm('disk-usage-high', 'ALARM');
    expect(await read()).toEqual({ ok: false, says: 'disk / 93.1 % used, not below 75 %' });
    await run({});
    expect(await read()).toEqual({ ok: false, says: 'disk / 78.4 % used, not below 75 %' });
    const sha256 = documentHash('OpsSentinel-RotateLogs');
    await run({ document: 'OpsSentinel-RotateLogs', sha256, parameters: { Keep: '2' } });
    expect(await read()).toEqual({ ok: true, says: 'disk / 61.2 % used, below 75 %' });
  });

  it('is well below its limit, and not at it', async () => {
    await series([75]);
    const other = instance('i-0aa11bb22cc33dd44');
    expect(await read({ path: '/data' }, other)).toMatchObject({ ok: false });
    expect(await read({ path: '/data', percent: 75.1 }, other)).toMatchObject({ ok: true });
  });

  it('that several file systems share the path of counts by the fullest', async () => {
    await series([40]);
    await series([90], { device: 'nvme2n1' });
    expect(await read({ path: '/data' }, instance('i-0aa11bb22cc33dd44'))).toMatchObject({ ok: false });
  });

  it('is another one on another path, instance or account', async () => {
    await series([40]);
    for (const [path, target] of [
      ['/var', instance('i-0aa11bb22cc33dd44')],
      ['/data', instance('i-0cc33dd44ee55ff66')],
      ['/', instance(id, '444455556666')],
    ] as const)
      expect(await read({ path }, target)).toMatchObject({
        ok: false,
        says: expect.stringContaining('does the CloudWatch agent run?'),
      });
  });

  it('of which nothing is published is not well', async () => {
    await series([]);
    expect(await read({ path: '/data' }, instance('i-0aa11bb22cc33dd44'))).toMatchObject({ ok: false });
  });
});

it.each(["/' OR path != '", '/x"', 'data', '/a b', '/;', '/\n', '', '/%'])('takes no path %j', (path) => {
  expect(ssmDiskBelow.params.safeParse({ percent: 75, path }).success).toBe(false);
});

it.each([0, -1, 101, NaN, '75'])('takes no limit %j', (percent) => {
  expect(ssmDiskBelow.params.safeParse({ percent }).success).toBe(false);
});

it('cannot tell of what is no instance, or when CloudWatch does not answer', async () => {
  await expect(read({}, { ...instance(id), type: 'aws.ecs.service', name: 'web' })).rejects.toMatchObject({ fault: 'refused' });
  await sandbox.fault('cloudwatch:GetMetricData', '503');
  await expect(read()).rejects.toMatchObject({ fault: 'unavailable' });
});
