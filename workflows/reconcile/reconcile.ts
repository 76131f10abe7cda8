import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ReconcileActivities, SourceSwept, SubscriptionActivities } from '../../activities/reconcile/types.js';
import { final } from '../incident/activities.js';
import { reason } from '../incident/execution.js';
import { queues } from '../messages.js';

/** What one round brought; the next is handed it by the Schedule, and `doctor` shows it. */
export interface Reconciled {
  sources: SourceSwept[];
  /** What was tried on subscriptions that a vendor had suspended, in words. */
  switchedOn: { source: string; id: string; enabled: boolean; says: string }[];
  /** When a subscription was last switched on, or that was tried, within the last hour: by source and id. ISO 8601, UTC. */
  triedAt: Record<string, string>;
}

/** A door that is broken is not made to be suspended over and over. Milliseconds. */
const betweenTries = 60 * 60 * 1_000;

const { sweep } = proxyActivities<ReconcileActivities>({
  taskQueue: queues.decide,
  summary: 'lists what is open, begins what has no run, looks at the subscriptions',
  startToCloseTimeout: '3m',
  // It is over before the next round would begin: that one asks anyway.
  scheduleToCloseTimeout: '270s',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 5, nonRetryableErrorTypes: final },
});

const { switchOn } = proxyActivities<SubscriptionActivities>({
  taskQueue: queues.tell,
  summary: 'switches a suspended subscription on, where that is allowed',
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 3, nonRetryableErrorTypes: final },
});

/**
 * One round: whatever is open at a source and has no run gets one, and webhooks that a vendor has stopped sending are told of. A source
 * that cannot be asked fails the round, which is seen as that; the next one asks again.
 */
export async function reconcile(): Promise<Reconciled> {
  const { startTime, lastResult } = workflowInfo();
  const triedAt = recent(lastResult, startTime.getTime());
  const sources = await sweep();
  const switchedOn: Reconciled['switchedOn'] = [];
  for (const { source, subscriptions } of sources) {
    for (const { id, state } of subscriptions) {
      const key = `${source} ${id}`;
      if (state !== 'suspended' || triedAt[key] !== undefined) continue;
      const { enabled, wrote, says } = await switchOn({ source, id, round: startTime.toISOString() }).catch((error: unknown) => ({
        enabled: false,
        // Its answer was lost: it may have been done.
        wrote: true,
        says: `whether it was switched on is not known: ${reason(error)}`,
      }));
      if (wrote) triedAt[key] = startTime.toISOString();
      switchedOn.push({ source, id, enabled, says });
    }
  }
  return { sources, switchedOn, triedAt };
}

/** What of the round before still counts. Whoever reaches Temporal may have made it up: then it counts for nothing. */
function recent(lastResult: unknown, now: number): Record<string, string> {
  const before = (lastResult as Partial<Reconciled> | undefined | null)?.triedAt;
  if (typeof before !== 'object' || before === null) return {};
  return Object.fromEntries(
    Object.entries(before).filter(([, at]) => typeof at === 'string' && Math.abs(now - Date.parse(at)) < betweenTries),
  );
}
