import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { injections } from '../../contract/testkit/injections.js';
import { rdsAvailable } from '../checks/rds-available.js';
import { rdsInstance } from '../targets/rds-instance.js';
import { connectSandbox, database } from '../testkit/samples.js';
import { rdsRebootInstance as reboot } from './rds-reboot-instance.js';

const place = { account: '444455556666', region: 'eu-west-1' };
const sandbox = shared(() => startTestSandbox(0.2));

const callOf = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), { place, ...over });
const paramsOf = (instance: string, failover = false) => ({ instance, failover });
const set = (id: string, fields: object) => sandbox.tell('aws', 'settings', { database: { id, ...fields } });
const admit = (id: string, failover = false) => reboot.preState(callOf(), paramsOf(id, failover), database(id));
const attemptOf = (preState: JsonObject) => ({ key: 'ab'.repeat(32), startBy: Date.now() + 60_000, preState });
const begin = async (id: string, failover = false) => {
  const preState = await admit(id, failover);
  const { ref, says } = await reboot.start(callOf(), paramsOf(id, failover), attemptOf(preState));
  return { ref, says, preState };
};
const wait = (ref: JsonObject, call = callOf()): Promise<EffectEnd> => reboot.wait?.(call, ref) as Promise<EffectEnd>;
const effects = async () =>
  (await sandbox.effects()).map(({ operation, target, outcome }) => `${operation} ${target}: ${outcome}`);

describe('the target aws.rds.instance', () => {
  const read = (id: string, over: Partial<Call> = {}) => rdsInstance.read(callOf(over), { DBInstanceIdentifier: id });

  it('is read with its facts, by its name in any case', async () => {
    const orders = {
      type: 'aws.rds.instance',
      id: 'arn:aws:rds:eu-west-1:444455556666:db:orders',
      name: 'orders',
      ...place,
      tags: { opssentinel: 'allow' },
      facts: {
        status: 'available',
        engine: 'postgres',
        multiAz: true,
        class: 'db.m6g.large',
        cluster: '',
        endpoint: 'orders.c0ffee.eu-west-1.rds.amazonaws.com:5432',
      },
    };
    expect(await read('orders')).toMatchObject(orders);
    expect(await read('Orders')).toMatchObject(orders);
    expect(await read('ledger-1')).toMatchObject({ facts: { cluster: 'ledger', engine: 'aurora-postgresql' } });
  });

  it('has no endpoint while it is made', async () => {
    await set('orders', { status: 'creating' });
    expect(await read('orders')).toMatchObject({ facts: { endpoint: '', status: 'creating' } });
  });

  it('is none when it does not exist or is elsewhere, and is not guessed when RDS cannot answer', async () => {
    expect(await read('nothing')).toBeUndefined();
    expect(await read('orders', { place: { account: '111122223333', region: 'eu-west-1' } })).toBeUndefined();
    expect(await read('orders', { place: { ...place, region: 'us-east-1' } })).toBeUndefined();
    for (const [kind, fault] of [
      ['503', 'unavailable'],
      ['429', 'throttled'],
      ['403', 'forbidden'],
    ] as const) {
      await sandbox.fault('rds:DescribeDBInstances', kind);
      await expect(read('orders')).rejects.toMatchObject({ fault });
    }
  });

  it('of another account than was meant is refused', async () => {
    const client = connectSandbox(sandbox.address);
    const describeInstances = async () => ({
      $metadata: {},
      DBInstances: [{ DBInstanceIdentifier: 'orders', DBInstanceArn: 'arn:aws:rds:eu-west-1:999999999999:db:orders' }],
    });
    const wrong = testCall({ ...client, rds: { ...client.rds, describeInstances } }, { place });
    await expect(rdsInstance.read(wrong, { DBInstanceIdentifier: 'orders' })).rejects.toMatchObject({ fault: 'forbidden' });
  });

  it('is selected by what RDS takes as a name', () => {
    const pattern = rdsInstance.select['DBInstanceIdentifier'] as RegExp;
    for (const good of ['a', 'orders', 'web-db-1', `a${'b'.repeat(62)}`]) expect(pattern.test(good)).toBe(true);
    for (const bad of ['', '1a', '-a', 'a-', 'a--b', `a${'b'.repeat(63)}`, 'a_b', ...injections])
      expect(pattern.test(bad)).toBe(false);
  });
});

describe('before a reboot', () => {
  it.each(['rebooting', 'modifying', 'backing-up', 'stopped', 'storage-full'])(
    'a database that is %s is left alone',
    async (status) => {
      await set('orders', { status });
      await expect(admit('orders')).rejects.toMatchObject({ fault: 'conflict' });
    },
  );

  it.each([
    ['a member of a cluster', 'ledger-1', /cluster ledger.*RebootDBCluster/],
    ['RDS Custom', 'legacy', /RDS Custom/],
  ])('%s is refused', async (_what, id, words) => {
    await expect(admit(id)).rejects.toMatchObject({ fault: 'refused', message: expect.stringMatching(words) });
  });

  it('a failover where there is no standby is refused, at the plan and at admission', async () => {
    await expect(admit('reports', true)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('Multi-AZ'),
    });
    const read = { ...database('reports'), facts: { multiAz: false } };
    expect(reboot.written?.settle({ failover: true }, read)).toEqual({ ok: false, because: expect.stringContaining('Multi-AZ') });
    expect(reboot.written?.settle({}, read)).toEqual({ ok: true, params: paramsOf('reports') });
    expect(reboot.written?.settle({}, { ...read, type: 'aws.ec2.instance' })).toMatchObject({ ok: false });
  });

  it('one that is not there is absent, and another than the target is refused', async () => {
    await expect(admit('nothing')).rejects.toMatchObject({ fault: 'absent' });
    await expect(reboot.preState(callOf(), paramsOf('reports'), database('orders'))).rejects.toMatchObject({ fault: 'refused' });
  });

  it('a failover is destructive and says so; without one it is not', () => {
    expect(reboot.riskOf?.(paramsOf('orders', true))).toBe('destructive');
    expect(reboot.riskOf?.(paramsOf('orders'))).toBe('disruptive');
    expect(reboot.warns?.(paramsOf('orders', true))).toContain('standby');
    expect(reboot.says(paramsOf('orders', true))).toContain('failover');
    expect(reboot.says(paramsOf('orders'))).not.toContain('failover');
  });

  it('asks for rights on databases that are tagged for it', () => {
    const grants = reboot.grants?.({ account: '444455556666', region: 'cn-north-1', params: {} }) ?? [];
    expect(grants[0]).toMatchObject({
      resources: ['arn:aws-cn:rds:cn-north-1:444455556666:db:*'],
      conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
    });
    expect(grants.flatMap(({ actions }) => actions).sort()).toEqual([...reboot.permissions].sort());
  });
});

describe('a reboot', () => {
  it('has ended when the database is available again', async () => {
    const { ref, says } = await begin('reports');
    expect(says).toBe('rds:RebootDBInstance: reports is rebooting');
    expect(await rdsAvailable.read(callOf(), {}, database('reports'))).toEqual({ ok: false, says: 'database rebooting' });
    expect(await wait(ref)).toEqual({ status: 'succeeded', says: 'reports is available again' });
    expect(await rdsAvailable.read(callOf(), {}, database('reports'))).toEqual({ ok: true, says: 'database available' });
    expect(await effects()).toEqual(['rds:RebootDBInstance reports: rebooting']);
  });

  it('with failover says where it went', async () => {
    const { ref } = await begin('orders', true);
    expect(await wait(ref)).toEqual({
      status: 'succeeded',
      says: 'orders is available again, in eu-west-1b instead of eu-west-1a',
    });
    expect(await effects()).toEqual(['rds:RebootDBInstance orders: rebooting with failover']);
  });

  it('a second one during it is a conflict, and certainly not done', async () => {
    const { preState, ref } = await begin('orders');
    await expect(reboot.start(callOf(), paramsOf('orders'), attemptOf(preState))).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('InvalidDBInstanceState'),
    });
    expect(await effects()).toHaveLength(1);
    expect(await wait(ref)).toMatchObject({ status: 'succeeded' });
  });

  it('what RDS itself refuses certainly was not done', async () => {
    const given = (id: string, failover: boolean) =>
      reboot.start(callOf(), paramsOf(id, failover), attemptOf({ status: 'available' }));
    await expect(given('legacy', false)).rejects.toMatchObject({ fault: 'refused' });
    await expect(given('reports', true)).rejects.toMatchObject({ fault: 'refused' });
    await expect(given('nothing', false)).rejects.toMatchObject({ fault: 'absent' });
    expect(await effects()).toEqual([]);
  });

  it.each(['failed', 'incompatible-parameters', 'storage-full', 'stopped', 'deleting'])(
    'that leaves it %s has failed',
    async (status) => {
      const { ref } = await begin('orders');
      await set('orders', { status });
      expect(await wait(ref)).toMatchObject({ status: 'failed', says: expect.stringContaining(status) });
    },
  );

  it('is not over because a list still lags behind the answer', async () => {
    const { ref } = await begin('orders');
    await set('orders', { status: 'available' });
    let waits = 0;
    let later = 0;
    const call = callOf({ now: () => Date.now() + later, sleep: async () => ((waits += 1), (later += 5_000), sleep(1)) });
    expect(await wait(ref, call)).toMatchObject({ status: 'succeeded' });
    expect(waits).toBeGreaterThan(4);
  });

  it('survives reads that fail in every way, and a worker that dies', async () => {
    const cancel = new AbortController();
    const { ref } = await begin('orders');
    setTimeout(() => cancel.abort(new Error('worker stops')), 30);
    await expect(wait(ref, callOf({ signal: cancel.signal }))).rejects.toThrow();
    for (const kind of ['500', '503', '429', 'reset-before', 'half-body', '403'] as const)
      await sandbox.fault('rds:DescribeDBInstances', kind);
    expect(await wait(ref, callOf({ sleep: async () => sleep(5) }))).toMatchObject({ status: 'succeeded' });
  });

  it('of a database that is gone has failed', async () => {
    const { ref } = await begin('orders');
    await set('orders', { account: '999999999999' });
    expect(await wait(ref)).toMatchObject({ status: 'failed', says: expect.stringContaining('any more') });
  });

  it('whose answer was lost is found while it reboots, and neither found nor denied afterwards', async () => {
    const preState = await admit('orders');
    const adopt = () => reboot.adopt(callOf(), paramsOf('orders'), { key: 'ab'.repeat(32), preState, since: Date.now() });
    expect(await adopt()).toEqual({ found: false, certain: false });
    await sandbox.fault('rds:RebootDBInstance', 'execute-then-reset');
    await expect(reboot.start(callOf(), paramsOf('orders'), attemptOf(preState))).rejects.toMatchObject({ fault: 'ambiguous' });
    const adopted = await adopt();
    expect(adopted).toMatchObject({ found: true, ref: { instance: 'orders' } });
    expect(await wait((adopted as { ref: JsonObject }).ref)).toMatchObject({ status: 'succeeded' });
    expect(await adopt()).toEqual({ found: false, certain: false });
  });

  it('with failover whose answer was lost is found afterwards too: the zone has changed', async () => {
    const preState = await admit('orders', true);
    const start = () => reboot.start(callOf(), paramsOf('orders', true), attemptOf(preState));
    const { ref } = await start();
    await wait(ref);
    const adoption = await reboot.adopt(callOf(), paramsOf('orders', true), {
      key: 'ab'.repeat(32),
      preState,
      since: Date.now(),
    });
    expect(adoption).toMatchObject({ found: true });
  });
});

describe('the check aws.rds.available', () => {
  it('does not take what it cannot read for well', async () => {
    expect(await rdsAvailable.read(callOf(), {}, database('nothing'))).toMatchObject({ ok: false });
    await sandbox.fault('rds:DescribeDBInstances', '503');
    await expect(rdsAvailable.read(callOf(), {}, database('orders'))).rejects.toMatchObject({ fault: 'unavailable' });
  });
});
