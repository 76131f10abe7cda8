import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import { connectSandbox } from '../testkit/samples.js';
import { database, instance } from '../testkit/targets.js';
import { service } from '../testkit/capacity-samples.js';
import { ofDatabase, ofInstance, ofService, type Subject } from './subjects.js';
import { writesOn } from './writes.js';

const target = instance('i-0aa11bb22cc33dd44');
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());
const call = (over: object = {}) =>
  testCall(connectSandbox(sandbox.address), { place: { account: target.account, region: target.region }, ...over });
const meanwhile = () => ({ since: Date.now() - 600_000, until: Date.now() + 60_000 });
const found = (subject: Subject = ofInstance(target), operations: string[] = ['RebootInstances'], within = meanwhile()) =>
  writesOn(call(), subject, operations, within);

const deed = (more: object = {}) => ({
  name: 'RebootInstances',
  service: 'ec2',
  account: target.account,
  ago: 60,
  request: { instancesSet: { items: [{ instanceId: target.name }] } },
  ...more,
});
const told = (...events: object[]) => sandbox.tell('aws', 'trail', { events });
const looked = async (): Promise<number> => {
  const { events } = (await sandbox.ask('aws/trail')) as { events: { operation: string }[] };
  return events.filter(({ operation }) => operation === 'cloudtrail:LookupEvents').length;
};

describe('N3: writes on one thing by CloudTrail', () => {
  it('tell who did what and when, of somebody who called AWS by hand', async () => {
    await call().client.ec2.rebootInstances(call(), { InstanceIds: [target.name] });
    const { writes, gap } = await found();
    expect(gap).toBe('');
    expect(writes).toEqual([expect.objectContaining({ name: 'RebootInstances', by: 'somebody', who: 'grace' })]);
    expect(Math.abs((writes[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('of a session of ours are told apart from those of people', async () => {
    const as = call({ place: { account: target.account, region: target.region, role: 'OpsSentinelAct' } });
    await as.client.ec2.rebootInstances(as, { InstanceIds: [target.name] });
    expect((await found()).writes).toEqual([expect.objectContaining({ by: 'us', who: 'pagerduty=QTEST0001 as OpsSentinelAct' })]);
  });

  it('of a service on behalf of somebody are told apart from both', async () => {
    await told(deed({ by: 'Automation-1f2e', invokedBy: 'ssm.amazonaws.com' }));
    const who = 'Automation-1f2e as Engineers, through ssm.amazonaws.com';
    expect((await found()).writes).toEqual([expect.objectContaining({ by: 'service', who })]);
  });

  it('that were refused, or are reads, are none', async () => {
    await told(deed({ errorCode: 'Client.UnauthorizedOperation' }), deed({ errorCode: 'Client.DryRunOperation' }));
    await call().client.ec2.describeInstances(call(), { InstanceIds: [target.name] });
    await sandbox.tell('aws', 'settings', { instance: { id: target.name, state: 'stopped' } });
    await expect(call().client.ec2.rebootInstances(call(), { InstanceIds: [target.name] })).rejects.toThrow();
    expect(await found()).toEqual({ writes: [], gap: '' });
  });

  it('on another thing whose name begins alike are none', async () => {
    const other = { instancesSet: { items: [{ instanceId: `${target.name}5` }] } };
    await told(deed({ request: other }), deed({ request: { note: `see ${target.name}` } }), deed({ request: {} }));
    expect((await found()).writes).toEqual([]);
  });

  it('on a database and on a service of another cluster are none', async () => {
    const prod = { account: '444455556666' };
    await told(
      deed({ ...prod, name: 'RebootDBInstance', service: 'rds', request: { dBInstanceIdentifier: 'orders-2' } }),
      deed({ ...prod, name: 'RebootDBInstance', service: 'rds', request: { dBInstanceIdentifier: 'ORDERS' } }),
      deed({ ...prod, name: 'UpdateService', service: 'ecs', request: { cluster: 'test', service: 'web' } }),
      deed({ ...prod, name: 'UpdateService', service: 'ecs', request: { service: 'web' } }),
      deed({
        ...prod,
        name: 'UpdateService',
        service: 'ecs',
        request: { cluster: 'arn:aws:ecs:eu-west-1:444455556666:cluster/prod', service: 'web' },
      }),
      deed({ ...prod, name: 'UpdateService', service: 'ecs', request: { service: service().id } }),
    );
    const at = call({ place: { account: prod.account, region: target.region } });
    const of = async (subject: Subject, name: string) => (await writesOn(at, subject, [name], meanwhile())).writes.length;
    expect(await of(ofDatabase(database('orders')), 'RebootDBInstance')).toBe(1);
    expect(await of(ofService(service()), 'UpdateService')).toBe(2);
  });

  it('outside of the time are none; the second of either end counts', async () => {
    await told(deed({ ago: 3_600 }), deed({ ago: 60 }));
    const { writes } = await found();
    expect(writes).toHaveLength(1);
    const at = writes[0]?.at ?? 0;
    const within = async (since: number, until: number) =>
      (await found(ofInstance(target), ['RebootInstances'], { since, until })).writes.length;
    expect(await within(at + 500, at + 5_000)).toBe(1);
    expect(await within(at + 1_000, at + 5_000)).toBe(0);
    expect(await within(at - 5_000, at)).toBe(1);
  });

  it('are read over pages, each once, though two lookups find them', async () => {
    await sandbox.tell('aws', 'settings', { pageOf: 1 });
    const resources = [{ ResourceType: 'AWS::EC2::Instance', ResourceName: target.name }];
    await told(deed({ ago: 50, resources }), deed({ ago: 40, resources }), deed({ ago: 30, resources }));
    const { writes, gap } = await found();
    expect(gap).toBe('');
    expect(writes).toHaveLength(3);
    const [newest, , oldest] = writes;
    expect((newest?.at ?? 0) - (oldest?.at ?? 0)).toBe(20_000);
  });

  it('beyond ten pages are said not to have been read', async () => {
    await sandbox.tell('aws', 'settings', { pageOf: 1 });
    await told(...Array.from({ length: 12 }, (_, index) => deed({ ago: 60 + index })));
    const { writes, gap } = await found();
    expect(writes).toHaveLength(10);
    expect(gap).toContain('more than 10 pages of RebootInstances');
  });

  it.each([
    ['no JSON', '{"eventName": '],
    ['no object', '"RebootInstances"'],
    ['without a time', '{"eventName":"RebootInstances","userIdentity":{},"requestParameters":null}'],
    ['with words for a name', '{"eventName":"<b>","eventTime":"2026-11-22T03:12:38Z","userIdentity":{}}'],
  ])('that are broken (%s) are said, and the others are read all the same', async (_how, raw) => {
    await told(deed({ raw }), deed());
    const { writes, gap } = await found();
    expect(writes).toHaveLength(1);
    expect(gap).toBe('an event of RebootInstances in CloudTrail cannot be read');
  });

  it('say who it was without control characters, colours or secrets, and not at length', async () => {
    await told(deed({ by: `a\u001b[31mda\u202e AKIAABCDEFGHIJKLMNOP ${'x y '.repeat(60)}` }));
    const who = (await found()).writes[0]?.who ?? '';
    expect(who).toMatch(/^ada \[removed\] x y /);
    expect(who.length).toBeLessThan(150);
  });

  it.each([
    ['429', 'throttled'],
    ['503', 'unavailable'],
    ['403', 'forbidden'],
  ] as const)('a %s of CloudTrail is %s', async (kind, fault) => {
    await sandbox.fault('cloudtrail:LookupEvents', kind);
    await expect(found()).rejects.toMatchObject({ fault });
    expect(await looked()).toBe(0);
  });

  it('are asked for by name and by each operation, one lookup after another', async () => {
    await found();
    const { events } = (await sandbox.ask('aws/trail')) as { events: { requestParameters: { LookupAttributes?: object[] } }[] };
    expect(events.map(({ requestParameters }) => requestParameters.LookupAttributes)).toEqual([
      ...['RebootInstances', 'SendCommand', 'StartSession'].map((name) => [{ AttributeKey: 'EventName', AttributeValue: name }]),
      [{ AttributeKey: 'ResourceName', AttributeValue: target.name }],
    ]);
  });
});
