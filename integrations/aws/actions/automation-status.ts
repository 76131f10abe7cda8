import type { EffectEnd } from '../../../domain/effect.js';
import type { AwsClient } from '../client.js';

type Execution = NonNullable<Awaited<ReturnType<AwsClient['ssm']['getAutomation']>>['AutomationExecution']>;

/**
 * All 19 values of AutomationExecutionStatus (SSM API 2014-11-06). The last five of the ended ones belong to change requests and
 * rate-controlled runs. A value that is not here is still running: never a success by ignorance.
 */
export const automationStatuses: Readonly<Record<string, 'running' | 'succeeded' | 'failed'>> = {
  Pending: 'running',
  InProgress: 'running',
  Waiting: 'running',
  Cancelling: 'running',
  PendingApproval: 'running',
  Approved: 'running',
  Scheduled: 'running',
  RunbookInProgress: 'running',
  PendingChangeCalendarOverride: 'running',
  ChangeCalendarOverrideApproved: 'running',
  Success: 'succeeded',
  TimedOut: 'failed',
  Cancelled: 'failed',
  Failed: 'failed',
  Rejected: 'failed',
  ChangeCalendarOverrideRejected: 'failed',
  CompletedWithSuccess: 'succeeded',
  CompletedWithFailure: 'failed',
  Exited: 'failed',
};

/** How the automation ended, or `undefined` while it runs. */
export function endOf(execution: Execution, pinnedVersion: string): EffectEnd | undefined {
  const value = execution.AutomationExecutionStatus ?? '';
  const status = automationStatuses[value] ?? 'running';
  if (status === 'running') return undefined;
  const ran = execution.DocumentVersion;
  // What the answer says ran is the proof of the pin.
  if (ran !== undefined && ran !== pinnedVersion)
    return { status: 'failed', says: `${value}, but it ran document version ${ran} and ${pinnedVersion} is pinned` };
  const version = ran === undefined ? `SSM does not say which document version ran` : `document version ${ran} as pinned`;
  const failure = status === 'failed' ? failureOf(execution) : '';
  return {
    status: status === 'succeeded' && ran === undefined ? 'unknown' : status,
    says: `${value}${failure}, ${stepsOf(execution)}, ${version}`,
  };
}

function stepsOf({ StepExecutions = [], StepExecutionsTruncated }: Execution): string {
  const done = StepExecutions.filter(({ StepStatus }) => StepStatus === 'Success').length;
  return `${done} of ${StepExecutions.length}${StepExecutionsTruncated ? ' or more' : ''} steps`;
}

function failureOf({ StepExecutions = [], FailureMessage }: Execution): string {
  const step = StepExecutions.find(({ StepStatus }) => StepStatus === 'Failed' || StepStatus === 'TimedOut');
  const message = (step?.FailureMessage ?? FailureMessage ?? '').replace(/\s+/g, ' ').slice(0, 200);
  return `${step?.StepName ? ` at step ${step.StepName}` : ''}${message ? `: ${message}` : ''}`;
}
