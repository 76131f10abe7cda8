import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createDecideActivities } from '../activities/decide/index.js';
import type { ActivityDeps } from '../activities/deps.js';
import { createEffectActivities } from '../activities/effect/index.js';
import { createReconcileActivities, createSubscriptionActivities, type ReconcileDeps } from '../activities/reconcile/index.js';
import { reconcilePaces } from '../activities/reconcile/pace.js';
import { createTellActivities } from '../activities/tell/index.js';
import { guards } from '../guards/index.js';
import { workflowIdOf } from '../workflows/ids.js';
import { paceOf } from '../decide/profiles.js';
import type { AnyFollower } from '../integrations/contract/registry.js';
import { joined, queues, type WorkerRole } from '../workflows/messages.js';
import { startFollowers } from './followers.js';
import { outcomeMetrics } from './outcome-metrics.js';
import { startPolling } from './poll.js';
import { startReconciling } from './reconcile.js';
import { reconcileSigns } from './reconcile-signs.js';
import { takeIn } from './take-in.js';

/** What a worker process is given. Which roles it plays is which credentials it needs. */
export interface WorkersDeps extends Omit<ActivityDeps, 'guards' | 'tellJoined'> {
  connection: NativeConnection;
  client: Client;
  namespace: string;
  roles: readonly WorkerRole[];
  /** The prebuilt workflow bundle. */
  bundlePath: string;
  /** How long a cached run may wait for a worker that died. Milliseconds. */
  stickyMs: number;
  /** How long running activities may take to stop. Milliseconds. */
  graceMs: number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Sources that are asked instead of waited for, by id, and how often. Milliseconds. */
  polls: Readonly<Record<string, number>>;
}

export interface RunningWorkers {
  /** Settles when every worker has ended; rejects when one of them failed. */
  run: Promise<void>;
  stop: () => Promise<void>;
}

/** PagerDuty allows 960 requests a minute and key (its REST documentation, "Rate Limits"); a telling activity makes a few. */
const tellsPerSecond = 4;

/** One Temporal worker per role, each on its own queue. */
export async function start(deps: WorkersDeps): Promise<RunningWorkers> {
  const activityDeps: ActivityDeps = {
    ...deps,
    guards,
    tellJoined: (owner, incident) => tellJoined(deps.client, owner, incident),
  };
  const reconcileDeps: ReconcileDeps = {
    ...deps,
    signs: reconcileSigns(deps.log, deps.now),
    takeIn: (source, delivery, foundBy) => takeIn(deps, source, delivery, foundBy),
  };
  const workers = await Promise.all(
    deps.roles.map((role) =>
      Worker.create({ ...common(deps), ...roleOptions(role, deps, { ...activityDeps, ...reconcileDeps }) }),
    ),
  );
  const following = deps.roles.includes('tell') ? await startFollowers({ ...deps, ...followed(deps) }) : undefined;
  const polling = deps.roles.includes('decide') ? startPolling({ ...deps, ...polled(deps) }) : undefined;
  const { everyMs } = reconcilePaces[paceOf(deps.rules()).profile];
  const reconciling = deps.roles.includes('run') ? startReconciling({ ...deps, everyMs }) : undefined;
  const run = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  // One worker that fails takes the others with it: a process with half of its roles looks alive and is not.
  run.catch(() => shutDown(workers));
  return {
    run,
    stop: async () => {
      shutDown(workers);
      await Promise.all([run.catch(() => undefined), following?.stop(), polling?.stop(), reconciling?.stop()]);
    },
  };
}

/** Every follower whose integration is connected, and our own counters. */
const followed = ({ registry, rules }: WorkersDeps): { followers: AnyFollower[]; pace: () => ReturnType<typeof paceOf> } => ({
  followers: [
    outcomeMetrics(),
    ...registry.followers.filter(({ integration }) => registry.integrations.get(integration)?.connected === true),
  ],
  pace: () => paceOf(rules()),
});

/** Sources that can be asked and shall be. */
const polled = ({ registry, polls, rules }: WorkersDeps): Pick<Parameters<typeof startPolling>[0], 'polls' | 'pace'> => ({
  polls: [...registry.sources.values()].flatMap((source) => {
    const everyMs = polls[source.id];
    return everyMs === undefined || !source.poll ? [] : [{ source, everyMs }];
  }),
  pace: () => paceOf(rules()),
});

function shutDown(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}

const common = (
  deps: WorkersDeps,
): Pick<WorkerOptions, 'connection' | 'namespace' | 'shutdownGraceTime' | 'shutdownForceTime'> => ({
  connection: deps.connection,
  namespace: deps.namespace,
  shutdownGraceTime: deps.graceMs,
  shutdownForceTime: deps.graceMs + 5_000,
});

function roleOptions(
  role: WorkerRole,
  deps: WorkersDeps,
  activityDeps: ActivityDeps & ReconcileDeps,
): Omit<WorkerOptions, 'taskQueue'> & { taskQueue: string } {
  const taskQueue = queues[role];
  if (role === 'run')
    return {
      taskQueue,
      workflowBundle: { codePath: deps.bundlePath },
      stickyQueueScheduleToStartTimeout: deps.stickyMs,
      maxCachedWorkflows: 500,
    };
  if (role === 'decide')
    return {
      taskQueue,
      activities: { ...createDecideActivities(activityDeps), ...createReconcileActivities(activityDeps) },
      maxConcurrentActivityTaskExecutions: 200,
    };
  if (role === 'effect')
    return { taskQueue, activities: createEffectActivities(activityDeps), maxConcurrentActivityTaskExecutions: 100 };
  return {
    taskQueue,
    activities: { ...createTellActivities(activityDeps), ...createSubscriptionActivities(activityDeps) },
    maxConcurrentActivityTaskExecutions: 20,
    maxTaskQueueActivitiesPerSecond: tellsPerSecond,
  };
}

/** Whether there was somebody to be told: the owner may have ended. */
async function tellJoined(client: Client, owner: string, incident: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowIdOf(owner)).signal(joined, { incident });
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowNotFoundError') throw error;
    return false;
  }
}
