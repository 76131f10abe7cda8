import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { connectSandbox, instance, restart } from '../testkit/samples.js';
import { type AutomationRef, waitForAutomation } from './automation-wait.js';
import { clientToken, ssmStartAutomation } from './ssm-start-automation.js';

const id = 'i-0aa11bb22cc33dd44';
const target = instance(id);
const key = 'ab'.repeat(32);
const sandbox = shared(startTestSandbox);

const callOf = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), over);
const paramsOf = (over: object = {}) => ssmStartAutomation.params.parse({ ...restart(id), ...over });

async function begin(over: Partial<Call> = {}, params = paramsOf(), attemptKey = key) {
  const call = callOf(over);
  const preState = await ssmStartAutomation.preState(call, params, target);
  const { ref } = await ssmStartAutomation.start(call, params, { key: attemptKey, startBy: Date.now() + 60_000, preState });
  return { call, ref: ref as AutomationRef };
}

describe('before the start', () => {
  it('refuses a document whose content is not the one that was approved, and starts nothing', async () => {
    await sandbox.tell('aws', 'settings', {
      documentContent: { name: 'OpsSentinel-RestartInstance', content: 'something else' },
    });
    await expect(begin()).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('is not the one that was approved'),
    });
    expect(await sandbox.effects()).toEqual([]);
  });

  it('refuses a pin of another version with other content', async () => {
    await expect(begin({}, paramsOf({ version: '6' }))).rejects.toMatchObject({ fault: 'refused' });
  });

  it('tells a missing document and a missing version apart from a changed one', async () => {
    await expect(begin({}, paramsOf({ document: 'OpsSentinel-None' }))).rejects.toMatchObject({ fault: 'absent' });
    await expect(begin({}, paramsOf({ version: '99' }))).rejects.toMatchObject({ fault: 'absent' });
  });

  it('refuses a Command document', async () => {
    const params = paramsOf({ ...restart(id, 'OpsSentinel-RestartServiceCommand') });
    await expect(ssmStartAutomation.preState(callOf(), params, target)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('not an Automation'),
    });
  });

  it('refuses to work on anything but the target that was locked', async () => {
    for (const parameters of [{ InstanceId: 'i-0bb22cc33dd44ee55' }, { InstanceId: id, Other: 'i-0bb22cc33dd44ee55' }, {}])
      await expect(ssmStartAutomation.preState(callOf(), paramsOf({ parameters }), target)).rejects.toMatchObject({
        fault: 'refused',
      });
  });

  it('does not start when admission recorded no content hash', async () => {
    const start = ssmStartAutomation.start(callOf(), paramsOf(), { key, startBy: Date.now() + 60_000, preState: {} });
    await expect(start).rejects.toMatchObject({ fault: 'refused' });
    expect(await sandbox.effects()).toEqual([]);
  });

  it.each(['$LATEST', '$DEFAULT', '0', '', '7 ', '7\n'])('refuses the version %j', (version) => {
    expect(ssmStartAutomation.params.safeParse({ ...restart(id), version }).success).toBe(false);
  });
});

describe('the client token', () => {
  it('is a UUID of 36 characters, the same for the same attempt', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
    fc.assert(
      fc.property(hex, hex, (one, other) => {
        expect(clientToken(one)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(clientToken(one)).toBe(clientToken(one));
        if (one.slice(0, 8) !== other.slice(0, 8)) expect(clientToken(one)).not.toBe(clientToken(other));
      }),
    );
  });

  it('may be answered with the same execution instead of an error: still one effect', async () => {
    await sandbox.tell('aws', 'settings', { repeatedToken: 'same-id' });
    const first = await begin();
    const second = await begin();
    expect(second.ref.executionId).toBe(first.ref.executionId);
    expect(await sandbox.effects()).toHaveLength(1);
  });
});

describe('the wait', () => {
  it('lasts until the automation has ended, with heartbeats', async () => {
    let beats = 0;
    const { call, ref } = await begin({ heartbeat: () => void beats++ });
    expect(await waitForAutomation(call, ref)).toEqual({
      status: 'succeeded',
      says: 'Success, 3 of 3 steps, document version 7 as pinned',
    });
    expect(beats).toBeGreaterThan(2);
  });

  it('survives reads that fail in every way', async () => {
    const { call, ref } = await begin();
    for (const kind of ['500', '503', '429', 'reset-before', 'half-body', '403'] as const)
      await sandbox.fault('ssm:GetAutomationExecution', kind);
    expect(await waitForAutomation(call, ref)).toMatchObject({ status: 'succeeded' });
  });

  it.each(['Failed', 'TimedOut', 'Cancelled'])('tells %s', async (status) => {
    await sandbox.tell('aws', 'settings', { nextAutomation: status });
    const { call, ref } = await begin();
    expect(await waitForAutomation(call, ref)).toMatchObject({ status: 'failed', says: expect.stringContaining(status) });
  });

  it('tells that the instance is not there', async () => {
    const stranger = instance('i-0123456789abcdef0');
    const params = paramsOf({ parameters: { InstanceId: stranger.name } });
    const call = callOf();
    const preState = await ssmStartAutomation.preState(call, params, stranger);
    const { ref } = await ssmStartAutomation.start(call, params, { key, startBy: Date.now() + 60_000, preState });
    expect(await waitForAutomation(call, ref as AutomationRef)).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('does not exist'),
    });
  });

  it('when it is cancelled leaves the automation running', async () => {
    const cancel = new AbortController();
    const { call, ref } = await begin({ signal: cancel.signal });
    cancel.abort(new Error('worker stops'));
    await expect(waitForAutomation(call, ref)).rejects.toThrow();
    expect(await waitForAutomation(callOf(), ref)).toMatchObject({ status: 'succeeded' });
  });

  it('of an execution that SSM does not find is patient at first, then unknown', async () => {
    const ref: AutomationRef = {
      executionId: '00000000-0000-4000-8000-000000000000',
      document: 'x',
      version: '7',
      startedAt: Date.now(),
    };
    let later = 0;
    const call = callOf({ now: () => Date.now() + later, sleep: async () => void (later += 10_000) });
    expect(await waitForAutomation(call, ref)).toMatchObject({
      status: 'unknown',
      says: expect.stringContaining('no longer finds it'),
    });
    expect(later).toBeGreaterThan(20_000);
  });

  it('without the right to read ends as unknown, not as failed', async () => {
    const { ref } = await begin();
    await sandbox.fault('ssm:GetAutomationExecution', '403', { times: 100 });
    expect(await waitForAutomation(callOf({ sleep: async () => {} }), ref)).toMatchObject({ status: 'unknown' });
  });

  it('gives up after hours as unknown', async () => {
    const { ref } = await begin();
    const call = callOf({ now: () => Date.now() + 3 * 3_600_000 });
    await sandbox.fault('ssm:GetAutomationExecution', '500', { times: 5 });
    expect(await waitForAutomation(call, ref)).toMatchObject({
      status: 'unknown',
      says: expect.stringContaining('left running'),
    });
  });
});

describe('the read-back', () => {
  const adopt = (attemptKey: string, call = callOf()) =>
    ssmStartAutomation.adopt(call, paramsOf(), { key: attemptKey, preState: {}, since: Date.now() });

  it('finds its own among the executions of other attempts, over several pages', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => index.toString(16).padStart(2, '0').repeat(32));
    const executions = new Map<string, string>();
    for (const one of keys) executions.set(one, (await begin({}, paramsOf(), one)).ref.executionId);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await adopt(keys[0] ?? '')).toMatchObject({ found: true, ref: { executionId: executions.get(keys[0] ?? '') } });
    expect(await adopt('ff'.repeat(32))).toEqual({ found: false, certain: true });
  });

  it('is not certain when one execution could not be read', async () => {
    await begin({}, paramsOf(), 'cd'.repeat(32));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sandbox.fault('ssm:ListTagsForResource', '503');
    expect(await adopt(key)).toEqual({ found: false, certain: false });
  });

  it('looks only in the place that was meant', async () => {
    await begin();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const elsewhere = callOf({ place: { account: '444455556666', region: 'eu-west-1' } });
    expect(await adopt(key, elsewhere)).toEqual({ found: false, certain: true });
    expect(await adopt(key)).toMatchObject({ found: true });
  });
});
