import { describe, expect, it } from '@jest/globals';
import { AutomationExecutionStatus } from '@aws-sdk/client-ssm';
import { automationStatuses, endOf } from './automation-status.js';

const execution = (status: string, over: object = {}) => ({
  AutomationExecutionStatus: status as never,
  DocumentVersion: '7',
  StepExecutions: [
    { StepName: 'one', StepStatus: 'Success' as const },
    { StepName: 'two', StepStatus: 'Success' as const },
  ],
  ...over,
});

const running = [
  'Pending',
  'InProgress',
  'Waiting',
  'Cancelling',
  'PendingApproval',
  'Approved',
  'Scheduled',
  'RunbookInProgress',
  'PendingChangeCalendarOverride',
  'ChangeCalendarOverrideApproved',
];
const failed = [
  'TimedOut',
  'Cancelled',
  'Failed',
  'Rejected',
  'ChangeCalendarOverrideRejected',
  'CompletedWithFailure',
  'Exited',
];
const succeeded = ['Success', 'CompletedWithSuccess'];

describe('how an automation ended', () => {
  it('knows every status of the SDK, and no other', () => {
    const all = Object.values(AutomationExecutionStatus).sort();
    expect(all).toHaveLength(19);
    expect(Object.keys(automationStatuses).sort()).toEqual(all);
    expect([...running, ...failed, ...succeeded].sort()).toEqual(all);
  });

  it.each(running)('%s is still running', (status) => {
    expect(endOf(execution(status), '7')).toBeUndefined();
  });

  it.each(failed)('%s is failed', (status) => {
    expect(endOf(execution(status), '7')).toMatchObject({ status: 'failed' });
  });

  it.each(succeeded)('%s is succeeded, and shows the pin', (status) => {
    expect(endOf(execution(status), '7')).toEqual({
      status: 'succeeded',
      says: `${status}, 2 of 2 steps, document version 7 as pinned`,
    });
  });

  it('a status that nobody knows is still running, never a success', () => {
    expect(endOf(execution('SuccessfulProbably'), '7')).toBeUndefined();
    expect(endOf(execution(''), '7')).toBeUndefined();
  });

  it('a success of another document version is a failure', () => {
    expect(endOf(execution('Success', { DocumentVersion: '8' }), '7')).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('version 8'),
    });
  });

  it('a success without proof of the version is unknown', () => {
    expect(endOf(execution('Success', { DocumentVersion: undefined }), '7')).toMatchObject({ status: 'unknown' });
  });

  it('says at which step it failed, and why', () => {
    const steps = [
      { StepName: 'stopInstance', StepStatus: 'Failed', FailureMessage: 'it did not\nstop' },
      { StepName: 'startInstance', StepStatus: 'Pending' },
    ];
    expect(endOf(execution('Failed', { StepExecutions: steps }), '7')?.says).toBe(
      'Failed at step stopInstance: it did not stop, 0 of 2 steps, document version 7 as pinned',
    );
  });
});
