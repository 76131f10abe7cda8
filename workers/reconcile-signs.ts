import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ReconcileSigns } from '../activities/reconcile/index.js';

/** As Prometheus has them. Each process tells its own: the newest, `max by (source)`, is the one that counts. */
const names = {
  success: 'opssentinel_reconcile_last_success_timestamp_seconds',
  failures: 'opssentinel_reconcile_failures',
  subscription: 'opssentinel_subscription_enabled',
} as const;

/** The rounds on the worker's own metrics port and in its log. What was missed is counted from the ledger: `outcome-metrics.ts`. */
export function reconcileSigns(log: Pick<Logger, 'info' | 'error'>, now: () => number): ReconcileSigns {
  const meter = Runtime.instance().metricMeter;
  const success = meter.createGauge(names.success, 'int', '', 'When a source was last asked for what is open, and answered.');
  const failures = meter.createCounter(names.failures, '', 'Times that a source could not be asked for what is open.');
  const enabled = meter.createGauge(
    names.subscription,
    'int',
    '',
    '1: what feeds our door is on; 0: it sends nothing, or nobody knows.',
  );
  // A series that appears with its first failure hides that failure from `increase`.
  const known = new Set<string>();
  const count = (source: string, by: number): void => {
    if (by > 0 || !known.has(source)) failures.add(by, { source });
    known.add(source);
  };
  return {
    succeeded: (source) => {
      count(source, 0);
      success.set(Math.floor(now() / 1_000), { source });
    },
    failed: (source, error) => {
      count(source, 1);
      log.error({ source, err: error }, 'what is open could not be asked for; until it can, a webhook that is lost stays lost');
    },
    subscription: (source, { id, state, says }) => {
      enabled.set(state === 'active' ? 1 : 0, { source, subscription: id });
      if (state !== 'active') log.error({ source, subscription: id, state }, `nothing may be sent to our door: ${says}`);
    },
  };
}
