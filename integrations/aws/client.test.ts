import { describe, expect, it } from '@jest/globals';
import { startTestSandbox } from '../contract/testkit/sandbox.js';
import { shared } from '../contract/testkit/shared.js';
import { connectAws } from './client.js';
import { connectSandbox } from './testkit/samples.js';

const sandbox = shared(startTestSandbox);
const at = () => ({
  place: { account: '111122223333', region: 'eu-west-1' },
  signal: new AbortController().signal,
  incident: 'pagerduty:QTEST0001',
});
const start = {
  DocumentName: 'OpsSentinel-RestartInstance',
  DocumentVersion: '7',
  Parameters: {
    InstanceId: ['i-0aa11bb22cc33dd44'],
    AutomationAssumeRole: ['arn:aws:iam::111122223333:role/OpsSentinelAutomation'],
  },
};

describe('one request per call', () => {
  it.each(['500', '503', '429', 'reset-before', 'half-body'] as const)('a write that meets %s is sent once', async (kind) => {
    await sandbox.fault('ssm:StartAutomationExecution', kind);
    await expect(connectSandbox(sandbox.address).ssm.startAutomation(at(), start)).rejects.toMatchObject({ name: 'VendorError' });
    const calls = (await (await fetch(`${sandbox.address}/_sandbox/calls`)).json()) as { operation: string }[];
    expect(calls.filter(({ operation }) => operation === 'ssm:StartAutomationExecution')).toHaveLength(1);
  });

  it('an answer that trickles in is given up at the deadline, as ambiguous', async () => {
    await sandbox.fault('ssm:StartAutomationExecution', 'slow-body', { delayMs: 20_000 });
    const given = connectSandbox(sandbox.address).ssm.startAutomation(at(), start);
    await expect(given).rejects.toMatchObject({ fault: 'ambiguous' });
  }, 10_000);

  it('takes over how long to wait when it is throttled', async () => {
    await sandbox.fault('ssm:DescribeDocument', '429');
    const throttled = connectSandbox(sandbox.address).ssm.describeDocument(at(), { Name: 'OpsSentinel-RestartInstance' });
    await expect(throttled).rejects.toMatchObject({ fault: 'throttled', retryAfterMs: 1_000 });
  });

  it('nobody listening: certainly not done', async () => {
    await expect(connectSandbox('http://127.0.0.1:9').ssm.startAutomation(at(), start)).rejects.toMatchObject({
      fault: 'unavailable',
    });
  });

  it('cancelled in the middle: ambiguous', async () => {
    await sandbox.fault('ssm:StartAutomationExecution', 'execute-then-timeout');
    const cancel = new AbortController();
    const given = connectAws({ region: undefined, endpoint: sandbox.address, credentials: 'sandbox' }).ssm.startAutomation(
      { ...at(), signal: cancel.signal },
      start,
    );
    setTimeout(() => cancel.abort(), 150);
    await expect(given).rejects.toMatchObject({ fault: 'ambiguous' });
    expect(await sandbox.effects()).toHaveLength(1);
  });
});
