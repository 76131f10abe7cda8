import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type ScheduleDescription, ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import type { Logger } from 'pino';
import { reconcileId } from '../workflows/ids.js';
import { queues, reconcileWorkflowType } from '../workflows/messages.js';

export interface ScheduleDeps {
  client: { schedule: Pick<Client['schedule'], 'create' | 'getHandle'> };
  /** How often a round begins. Milliseconds. */
  everyMs: number;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Milliseconds. */
const retry = { first: 1_000, longest: 60_000 };

/**
 * Sees to it that the one Schedule of the installation is there and as this build wants it, whoever made it. Beside the workers' own work:
 * a Temporal that refuses it is asked again, and told of, while incidents go on being handled.
 */
export function startReconciling(deps: ScheduleDeps): { stop: () => Promise<void> } {
  const ending = new AbortController();
  const done = untilKept(deps, ending.signal);
  return {
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}

async function untilKept(deps: ScheduleDeps, ending: AbortSignal): Promise<void> {
  for (let pause = retry.first; !ending.aborted; pause = Math.min(pause * 2, retry.longest)) {
    try {
      return await keepSchedule(deps);
    } catch (error) {
      if (!ending.aborted) deps.log.warn({ err: error }, 'the Schedule of reconciliation could not be made; it is tried again');
    }
    await sleep(pause, undefined, { signal: ending, ref: false }).catch(() => undefined);
  }
}

/** Makes the Schedule, or brings the one that is there up to date. What an operator has paused stays paused. */
export async function keepSchedule({ client, everyMs, log }: ScheduleDeps): Promise<void> {
  const wanted = scheduleOf(everyMs);
  try {
    const made = await client.schedule.create({ scheduleId: reconcileId, ...wanted });
    log.info({ everyMs }, 'reconciliation has its Schedule');
    // Not by `triggerImmediately`, which lets rounds overlap and forgets what this one hands to the next.
    await made.trigger(ScheduleOverlapPolicy.SKIP);
  } catch (error) {
    // By name: errors may come from another copy of the SDK.
    if (!(error instanceof Error) || error.name !== 'ScheduleAlreadyRunning') throw error;
    const there = client.schedule.getHandle(reconcileId);
    // An update carries the state that it has read: what is as it should be is left alone, so that nobody's pause is undone by a restart.
    if (!isSo(await there.describe(), wanted)) await there.update(({ state }) => ({ ...wanted, state }));
  }
}

type Wanted = ReturnType<typeof scheduleOf>;

const isSo = ({ spec, action, policies }: ScheduleDescription, wanted: Wanted): boolean =>
  spec.intervals?.length === 1 &&
  spec.intervals[0]?.every === wanted.spec.intervals[0]?.every &&
  action.workflowType === wanted.action.workflowType &&
  action.taskQueue === wanted.action.taskQueue &&
  action.workflowRunTimeout === wanted.action.workflowRunTimeout &&
  policies.overlap === wanted.policies.overlap &&
  policies.catchupWindow === wanted.policies.catchupWindow;

function scheduleOf(everyMs: number) {
  return {
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: reconcileWorkflowType,
      workflowId: reconcileId,
      taskQueue: queues.run,
      args: [],
      // A round that nobody works on must not keep the next from its turn for ever.
      workflowRunTimeout: Math.max(2 * everyMs, 600_000),
      staticSummary: 'looks for incidents that nobody told us of',
    },
    // After an outage of Temporal one round is enough: it sees what all of those would have seen.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: Math.max(everyMs, 10_000), pauseOnFailure: false },
  } satisfies Pick<ScheduleOptions, 'spec' | 'action' | 'policies'>;
}
