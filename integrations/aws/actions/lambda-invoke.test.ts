import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { longestInvocation } from '../clients/lambda.js';
import { connectSandbox, instance, invocation } from '../testkit/samples.js';
import { lambdaInvokeDurable } from './lambda-invoke-durable.js';
import { lambdaInvoke } from './lambda-invoke.js';

const id = 'i-0aa11bb22cc33dd44';
const target = instance(id);
const key = 'ab'.repeat(32);
const sandbox = shared(startTestSandbox);

const callOf = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), over);
const paramsOf = (over: object = {}) => lambdaInvoke.params.parse({ ...invocation(id), ...over });
const durable = () => lambdaInvokeDurable.params.parse(invocation(id, 'ops-restart-instance-durable', '3'));

async function invoke(params = paramsOf(), over: Partial<Call> = {}, action: typeof lambdaInvoke = lambdaInvoke) {
  const call = callOf(over);
  const preState = await action.preState(call, params, target);
  const attempt = { key, startBy: Date.now() + 60_000, preState };
  const adopt = () => action.adopt(call, params, { key, preState, since: Date.now() });
  const start = () => action.start(call, params, attempt);
  const wait = (ref: JsonObject) => action.wait?.(call, ref);
  return { call, preState, start, adopt, wait };
}

async function ended(params = paramsOf()) {
  const { start, wait } = await invoke(params);
  const { ref, says } = await start();
  return { says, end: await wait(ref) };
}

describe('what may be invoked', () => {
  it('no function that is told of something else than the target', async () => {
    const other = paramsOf({ payload: { instanceId: 'i-0bb22cc33dd44ee55' } });
    const both = paramsOf({ payload: { instanceId: id, other: 'i-0bb22cc33dd44ee55' } });
    for (const params of [other, both, paramsOf({ payload: {} })])
      await expect(invoke(params)).rejects.toMatchObject({ fault: 'refused' });
  });
});

describe('before the invocation', () => {
  it('records which code it is, and whether the function is durable', async () => {
    const { preState } = await invoke();
    expect(preState).toEqual({
      function: 'ops-restart-instance',
      version: '12',
      codeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      durable: false,
      timeoutSeconds: 30,
    });
    expect((await invoke(durable())).preState).toMatchObject({ durable: true, timeoutSeconds: 120 });
  });

  it.each([
    ['a function that is not there', { function: 'ops-none' }, 'absent'],
    ['a version that is not there', { version: '99' }, 'absent'],
    ['a function that is not active', { function: 'ops-restart-idle', version: '1' }, 'conflict'],
    ['other code than was approved', { sha256: 'a'.repeat(64) }, 'refused'],
  ])('refuses %s', async (_what, over, fault) => {
    await expect(invoke(paramsOf(over))).rejects.toMatchObject({ fault });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('refuses a function that may run longer than anybody waits', async () => {
    const slow = invoke(paramsOf({ function: 'ops-restart-slowly', version: '1' }));
    await expect(slow).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('900 s') });
    expect(longestInvocation).toBeLessThan(60_000);
  });

  it('takes the pin of the code in hex or as Lambda shows it', async () => {
    const shown = String((await invoke()).preState['codeSha256']);
    for (const sha256 of [shown, Buffer.from(shown, 'base64').toString('hex')])
      await expect(invoke(paramsOf({ sha256 }))).resolves.toBeDefined();
  });

  it('does not invoke what admission did not record', async () => {
    const { call } = await invoke();
    const start = lambdaInvoke.start(call, paramsOf({ version: '7' }), {
      key,
      startBy: Date.now() + 60_000,
      preState: (await invoke()).preState,
    });
    await expect(start).rejects.toMatchObject({ fault: 'refused' });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('leaves a function that is not durable to the other action', async () => {
    await expect(invoke(paramsOf(), {}, lambdaInvokeDurable)).rejects.toMatchObject({
      message: expect.stringContaining('use aws.lambda.invoke'),
    });
  });
});

describe('the answer', () => {
  it('of the pinned version without an error is a success', async () => {
    const says = `lambda:Invoke: 200, ran version 12, no function error; it says: restart of ${id} has begun`;
    expect(await ended()).toEqual({
      says: 'lambda:Invoke: ops-restart-instance version 12 has answered',
      end: { status: 'succeeded', says },
    });
  });

  it('tells the function the attempt key and the incident, so that it can refuse a repeat', async () => {
    await ended();
    expect(await sandbox.effects()).toMatchObject([{ target: id, key, outcome: 'ran ops-restart-instance version 12' }]);
  });

  it('with a function error is a failure, although it is an HTTP 200; the stack stays away', async () => {
    const { end } = await ended(paramsOf({ function: 'ops-fails', version: '1' }));
    expect(end).toEqual({
      status: 'failed',
      says: 'lambda:Invoke: 200, ran version 1, function error Unhandled: RangeError: the pool is exhausted',
    });
    expect(await sandbox.effects()).toHaveLength(1);
  });

  it('of another version is a failure, and of no version is unknown', async () => {
    await sandbox.tell('aws', 'settings', { nextInvocation: { executedVersion: '8' } });
    expect((await ended()).end).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('ran version 8 and 12 is pinned'),
    });
    await sandbox.tell('aws', 'settings', { nextInvocation: { executedVersion: '' } });
    expect((await ended()).end).toMatchObject({ status: 'unknown' });
  });

  it('that is lost leaves it unknown whether it ran: never absent', async () => {
    const { start, adopt } = await invoke();
    await sandbox.fault('lambda:Invoke', 'execute-then-reset');
    await expect(start()).rejects.toMatchObject({ fault: 'ambiguous' });
    expect(await adopt()).toEqual({ found: false, certain: false });
  });

  it('of a throttled call says that nothing was done', async () => {
    const { start } = await invoke();
    await sandbox.fault('lambda:Invoke', '429');
    await expect(start()).rejects.toMatchObject({ fault: 'throttled' });
    expect(await sandbox.effects()).toEqual([]);
  });
});

describe('a durable function', () => {
  it.each([lambdaInvoke, lambdaInvokeDurable])(
    'is named after the attempt, found again and followed to its end ($id)',
    async (action) => {
      const { start, adopt, wait } = await invoke(durable(), {}, action);
      await sandbox.tell('aws', 'settings', { nextInvocation: { runsFor: 150 } });
      await sandbox.fault('lambda:Invoke', 'execute-then-reset');
      await expect(start()).rejects.toMatchObject({ fault: 'ambiguous' });
      await new Promise((resolve) => setTimeout(resolve, 20));
      const adoption = await adopt();
      expect(adoption).toMatchObject({
        found: true,
        ref: { executionArn: expect.stringContaining(`/durable-execution/${key}/`) },
      });
      expect(await wait((adoption as { ref: JsonObject }).ref)).toMatchObject({
        status: 'succeeded',
        says: expect.stringContaining('durable execution SUCCEEDED, ran version 3'),
      });
      expect(await sandbox.effects()).toHaveLength(1);
    },
  );

  it('whose name was used with another payload may well have run: read back, never given up', async () => {
    const { start } = await invoke(durable());
    await start();
    const other = await invoke({ ...durable(), payload: { instanceId: id, force: true } });
    await expect(other.start()).rejects.toMatchObject({ fault: 'ambiguous' });
    expect(await sandbox.effects()).toHaveLength(1);
  });

  it('is proven absent when no execution has its name, and not when the list could not be read', async () => {
    const { adopt } = await invoke(durable());
    expect(await adopt()).toEqual({ found: false, certain: true });
    await sandbox.fault('lambda:ListDurableExecutionsByFunction', '503');
    await expect(adopt()).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

it('needs the right to invoke this version and no other', () => {
  const [invokes, ...reads] =
    lambdaInvoke.grants?.({ account: '111122223333', region: 'eu-west-1', params: invocation(id) }) ?? [];
  expect(invokes).toEqual({
    sid: 'InvokePinnedFunction',
    actions: ['lambda:InvokeFunction'],
    resources: ['arn:aws:lambda:eu-west-1:111122223333:function:ops-restart-instance:12'],
  });
  for (const action of reads.flatMap(({ actions }) => actions)) expect(action).toMatch(/^(lambda:(Get|List)|cloudtrail:Lookup)/);
});
