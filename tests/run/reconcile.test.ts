import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import type { Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type {
  ReconcileActivities,
  SourceSwept,
  SubscriptionActivities,
  SwitchOnInput,
} from '../../activities/reconcile/types.js';
import { keepSchedule, startReconciling } from '../../workers/reconcile.js';
import { takeIn } from '../../workers/take-in.js';
import { incidentWorkflowId, reconcileId } from '../../workflows/ids.js';
import { queues } from '../../workflows/messages.js';
import type { Reconciled } from '../../workflows/reconcile/reconcile.js';
import { root } from '../support/root.js';
import { type Bench, delivery, keep, openBench, until } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const silent = { info: () => undefined, warn: () => undefined };
/** Longer than any test: rounds begin when they are asked for. */
const never = 24 * 60 * 60_000;
const schedule = () => bench.client.schedule.getHandle(reconcileId);
const isThere = () =>
  schedule()
    .describe()
    .then(
      () => true,
      () => false,
    );
const swept = (state: 'active' | 'suspended'): SourceSwept => ({
  source: 'pagerduty',
  open: 1,
  missed: [],
  begun: 0,
  left: 0,
  subscriptions: [{ id: 'PWHS001', state, says: state }],
});

interface Scripted {
  sweep: ReconcileActivities['sweep'];
  switchOn?: SubscriptionActivities['switchOn'];
}

/** Real workflow, real Schedule; `round` triggers one and gives how it ended. */
async function withRounds(
  scripted: Scripted,
  steps: (stage: { round: () => Promise<Reconciled>; tried: SwitchOnInput[] }) => Promise<void>,
): Promise<void> {
  const tried: SwitchOnInput[] = [];
  const switchOn: SubscriptionActivities['switchOn'] = (input) => {
    tried.push(input);
    return scripted.switchOn?.(input) ?? Promise.resolve({ enabled: true, wrote: true, says: 'switched on' });
  };
  const connection = await NativeConnection.connect({ address: (bench.client.connection as Connection).options.address });
  const common = { connection, shutdownForceTime: '5s' } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: queues.run, workflowBundle: { codePath: `${root}/dist/workflow-bundle.js` } }),
    Worker.create({ ...common, taskQueue: queues.decide, activities: { sweep: scripted.sweep } }),
    Worker.create({ ...common, taskQueue: queues.tell, activities: { switchOn } }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  await keepSchedule({ client: bench.client, everyMs: never, log: silent });
  const first = await ended(await last(undefined));
  expect(first.status.name).toBe('COMPLETED');
  try {
    await steps({ round, tried });
  } finally {
    await schedule().delete();
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
  }
}

/** The newest round, once it is another one than this. The server may still count the one before as running, and leaves one out then. */
async function last(other: string | undefined): Promise<{ workflowId: string; firstExecutionRunId: string }> {
  let found: { workflowId: string; firstExecutionRunId: string } | undefined;
  await until(async () => {
    found = (await schedule().describe()).info.recentActions.at(-1)?.action.workflow;
    if (found !== undefined && found.firstExecutionRunId !== other) return true;
    if (other !== undefined) await schedule().trigger('SKIP');
    return false;
  }, 'no round began');
  return found as NonNullable<typeof found>;
}

const handleOf = ({ workflowId, firstExecutionRunId }: Awaited<ReturnType<typeof last>>) =>
  bench.client.workflow.getHandle(workflowId, firstExecutionRunId);

async function ended(round: Awaited<ReturnType<typeof last>>) {
  await handleOf(round)
    .result()
    .catch(() => undefined);
  return handleOf(round).describe();
}

/** Triggers a round and gives its result. */
async function round(): Promise<Reconciled> {
  const { firstExecutionRunId } = await last(undefined);
  const next = await last(firstExecutionRunId);
  await ended(next);
  return (await handleOf(next).result()) as Reconciled;
}

async function keepLast(path: string): Promise<void> {
  await keep(path, { history: await handleOf(await last(undefined)).fetchHistory() } as never);
}

describe('one Schedule, whoever makes it', () => {
  it('row N9: several workers, and their restarts, keep one; a changed interval takes force; what was paused stays paused', async () => {
    const deps = { client: bench.client, everyMs: never, log: silent };
    const workers = [startReconciling(deps), startReconciling(deps), startReconciling(deps)];
    await until(isThere, 'there is no Schedule');
    await schedule().pause('by ada');
    await Promise.all([keepSchedule(deps), keepSchedule({ ...deps, everyMs: 7_200_000 })]);
    await keepSchedule({ ...deps, everyMs: 3_600_000 });
    const { lastUpdatedAt } = (await schedule().describe()).info;
    await keepSchedule({ ...deps, everyMs: 3_600_000 });
    const ids: string[] = [];
    // What is listed follows a moment later.
    await until(async () => {
      ids.length = 0;
      for await (const { scheduleId } of bench.client.schedule.list()) ids.push(scheduleId);
      return ids.length > 0;
    }, 'it is not listed');
    expect(ids).toEqual([reconcileId]);
    const { spec, policies, state, info } = await schedule().describe();
    expect(info.lastUpdatedAt).toEqual(lastUpdatedAt);
    expect(spec.intervals).toEqual([expect.objectContaining({ every: 3_600_000 })]);
    expect(policies.overlap).toBe('SKIP');
    expect(state).toMatchObject({ paused: true, note: 'by ada' });
    await Promise.all(workers.map((worker) => worker.stop()));
    await schedule().delete();
  });

  it('a Temporal that refuses it does not end the worker, which asks again', async () => {
    const warned: string[] = [];
    let refusals = 0;
    const refusing = {
      create: async () => {
        refusals += 1;
        throw new Error('no right to it');
      },
    };
    const deps = {
      client: { schedule: refusing } as never,
      everyMs: never,
      log: { ...silent, warn: (_about: unknown, words = '') => void warned.push(words) },
    };
    const reconciling = startReconciling(deps);
    await until(() => refusals > 1, 'it did not ask again');
    await reconciling.stop();
    expect(warned[0]).toContain('tried again');
  });
});

describe('what a round begins', () => {
  it('row 4, I3: is begun once, also while it waits for a worker, and not again after its end; a webhook reaches that same run', async () => {
    const journal: string[] = [];
    const deps = {
      client: bench.client,
      ledger: { journal: async ({ result, says }: { result: string; says: string }) => void journal.push(`${result}: ${says}`) },
    };
    const found = delivery('QMISSED', { kind: 'reconcile', eventId: 'reconcile:QMISSED:0' });
    expect(await takeIn(deps, 'pagerduty', found, 'found')).toBe('started');
    expect(await takeIn(deps, 'pagerduty', found, 'found')).toBe('duplicate');
    const late = delivery('QMISSED');
    expect(await takeIn(deps, 'pagerduty', late, 'asked')).toBe('started');
    await bench.client.workflow.getHandle(incidentWorkflowId(found.ref)).terminate('a test');
    expect(await takeIn(deps, 'pagerduty', found, 'found')).toBe('duplicate');
    expect(await takeIn(deps, 'pagerduty', late, 'asked')).toBe('duplicate');
    expect(journal).toEqual([
      'started: found',
      'started: asked',
      'duplicate: the run of this incident has ended; nothing was started',
    ]);
    const { count } = await bench.client.workflow.count("WorkflowType = 'incident'");
    expect(count).toBeLessThanOrEqual(1);
  });
});

describe('one round', () => {
  it('is short, and touches nothing where all is well', async () => {
    await withRounds({ sweep: async () => [swept('active')] }, async ({ round, tried }) => {
      expect(await round()).toEqual({ sources: [swept('active')], switchedOn: [], triedAt: {} });
      expect(tried).toEqual([]);
      const { historyLength } = await handleOf(await last(undefined)).describe();
      expect(historyLength).toBeLessThanOrEqual(11);
      await keepLast('reconciled');
    });
  });

  it('row N9: a suspended subscription is switched on, and then left for an hour, round after round', async () => {
    await withRounds({ sweep: async () => [swept('suspended')] }, async ({ round, tried }) => {
      // The Schedule's first round, when it was made, has tried already.
      expect(tried).toHaveLength(1);
      await keepLast('reconciled-switched-on');
      const next = await round();
      expect(next.switchedOn).toEqual([]);
      expect(Object.keys(next.triedAt)).toEqual(['pagerduty PWHS001']);
      await round();
      expect(tried).toHaveLength(1);
    });
  });

  it('where that may not be done, every round says so, and nothing was written that would have to wait', async () => {
    const switchOn = async () => ({ enabled: false, wrote: false, says: 'set PAGERDUTY_REENABLE_SUBSCRIPTION=true' });
    await withRounds({ sweep: async () => [swept('suspended')], switchOn }, async ({ round, tried }) => {
      const { switchedOn, triedAt } = await round();
      expect(switchedOn).toMatchObject([{ enabled: false, says: 'set PAGERDUTY_REENABLE_SUBSCRIPTION=true' }]);
      expect(triedAt).toEqual({});
      expect(tried.length).toBeGreaterThan(1);
    });
  });

  it('switching on that may have been done is not tried again at once, and does not fail the round', async () => {
    const switchOn = () => Promise.reject(ApplicationFailure.nonRetryable('the answer was lost', 'ambiguous'));
    await withRounds({ sweep: async () => [swept('suspended')], switchOn }, async ({ round, tried }) => {
      expect((await round()).switchedOn).toEqual([]);
      expect(tried).toHaveLength(1);
    });
  });

  it('a source that cannot be asked fails the round, visibly; the next one asks again and knows what the one before did', async () => {
    let away = false;
    const sweep: Scripted['sweep'] = async () => {
      if (away) throw ApplicationFailure.nonRetryable('pagerduty: GET /incidents was forbidden', 'forbidden');
      return [swept('suspended')];
    };
    await withRounds({ sweep }, async ({ round, tried }) => {
      away = true;
      await expect(round()).rejects.toThrow();
      await keepLast('reconcile-failed');
      away = false;
      expect((await round()).sources).toHaveLength(1);
      expect(tried).toHaveLength(1);
    });
  });
});
