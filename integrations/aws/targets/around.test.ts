import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Surroundings } from '../../../domain/surroundings.js';
import type { Target } from '../../../domain/target.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { passes } from '../simulated/instance-filters.js';
import { connectSandbox, database, instance } from '../testkit/samples.js';
import { autoScalingGroup } from './auto-scaling-group.js';
import { ec2Instance } from './ec2-instance.js';
import { ecsService } from './ecs-service.js';
import { rdsInstance } from './rds-instance.js';

const staging = { account: '111122223333', region: 'eu-west-1' };
const production = { account: '444455556666', region: 'eu-west-1' };
const one = 'i-0aa11bb22cc33dd44';
const two = 'i-0bb22cc33dd44ee55';
const scaled = 'i-0ff66aa77bb88cc99';

const sandbox = shared(startTestSandbox);

const call = (place = staging) => testCall(connectSandbox(sandbox.address), { place });
const set = (settings: object) => sandbox.tell('aws', 'settings', settings);
const calls = async (operation: string) =>
  ((await sandbox.ask('calls')) as { operation: string }[]).filter((made) => made.operation === operation).length;

/** As admission does it: the target as it is read now, and what stands around it. */
async function around(id: string, place = staging): Promise<Surroundings | undefined> {
  const target = await ec2Instance.read(call(place), { InstanceId: id });
  return target && ec2Instance.around?.(call(place), { ...target, environment: 'any' });
}

describe('what stands around an instance', () => {
  it('G3: by its tag: the running instances of the same service, account and region, with both status checks ok', async () => {
    expect(await around(one)).toEqual({
      group: { name: 'instances with service=web', total: 6, healthy: 6, targetHealthy: true },
      people: [],
      unknown: [],
    });
    await set({ instance: { id: two, checks: 'impaired' } });
    await set({ instance: { id: 'i-0bb22cc33dd44ee56', checks: 'initializing' } });
    await set({ instance: { id: 'i-0bb22cc33dd44ee57', state: 'stopping' } });
    await set({ instance: { id: 'i-0bb22cc33dd44ee58', state: 'stopped' } });
    expect(await around(one)).toMatchObject({ group: { total: 5, healthy: 2, targetHealthy: true } });
  });

  it('the target counts among the healthy only where it is, and among all of them even when it is stopped', async () => {
    await set({ instance: { id: one, checks: 'impaired' } });
    expect(await around(one)).toMatchObject({ group: { total: 6, healthy: 5, targetHealthy: false } });
    await set({ instance: { id: one, state: 'stopped' } });
    expect(await around(one)).toMatchObject({ group: { total: 6, healthy: 5, targetHealthy: false } });
  });

  it('what people say on purpose goes before the service', async () => {
    for (const id of [one, two]) await set({ instance: { id, tags: { service: 'web', 'opssentinel:group': 'canary' } } });
    expect(await around(one)).toMatchObject({ group: { name: 'instances with opssentinel:group=canary', total: 2, healthy: 2 } });
    expect(await around('i-0bb22cc33dd44ee56')).toMatchObject({ group: { total: 6 } });
  });

  it('a tag in the words of a filter is meant as it stands', async () => {
    await set({ instance: { id: one, tags: { service: 'we*' } } });
    expect(await around(one)).toMatchObject({ group: { name: 'instances with service=we*', total: 1, healthy: 1 } });
    await set({ instance: { id: two, tags: { service: 'we*' } } });
    expect(await around(one)).toMatchObject({ group: { total: 2, healthy: 2 } });
  });

  it('without a tag, or with an empty one, it stands alone, and nobody is asked for a group', async () => {
    for (const tags of [{}, { service: '' }]) {
      await set({ instance: { id: one, tags } });
      expect(await around(one)).toEqual({ people: [], unknown: [] });
    }
    // One per read of the target itself.
    expect(await calls('ec2:DescribeInstances')).toBe(2);
  });

  it('by its Auto Scaling group: InService and Healthy of what the group wants, and its MinSize', async () => {
    expect(await around(scaled, production)).toMatchObject({
      group: { name: 'Auto Scaling group checkout-web', total: 4, healthy: 4, targetHealthy: true, minimum: 2 },
    });
    await set({ instance: { id: scaled, checks: 'impaired' } });
    await set({ group: { name: 'checkout-web', desired: 6 } });
    expect(await around(scaled, production)).toMatchObject({ group: { total: 6, healthy: 3, targetHealthy: false } });
    await set({ instance: { id: 'i-0ff66aa77bb88cc9a', state: 'stopping' } });
    await set({ group: { name: 'checkout-web', desired: 3 } });
    expect(await around(scaled, production)).toMatchObject({ group: { total: 3, healthy: 2 } });
  });

  it('of a group that is being deleted, or does not list it, nothing is known', async () => {
    const target = await ec2Instance.read(call(production), { InstanceId: scaled });
    const leaving = { ...target, name: 'i-0ff66aa77bb88cc00', environment: 'prod' } as Target;
    expect(await ec2Instance.around?.(call(production), leaving)).toMatchObject({
      unknown: [{ what: 'group', because: 'aws: Auto Scaling group checkout-web does not list i-0ff66aa77bb88cc00' }],
    });
    await set({ group: { name: 'checkout-web', deleting: true } });
    const found = await around(scaled, production);
    expect(found?.group).toBeUndefined();
    expect(found?.unknown).toEqual([{ what: 'group', because: expect.stringContaining('no Auto Scaling group checkout-web') }]);
  });

  it('reads every page', async () => {
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'ada' });
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'grace' });
    await set({ pageOf: 1 });
    const found = await around(one);
    expect(found).toMatchObject({ group: { total: 6, healthy: 6 } });
    expect(found?.people).toHaveLength(2);
  });

  it('of a list that never ends nothing is claimed', async () => {
    const { client, ...rest } = call();
    const describeInstances = async () => ({ $metadata: {}, Reservations: [], NextToken: 'more' });
    const endless = { ...rest, client: { ...client, ec2: { ...client.ec2, describeInstances } } };
    const target = { ...instance(one), tags: { service: 'web' } };
    expect(await ec2Instance.around?.(endless, target)).toMatchObject({
      unknown: [{ what: 'group', because: expect.stringContaining('too many to be read') }],
    });
  });
});

describe('who works on an instance', () => {
  it('G14: everybody with an open session of Session Manager, with since when; others are not meant', async () => {
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'ada' });
    await sandbox.tell('aws', 'sessions', { instance: two, owner: 'grace' });
    const found = await around(one);
    expect(found?.people).toEqual([expect.stringMatching(/^ada by Session Manager since \d\d:\d\d:\d\dZ$/)]);
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'ada', open: false });
    expect(await around(one)).toMatchObject({ people: [] });
  });

  it('a name that AWS does not tell is somebody', async () => {
    const { client, ...rest } = call();
    const Sessions = [
      { Target: one },
      { Target: one, Owner: 'arn:aws:iam::111122223333:root' },
      { Target: one, Owner: 'arn:aws:iam::111122223333:user/ops/grace', StartDate: new Date('2026-09-30T08:14:01Z') },
    ];
    const describeSessions = async () => ({ $metadata: {}, Sessions });
    const odd = {
      ...rest,
      now: () => Date.parse('2026-10-01T01:00:00Z'),
      client: { ...client, ssm: { ...client.ssm, describeSessions } },
    };
    expect(await ec2Instance.around?.(odd, instance(one))).toMatchObject({
      people: ['somebody by Session Manager', 'root by Session Manager', 'grace by Session Manager since 2026-09-30 08:14:01Z'],
    });
  });
});

describe('what could not be read', () => {
  it('what may not be read is named, and the other is still known', async () => {
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'ada' });
    await sandbox.fault('ec2:DescribeInstanceStatus', '403', { after: 1 });
    const blind = await around(one);
    expect(blind?.group).toBeUndefined();
    expect(blind?.people).toHaveLength(1);
    expect(blind?.unknown).toEqual([{ what: 'group', because: expect.stringContaining('ec2:DescribeInstanceStatus') }]);
    await sandbox.fault('ssm:DescribeSessions', '403');
    expect(await around(one)).toMatchObject({
      group: { total: 6 },
      people: [],
      unknown: [{ what: 'people', because: expect.stringContaining('ssm:DescribeSessions') }],
    });
  });

  it.each([
    ['429', 'throttled'],
    ['503', 'unavailable'],
    ['half-body', 'unavailable'],
  ] as const)('%s is asked again: the whole read fails as %s', async (kind, fault) => {
    await sandbox.fault('ssm:DescribeSessions', kind);
    await expect(around(one)).rejects.toMatchObject({ fault });
  });
});

describe('what stands around a database', () => {
  const of = async (id: string) => {
    const target = await rdsInstance.read(call(production), { DBInstanceIdentifier: id });
    return target && rdsInstance.around?.(call(production), { ...target, environment: 'prod' });
  };

  it('alone, where it is in no cluster', async () => {
    expect(await of('orders')).toEqual({ people: [], unknown: [], untold: ['people'] });
    expect(await calls('rds:DescribeDBClusters')).toBe(0);
  });

  it('a reader stands with the readers, the writer with all of them', async () => {
    expect(await of('ledger-2')).toMatchObject({
      group: { name: 'readers of cluster ledger', total: 2, healthy: 2, targetHealthy: true },
    });
    await set({ database: { id: 'ledger-3', status: 'modifying' } });
    await set({ pageOf: 1 });
    expect(await of('ledger-3')).toMatchObject({ group: { total: 2, healthy: 1, targetHealthy: false } });
    expect(await of('ledger-1')).toMatchObject({
      group: { name: 'members of cluster ledger', total: 3, healthy: 2, targetHealthy: true },
      unknown: [],
    });
  });

  it('of a cluster that does not list it nothing is known', async () => {
    const stranger = { ...database('ledger-9'), facts: { cluster: 'ledger' } };
    expect(await rdsInstance.around?.(call(production), stranger)).toMatchObject({
      unknown: [{ what: 'group', because: 'aws: cluster ledger does not list ledger-9' }],
    });
  });
});

it('a target that is the group itself has nothing around it', () => {
  expect([autoScalingGroup.around, ecsService.around]).toEqual([undefined, undefined]);
});

it("the simulator's filters: what is escaped is itself, a star is any text, a question mark one character", () => {
  const tagged = (service: string) => ({ state: 'running', tags: { service } }) as unknown as Parameters<typeof passes>[0];
  const fits = (value: string, text: string) => passes(tagged(text), { name: 'tag:service', values: [value] });
  fc.assert(fc.property(fc.string(), (text) => fits(text.replace(/[\\*?]/g, '\\$&'), text) && fits('*', text)));
  expect([fits('w?b', 'web'), fits('w?b', 'wb'), fits('w\\?b', 'web'), fits('WEB', 'web')]).toEqual([true, false, false, false]);
});
