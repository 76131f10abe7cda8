import { CommandInvocationStatus } from '@aws-sdk/client-ssm';
import { describe, expect, it } from '@jest/globals';
import { endOfCommand, invocationStatuses } from './command-status.js';

const invocation = (Status: string, over: object = {}) =>
  ({ Status, StatusDetails: Status, ResponseCode: 0, DocumentVersion: '7', $metadata: {}, ...over }) as never;

describe('how a command ended on its instance', () => {
  it('knows every status of the SDK, and no other', () => {
    expect(Object.keys(invocationStatuses).sort()).toEqual(Object.values(CommandInvocationStatus).sort());
  });

  it.each(['Pending', 'InProgress', 'Delayed', 'Cancelling', 'SuccessProbably', ''])('%j is still running', (status) => {
    expect(endOfCommand(invocation(status), '7')).toBeUndefined();
  });

  // contracts 5.2: the API may spell them without spaces, the console with.
  it.each([
    ['TimedOut', 'DeliveryTimedOut', 'did not run'],
    ['TimedOut', 'Delivery Timed Out', 'did not run'],
    ['TimedOut', 'ExecutionTimedOut', 'longer than it may'],
    ['TimedOut', 'Execution Timed Out', 'longer than it may'],
    ['Failed', 'Undeliverable', 'could not be delivered'],
    ['Failed', 'Terminated', 'before it reached'],
    ['Failed', 'InvalidPlatform', 'another platform'],
    ['Failed', 'Access Denied', 'may not be told'],
    ['Failed', 'RateExceeded', 'too many'],
    ['Failed', 'Incomplete', 'did not run'],
    ['Failed', 'No Instances In Tag', 'no instance'],
    ['Failed', 'Failed', 'Failed'],
    ['Cancelled', 'Cancelled', 'Cancelled'],
    ['Success', 'Undeliverable', 'could not be delivered'],
  ])('%s, %s is failed', (status, details, says) => {
    const end = endOfCommand(invocation(status, { StatusDetails: details, ResponseCode: -1 }), '7');
    expect(end).toMatchObject({ status: 'failed', says: expect.stringContaining(says) });
    expect(end?.says).not.toContain('exit code');
  });

  it('Success is exit code 0 and what the script said last', () => {
    const stdout = 'deleting\r\n1.9 GB freed: 1911000000 bytes in 3120 files\n\n--output truncated--\n';
    expect(endOfCommand(invocation('Success', { StandardOutputContent: stdout }), '7')).toEqual({
      status: 'succeeded',
      says: 'exit code 0, 1.9 GB freed: 1911000000 bytes in 3120 files, document version 7 as pinned',
    });
  });

  it('Success with another exit code, or without one, is unknown', () => {
    expect(endOfCommand(invocation('Success', { ResponseCode: 194 }), '7')).toMatchObject({ status: 'unknown' });
    expect(endOfCommand(invocation('Success', { ResponseCode: undefined }), '7')).toMatchObject({ status: 'unknown' });
  });

  it('Success of another document version is a failure, and of no version unknown', () => {
    expect(endOfCommand(invocation('Success', { DocumentVersion: '8' }), '7')).toMatchObject({ status: 'failed' });
    for (const DocumentVersion of ['', undefined])
      expect(endOfCommand(invocation('Success', { DocumentVersion }), '7')).toMatchObject({ status: 'unknown' });
  });

  it('tells the last line of a failure, without colours, control characters and secrets, and not all of it', () => {
    const stderr = `first\n\u001b[31mcannot open\u0007 token=canary123 ${'y'.repeat(300)}\n`;
    const { says = '' } = endOfCommand(invocation('Failed', { ResponseCode: 3, StandardErrorContent: stderr }), '7') ?? {};
    expect(says).toMatch(/^Failed, exit code 3, cannot open/);
    expect(says).not.toMatch(/canary|first|\p{Cc}/u);
    expect(says.length).toBeLessThan(220);
  });
});
