import type { ApprovalAnswer, ApprovalRequest } from '../domain/approval.js';
import type { Delivery } from '../domain/delivery.js';
import { incidentWorkflowId, workflowIdOf } from '../workflows/ids.js';
import { approval, incidentEvent, incidentWorkflowType, takeOver } from '../workflows/messages.js';
import { durable, startOptions } from '../workflows/start-options.js';
import type { TemporalClient } from './deps.js';

/** What became of a delivery at Temporal. `closed`: there was a run, and it has ended. */
export type RunAnswer = 'durable' | 'closed';

/** Why a message did not reach a run. `no-run`: none is open under that id. `unanswered`: it may have been taken. */
export type RunFault = 'no-run' | 'refused' | 'unanswered' | 'away';

export class RunError extends Error {
  override readonly name = 'RunError';
  readonly fault: RunFault;

  constructor(fault: RunFault, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.fault = fault;
  }
}

/** Everything the API asks of Temporal. Deadlines are epoch milliseconds; every method rejects with RunError. */
export interface Runs {
  start: (delivery: Delivery, deadline: number) => Promise<RunAnswer>;
  tell: (delivery: Delivery, deadline: number) => Promise<RunAnswer>;
  /** To an open run alone: begins none. `closed`: there is none. */
  tellOpen: (delivery: Delivery, deadline: number) => Promise<RunAnswer>;
  decide: (incident: string, request: ApprovalRequest, updateId: string, deadline: number) => Promise<ApprovalAnswer>;
  takeOver: (incident: string, by: string, deadline: number) => Promise<void>;
  /** Whether a run is open under that id. */
  isOpen: (incident: string, deadline: number) => Promise<boolean>;
  reachable: (deadline: number) => Promise<void>;
  /**
   * Resolves when no call is under way any more, those that we gave up on included. Wait for it before the connection is closed:
   * the SDK tries an unavailable server again from a timer, which throws where nobody catches it once the channel is shut.
   */
  settled: () => Promise<void>;
}

/** The SDK's longest pause between two tries is 6 s. Milliseconds. */
const settleLimitMs = 8000;

export function createRuns({ connection, workflow }: TemporalClient): Runs {
  const underWay = new Set<Promise<unknown>>();
  const within = <Result>(deadline: number, call: () => Promise<Result>): Promise<Result> => {
    const answer = connection.withDeadline(deadline, call);
    underWay.add(answer);
    const done = (): boolean => underWay.delete(answer);
    answer.then(done, done);
    return beforeDeadline(deadline, answer).catch((error: unknown) => {
      throw new RunError(faultOf(error), error);
    });
  };
  return {
    start: (delivery, deadline) => within(deadline, () => durable(workflow.start(incidentWorkflowType, startOptions(delivery)))),
    tell: (delivery, deadline) =>
      within(deadline, () =>
        durable(
          workflow.signalWithStart(incidentWorkflowType, {
            ...startOptions(delivery),
            signal: incidentEvent,
            signalArgs: [delivery],
          }),
        ),
      ),
    tellOpen: (delivery, deadline) =>
      within(deadline, () => workflow.getHandle(incidentWorkflowId(delivery.ref)).signal(incidentEvent, delivery)).then(
        () => 'durable',
        (error: unknown) => {
          if (error instanceof RunError && error.fault === 'no-run') return 'closed';
          throw error;
        },
      ),
    decide: (incident, request, updateId, deadline) =>
      within(deadline, () => workflow.getHandle(workflowIdOf(incident)).executeUpdate(approval, { args: [request], updateId })),
    takeOver: (incident, by, deadline) =>
      within(deadline, () => workflow.getHandle(workflowIdOf(incident)).signal(takeOver, { by })),
    isOpen: (incident, deadline) =>
      within(deadline, () => workflow.getHandle(workflowIdOf(incident)).describe()).then(
        ({ status }) => status.name === 'RUNNING' || status.name === 'PAUSED',
        (error: unknown) => {
          if (error instanceof RunError && error.fault === 'no-run') return false;
          throw error;
        },
      ),
    reachable: (deadline) =>
      within(deadline, async () => {
        await connection.workflowService.getSystemInfo({});
      }),
    settled: () =>
      beforeDeadline(Date.now() + settleLimitMs, Promise.allSettled(underWay)).then(
        () => undefined,
        () => undefined,
      ),
  };
}

function faultOf(error: unknown): RunFault {
  const name = error instanceof Error ? error.name : '';
  if (name === 'WorkflowNotFoundError') return 'no-run';
  if (name === 'WorkflowUpdateFailedError') return 'refused';
  if (name === 'WorkflowUpdateRPCTimeoutOrCancelledError') return 'unanswered';
  return 'away';
}

/** The client's own deadline does not cover a connection that is still being made. */
export async function beforeDeadline<Result>(deadline: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('did not answer in time')), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
