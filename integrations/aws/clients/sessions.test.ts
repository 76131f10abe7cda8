import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { incidentId } from '../../../domain/incident-id.js';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import { ssmStartAutomation } from '../actions/ssm-start-automation.js';
import { connectAws } from '../client.js';
import { ec2Instance } from '../targets/ec2-instance.js';
import { connectSandbox, instance, restart } from '../testkit/samples.js';
import { sessionName, sourceIdentity } from './sessions.js';

let sandbox: TestSandbox;
const id = 'i-0aa11bb22cc33dd44';
const reading = { account: '111122223333', region: 'eu-west-1', role: 'OpsSentinelRead' };
const acting = { ...reading, role: 'OpsSentinelAct' };

beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await sandbox.reset();
});
afterAll(() => sandbox.close());

interface TrailLine {
  operation: string;
  account: string;
  role: string;
  session: string;
  sourceIdentity: string;
  incident: string;
}
const trail = async (): Promise<TrailLine[]> =>
  ((await (await fetch(`${sandbox.address}/_sandbox/aws/trail`)).json()) as { events: TrailLine[] }).events;
const assumed = async () => (await trail()).filter(({ operation }) => operation === 'sts:AssumeRole').length;
const calls = async () => ((await (await fetch(`${sandbox.address}/_sandbox/calls`)).json()) as { operation: string }[]).length;
const callAs = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), { place: reading, ...over });
const read = (call: ReturnType<typeof callAs>) => ec2Instance.read(call, { InstanceId: id });

async function startAs(call: ReturnType<typeof callAs>) {
  const params = ssmStartAutomation.params.parse(restart(id));
  const preState = await ssmStartAutomation.preState(callAs(), params, instance(id));
  return ssmStartAutomation.start(call, params, { key: 'ab'.repeat(32), startBy: Date.now() + 60_000, preState });
}

describe('as whom a call is made', () => {
  it('M20: every call runs as a session of the role, and session name, source identity and tag name the incident', async () => {
    await read(callAs());
    await startAs(callAs({ place: acting }));
    const made = (await trail()).filter(({ operation }) => operation !== 'sts:AssumeRole');
    expect(new Set(made.map(({ operation }) => operation.split(':')[0]))).toEqual(new Set(['ec2', 'ssm']));
    for (const line of made)
      expect(line).toMatchObject({
        role: line.operation === 'ssm:StartAutomationExecution' ? 'OpsSentinelAct' : 'OpsSentinelRead',
        session: 'os-pagerduty=QTEST0001',
        sourceIdentity: 'pagerduty=QTEST0001',
        incident: 'pagerduty:QTEST0001',
        account: reading.account,
      });
  });

  it('assumes a role once per role and incident, however many calls begin at once', async () => {
    const call = callAs();
    await Promise.all(Array.from({ length: 10 }, () => read(call)));
    await read(call);
    expect(await assumed()).toBe(1);
    await read({ ...call, incident: 'pagerduty:QOTHER' });
    expect(await assumed()).toBe(2);
    await read({ ...call, place: acting });
    expect(await assumed()).toBe(3);
  });

  it('renews a session before it ends, and not earlier', async () => {
    const call = callAs();
    await read(call);
    const began = Date.now();
    const clock = jest.spyOn(Date, 'now');
    clock.mockImplementation(() => began + 12 * 60_000);
    await read(call);
    expect(await assumed()).toBe(1);
    clock.mockImplementation(() => began + 14 * 60_000);
    expect(await read(call)).toMatchObject({ name: id });
    expect(await assumed()).toBe(2);
  });

  it('the reading role cannot write, and nothing was done', async () => {
    await expect(startAs(callAs())).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('ssm:StartAutomationExecution'),
    });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('a role that is not there is forbidden, before anything is sent', async () => {
    await expect(startAs(callAs({ place: { ...acting, role: 'NoSuchRole' } }))).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('sts:AssumeRole'),
    });
    expect(await sandbox.effects()).toEqual([]);
  });

  it.each([
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['500', 'unavailable'],
    ['reset-before', 'unavailable'],
    ['execute-then-reset', 'unavailable'],
    ['execute-then-timeout', 'unavailable'],
    ['half-body', 'unavailable'],
  ] as const)('%s at STS before a write is %s, never ambiguous: nothing has been asked for yet', async (kind, fault) => {
    const call = callAs({ place: acting });
    await sandbox.fault('sts:AssumeRole', kind, { after: 1 });
    await expect(startAs(call)).rejects.toMatchObject({ fault });
    expect(await sandbox.effects()).toEqual([]);
    await expect(startAs(call)).resolves.toMatchObject({ says: expect.any(String) });
  });

  it('a role that takes too long leaves no write behind: the time to begin is over by then', async () => {
    await sandbox.fault('sts:AssumeRole', 'ok', { after: 1, delayMs: 300 });
    const late = startAs(callAs({ place: acting, startBy: Date.now() + 150 }));
    await expect(late).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('too late') });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('one caller that is cancelled takes the session from nobody else', async () => {
    const call = callAs();
    const cancel = new AbortController();
    await sandbox.fault('sts:AssumeRole', 'ok', { delayMs: 150 });
    const cancelled = read({ ...call, signal: cancel.signal });
    const other = read(call);
    setTimeout(() => cancel.abort(), 20);
    await expect(cancelled).rejects.toMatchObject({ name: 'VendorError', fault: 'unavailable' });
    expect(await other).toMatchObject({ name: id });
    expect(await assumed()).toBe(1);
  });

  it('in live, a call to an account without a role is refused and nothing is sent', async () => {
    const live = connectAws({ region: 'eu-west-1', endpoint: sandbox.address, credentials: 'default-chain' });
    const { role: _role, ...nobody } = reading;
    await expect(read(testCall(live, { place: nobody }))).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('111122223333'),
    });
    expect(await calls()).toBe(0);
  });
});

describe('names of sessions', () => {
  const part = fc.string({ unit: fc.constantFrom(...'AZaz09._-:/ é€x'), minLength: 1, maxLength: 90 });
  const incident = fc
    .record({
      source: fc.constantFrom('pagerduty', 'grafana', 'service-now'),
      externalId: part,
      generation: fc.constantFrom('0', '1790000000'),
    })
    .map((ref) => incidentId({ ...ref } as never));

  it('are what STS takes, for every incident, and for any text', () => {
    fc.assert(
      fc.property(fc.oneof(incident, fc.string({ unit: 'binary' })), (text) => {
        for (const name of [sessionName(text), sourceIdentity(text)]) expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
      }),
    );
  });

  it('differ for different incidents', () => {
    fc.assert(
      fc.property(incident, incident, (one, other) => {
        fc.pre(one !== other);
        expect(sessionName(one)).not.toBe(sessionName(other));
        expect(sourceIdentity(one)).not.toBe(sourceIdentity(other));
      }),
      { numRuns: 1_000 },
    );
    const alike = [
      'pagerduty:Q1',
      'pagerduty-Q1',
      'pagerduty=Q1',
      'pagerduty:Q1:r1',
      'pagerduty:Q1-r1',
      'servicenow:Q1',
      `x:${'a'.repeat(80)}`,
      `x:${'a'.repeat(81)}`,
    ];
    expect(new Set(alike.map(sessionName)).size).toBe(alike.length);
    expect(new Set(alike.map(sourceIdentity)).size).toBe(alike.length);
  });
});
