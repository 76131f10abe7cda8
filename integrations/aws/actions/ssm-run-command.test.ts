import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../../domain/target.js';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { cleaning, connectSandbox, documentHash, instance, online } from '../testkit/samples.js';
import type { CommandRef } from './command-wait.js';
import { ssmRunCommand } from './ssm-run-command.js';

const id = 'i-0bb22cc33dd44ee55';
const target = online(id);
const key = 'ab'.repeat(32);
const sandbox = shared(startTestSandbox);

const callOf = (over: Partial<Call> = {}) => testCall(connectSandbox(sandbox.address), over);
const paramsOf = (over: object = {}) => ssmRunCommand.params.parse({ ...cleaning, ...over });
const refuses = (over: object) => expect(ssmRunCommand.params.safeParse({ ...cleaning, ...over }).success).toBe(false);

async function prepare(params = paramsOf(), attemptKey = key, over: Partial<Call> = {}) {
  const call = callOf(over);
  const since = Date.now();
  const preState = await ssmRunCommand.preState(call, params, target);
  const start = () => ssmRunCommand.start(call, params, { key: attemptKey, startBy: Date.now() + 60_000, preState });
  const adopt = () => ssmRunCommand.adopt(call, params, { key: attemptKey, preState, since });
  const wait = (ref: object) => ssmRunCommand.wait?.(call, ref as CommandRef);
  return { call, preState, start, adopt, wait };
}

async function ended(params = paramsOf(), over: Partial<Call> = {}) {
  const { start, wait } = await prepare(params, key, over);
  return wait((await start()).ref);
}

const lag = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('what may be run', () => {
  it.each([
    'AWS-RunShellScript',
    'AWS-RunPowerShellScript',
    'AWS-RunRemoteScript',
    'AWS-ApplyAnsiblePlaybooks',
    'AWSSupport-ExecuteEC2Rescue',
    'AWSEC2-ConfigureSTIG',
    'aws-runshellscript',
    'AmazonCloudWatch-ManageAgent',
    'arn:aws:ssm:eu-west-1:444455556666:document/OpsSentinel-CleanTempFiles',
    'arn:aws:ssm:eu-west-1::document/AWS-RunShellScript',
    'document/OpsSentinel-CleanTempFiles',
  ])('no document %s', (document) => refuses({ document }));

  it.each(['$LATEST', '$DEFAULT', '0', '', '7\n'])('no version %j', (version) => refuses({ version }));

  it.each(['29s', '0s', '0', '30', '30 s', '16m', '60000ms', '-60s', '1d', 60])('nothing that starts within %j', (startWithin) =>
    refuses({ startWithin }),
  );

  it.each(['3h', '0s', '1.5m', 'PT1M'])('nothing with the timeout %j', (timeout) => refuses({ timeout }));

  it('its timeout stands in one place', () => refuses({ parameters: { executionTimeout: '7200' } }));

  it('no value but anchored text', () => {
    for (const Path of ['/; rm -rf /', '/data/../etc', '$(x)', '{{ssm:x}}', 24, ['/'], '']) refuses({ parameters: { Path } });
  });
});

describe('before the command', () => {
  it('records the pin, the instance, and that the document takes a timeout', async () => {
    const { document, version, sha256 } = cleaning;
    expect((await prepare()).preState).toEqual({ document, version, sha256, instance: id, takesTimeout: true });
    const other = paramsOf({
      document: 'OpsSentinel-RestartServiceCommand',
      sha256: documentHash('OpsSentinel-RestartServiceCommand'),
      parameters: { Service: 'web' },
    });
    expect((await prepare(other)).preState).toMatchObject({ takesTimeout: false });
    await expect(ended(other)).resolves.toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['changed content', { sha256: 'a'.repeat(64) }, 'refused'],
    ['a version with other content', { version: '6' }, 'refused'],
    ['a missing version', { version: '99' }, 'absent'],
    ['a missing document', { document: 'OpsSentinel-None' }, 'absent'],
    ['an Automation', { document: 'OpsSentinel-RestartInstance' }, 'refused'],
    ['a parameter that names another instance', { parameters: { Path: 'i-0aa11bb22cc33dd44' } }, 'refused'],
  ])('refuses %s', async (_what, over, fault) => {
    await expect(prepare(paramsOf(over))).rejects.toMatchObject({ fault });
    expect(await sandbox.effects()).toEqual([]);
  });

  it.each(['ConnectionLost', 'Inactive', '', undefined])('refuses an instance whose agent is %j', async (ssmPing) => {
    const silent: Target = { ...target, facts: ssmPing === undefined ? {} : { ssmPing } };
    await expect(ssmRunCommand.preState(callOf(), paramsOf(), silent)).rejects.toMatchObject({ fault: 'conflict' });
  });

  it('refuses what is no instance', async () => {
    const group = { ...target, type: 'aws.autoscaling.group' };
    await expect(ssmRunCommand.preState(callOf(), paramsOf(), group)).rejects.toMatchObject({ fault: 'refused' });
  });

  it('does not send what admission did not record', async () => {
    const { call, preState } = await prepare();
    const attempt = { key, startBy: Date.now() + 60_000 };
    await expect(ssmRunCommand.start(call, paramsOf(), { ...attempt, preState: {} })).rejects.toMatchObject({ fault: 'refused' });
    const other = ssmRunCommand.start(call, paramsOf({ version: '6' }), { ...attempt, preState });
    await expect(other).rejects.toMatchObject({ fault: 'refused' });
    expect(await sandbox.effects()).toEqual([]);
  });
});

describe('the command', () => {
  it('goes to the target alone, marked with the attempt key, and says how it ended', async () => {
    expect(await ended()).toEqual({
      status: 'succeeded',
      says: 'exit code 0, 0.0 GB freed: 0 bytes in 3120 files, document version 7 as pinned',
    });
    expect(await sandbox.effects()).toMatchObject([
      { operation: 'ssm:SendCommand', target: id, key, outcome: 'sent OpsSentinel-CleanTempFiles version 7' },
    ]);
  });

  it('is refused by SSM itself when the content changes after admission', async () => {
    const { start } = await prepare();
    await sandbox.tell('aws', 'settings', { documentContent: { name: cleaning.document, content: 'something else' } });
    await expect(start()).rejects.toMatchObject({ name: 'VendorError' });
    expect(await sandbox.effects()).toEqual([]);
  });

  it.each([
    ['Failed', { status: 'Failed', responseCode: 3, stderr: 'cannot open /data/tmp\n' }, 'exit code 3, cannot open /data/tmp'],
    ['ExecutionTimedOut', { status: 'TimedOut', statusDetails: 'ExecutionTimedOut', responseCode: 137 }, 'longer than it may'],
    ['another version', { documentVersion: '8' }, 'document version 8'],
  ])('that ends as %s is failed', async (_what, nextCommand, says) => {
    await sandbox.tell('aws', 'settings', { nextCommand });
    expect(await ended()).toMatchObject({ status: 'failed', says: expect.stringContaining(says) });
  });

  it('is not lost because its invocation does not exist at first', async () => {
    await sandbox.tell('aws', 'settings', { nextCommand: { missing: 3 } });
    expect(await ended()).toMatchObject({ status: 'succeeded' });
  });

  it('survives reads that fail in every way', async () => {
    const { start, wait } = await prepare();
    const { ref } = await start();
    for (const kind of ['500', '503', '429', 'reset-before', 'half-body', '403'] as const)
      await sandbox.fault('ssm:GetCommandInvocation', kind);
    expect(await wait(ref)).toMatchObject({ status: 'succeeded' });
  });

  it('that no agent takes did not run', async () => {
    const { start, wait } = await prepare(paramsOf({ startWithin: '30s' }));
    await sandbox.tell('aws', 'settings', { instance: { id, ssmPing: 'ConnectionLost' } });
    const { ref } = await start();
    expect(await wait(ref)).toMatchObject({ status: 'failed', says: expect.stringContaining('so it did not run') });
  });

  it('whose agent died is unknown when delivery and execution should be over', async () => {
    await sandbox.tell('aws', 'settings', { nextCommand: { status: 'InProgress' } });
    let later = 0;
    const over = { now: () => Date.now() + later, sleep: async () => void (later += 5_000) };
    const end = await ended(paramsOf(), over);
    expect(end).toMatchObject({ status: 'unknown', says: expect.stringContaining('has not ended in 5 min') });
  });

  it('is cancelled when the run is, and ends as failed', async () => {
    const { call, start, wait } = await prepare();
    const { ref } = await start();
    await ssmRunCommand.stop?.(call, ref);
    await ssmRunCommand.stop?.(call, ref);
    expect(await wait(ref)).toMatchObject({ status: 'failed', says: expect.stringContaining('Cancelled') });
  });
});

describe('the read-back', () => {
  it('finds a command whose answer was lost, and follows it to its end; nothing is sent again', async () => {
    const { start, adopt, wait } = await prepare();
    await sandbox.fault('ssm:SendCommand', 'execute-then-reset');
    await expect(start()).rejects.toMatchObject({ fault: 'ambiguous' });
    await lag();
    const adoption = await adopt();
    expect(adoption).toMatchObject({ found: true, ref: { instance: id, version: '7', longestMs: 180_000 } });
    expect(await wait((adoption as { ref: object }).ref)).toMatchObject({ status: 'succeeded' });
    expect(await sandbox.effects()).toHaveLength(1);
  });

  it('tells its own from the commands of other attempts, over several pages', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => index.toString(16).padStart(2, '0').repeat(32));
    const sent = new Map<string, unknown>();
    for (const one of keys) sent.set(one, (await (await prepare(paramsOf(), one)).start()).ref['commandId']);
    await lag();
    const oldest = keys[0] ?? '';
    expect(await (await prepare(paramsOf(), oldest)).adopt()).toMatchObject({
      found: true,
      ref: { commandId: sent.get(oldest) },
    });
    expect(await (await prepare(paramsOf(), 'ff'.repeat(32))).adopt()).toEqual({ found: false, certain: true });
  });

  it('is not certain when the list goes on longer than it is read', async () => {
    const { preState } = await prepare();
    const endless = { listCommands: async () => ({ Commands: [], NextToken: 'more' }) };
    const client = connectSandbox(sandbox.address);
    const call = testCall({ ...client, ssm: { ...client.ssm, ...endless } as unknown as typeof client.ssm });
    const adoption = await ssmRunCommand.adopt(call, paramsOf(), { key, preState, since: Date.now() });
    expect(adoption).toEqual({ found: false, certain: false });
  });
});

it('needs the right to this document and to allowed instances, apart', () => {
  const grants = ssmRunCommand.grants?.({ account: '111122223333', region: 'eu-west-1', params: cleaning }) ?? [];
  expect(grants.filter(({ actions }) => actions.includes('ssm:SendCommand'))).toEqual([
    {
      sid: 'SendPinnedCommand',
      actions: ['ssm:SendCommand'],
      resources: ['arn:aws:ssm:eu-west-1:111122223333:document/OpsSentinel-CleanTempFiles'],
    },
    {
      sid: 'SendToAllowedInstances',
      actions: ['ssm:SendCommand'],
      resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/*'],
      conditions: { StringEquals: { 'ssm:resourceTag/opssentinel': 'allow' } },
    },
  ]);
  const named = grants.flatMap(({ actions }) => actions);
  expect([...new Set(named)].sort()).toEqual([...ssmRunCommand.permissions].sort());
});

it('says what it will do', () => {
  expect(ssmRunCommand.says(paramsOf())).toBe('SSM command OpsSentinel-CleanTempFiles version 7');
  expect(instance(id).name).toBe(id);
});
