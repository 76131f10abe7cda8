import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { connectSandbox, instance, restart } from '../testkit/samples.js';
import { type AutomationRef, stopAutomation, waitForAutomation } from './automation-wait.js';
import { clientToken, ssmStartAutomation } from './ssm-start-automation.js';

const id = 'i-0aa11bb22cc33dd44';
const target = instance(id);
const key = 'ab'.repeat(32);
const sandbox = shared(startTestSandbox);

const callOf = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), over);
const params = ssmStartAutomation.params.parse(restart(id));

async function begin(call = callOf(), attemptKey = key) {
  const preState = await ssmStartAutomation.preState(call, params, target);
  const { ref } = await ssmStartAutomation.start(call, params, { key: attemptKey, startBy: Date.now() + 60_000, preState });
  return ref as AutomationRef;
}

describe('an automation that is stopped', () => {
  it('is cancelled at SSM, although SSM does not find it yet, and the wait tells so', async () => {
    const call = callOf();
    const ref = await begin(call);
    await stopAutomation(call, ref);
    expect(await waitForAutomation(call, ref)).toMatchObject({ status: 'failed', says: expect.stringContaining('Cancelled') });
  });

  it('twice, or after its end, is the same as once', async () => {
    const call = callOf();
    const ref = await begin(call);
    await stopAutomation(call, ref);
    await stopAutomation(call, ref);
    const other = await begin(call, 'cd'.repeat(32));
    expect(await waitForAutomation(call, other)).toMatchObject({ status: 'succeeded' });
    await stopAutomation(call, other);
    expect(await waitForAutomation(call, other)).toMatchObject({ status: 'succeeded' });
  });

  it('that SSM never heard of needs nothing, once SSM has had its time', async () => {
    let later = 0;
    const call = callOf({ now: () => Date.now() + later, sleep: async () => void (later += 10_000) });
    const ref = { executionId: '00000000-0000-4000-8000-000000000000', document: 'x', version: '7', startedAt: Date.now() };
    await stopAutomation(call, ref);
    expect(later).toBeGreaterThan(20_000);
  });

  it.each([
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['503', 'ambiguous'],
  ] as const)('but SSM answers %s: tells so, so that it is asked again', async (kind, fault) => {
    const call = callOf();
    const ref = await begin(call);
    await sandbox.fault('ssm:StopAutomationExecution', kind);
    await expect(stopAutomation(call, ref)).rejects.toMatchObject({ fault });
    await stopAutomation(call, ref);
  });
});

describe('an execution with rate control', () => {
  let count = 0;
  const parentOf = async (children: string[]) => {
    const call = callOf();
    const ref = await begin(call, (count += 1).toString(16).padEnd(64, '0'));
    await sandbox.tell('aws', 'settings', { children });
    return waitForAutomation(call, ref);
  };

  it('is a success only when every child was one: up to MaxErrors its own status hides them', async () => {
    expect(await parentOf(['Success', 'Success'])).toMatchObject({ status: 'succeeded' });
    expect(await parentOf(['Success', 'Failed', 'Success'])).toEqual({
      status: 'failed',
      says: expect.stringContaining('but 1 of 3 children did not succeed (Failed)'),
    });
    expect(await parentOf(['Success', 'TimedOut'])).toMatchObject({ status: 'failed' });
  });

  it('whose children cannot be found is unknown, and many children are read over all pages', async () => {
    expect(await parentOf([])).toMatchObject({ status: 'unknown' });
    expect(await parentOf([...Array.from({ length: 70 }, () => 'Success'), 'Failed'])).toMatchObject({
      says: expect.stringContaining('1 of 71'),
    });
  });

  it('is not a success while its children cannot be read', async () => {
    await sandbox.fault('ssm:DescribeAutomationExecutions', '503', { times: 3 });
    expect(await parentOf(['Failed'])).toMatchObject({ status: 'failed' });
  });
});

describe('what SSM answers around a start', () => {
  it('just after it the execution is not found: the wait goes on', async () => {
    const slow = await startTestSandbox(2);
    try {
      const call = testCall(connectSandbox(slow.address));
      const ref = await begin(call);
      const asked = call.client.ssm.getAutomation(call, { AutomationExecutionId: ref.executionId });
      await expect(asked).rejects.toMatchObject({ fault: 'absent' });
      expect(await waitForAutomation(call, ref)).toMatchObject({ status: 'succeeded' });
    } finally {
      await slow.close();
    }
  });

  it('a used token with other parameters is IdempotentParameterMismatch: it may run, and is read back', async () => {
    const call = callOf();
    const ref = await begin(call);
    const other = { ...params, parameters: { InstanceId: 'i-0bb22cc33dd44ee55' } };
    const again = ssmStartAutomation.start(call, other, {
      key,
      startBy: Date.now() + 60_000,
      preState: { sha256: params.sha256 },
    });
    await expect(again).rejects.toMatchObject({
      fault: 'ambiguous',
      message: expect.stringContaining('IdempotentParameterMismatch'),
    });
    expect(await sandbox.effects()).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ssmStartAutomation.adopt(call, params, { key, preState: {}, since: Date.now() })).toMatchObject({
      found: true,
      ref: { executionId: ref.executionId },
    });
  });

  it('a token in capitals is the same token', async () => {
    const call = callOf();
    await begin(call);
    const given = call.client.ssm.startAutomation(call, {
      DocumentName: params.document,
      DocumentVersion: params.version,
      ClientToken: clientToken(key).toUpperCase(),
      Parameters: { InstanceId: [id], AutomationAssumeRole: ['arn:aws:iam::111122223333:role/OpsSentinelAutomation'] },
    });
    await expect(given).rejects.toMatchObject({ fault: 'ambiguous' });
  });
});

describe('the rights that it needs', () => {
  const grants = (over: object = {}) =>
    ssmStartAutomation.grants?.({
      account: '111122223333',
      region: 'eu-west-1',
      params: { document: 'OpsSentinel-RestartInstance', version: '7', ...over },
    }) ?? [];
  const named = (sid: string, over: object = {}) => grants(over).find((grant) => grant.sid === sid);

  it('name the document and pin its version', () => {
    expect(named('StartPinned')).toEqual({
      sid: 'StartPinned',
      actions: ['ssm:StartAutomationExecution'],
      resources: ['arn:aws:ssm:eu-west-1:111122223333:document/OpsSentinel-RestartInstance'],
      conditions: { 'ForAnyValue:StringEquals': { 'ssm:DocumentVersion': ['7'] } },
    });
  });

  it('of a document of AWS have no account in its ARN', () => {
    expect(named('StartAwsOwned', { document: 'AWS-RebootRdsInstance', version: '5' })?.resources).toEqual([
      'arn:aws:ssm:eu-west-1::document/AWS-RebootRdsInstance',
    ]);
  });

  it('let it pass its one role to SSM alone', () => {
    expect(named('PassAutomationRole', { assumeRole: 'Fixer' })).toMatchObject({
      actions: ['iam:PassRole'],
      resources: ['arn:aws:iam::111122223333:role/Fixer'],
      conditions: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
    });
    expect(named('PassAutomationRole')?.resources).toEqual(['arn:aws:iam::111122223333:role/OpsSentinelAutomation']);
  });

  it('cover every right that it says it needs, and no other', () => {
    const granted = new Set(grants().flatMap(({ actions }) => actions));
    expect([...granted].sort()).toEqual([...ssmStartAutomation.permissions].sort());
  });
});
