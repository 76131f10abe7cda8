import { Runtime } from '@temporalio/worker';
import { planIn } from '../domain/plan.js';
import type { LedgerRecord } from '../domain/record.js';
import { epochMs } from '../domain/words.js';
import type { FollowerReads } from '../integrations/contract/follower.js';
import type { AnyFollower } from '../integrations/contract/registry.js';

export const recoveryMetric = 'opssentinel_recovery';

/** Upper bounds of its buckets, from a simulator's recovery to half a day. Seconds. */
export const recoverySeconds = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200];

export const gapMetric = 'opssentinel_reconcile_gap_seconds';

/** Upper bounds of its buckets, from a simulator's round over the promised five minutes to the two days that are looked back. Seconds. */
export const gapSeconds = [5, 15, 60, 120, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400, 172_800];

/** Names as Prometheus has them, and what each counts. Never the incident as a label: that would be a series per incident. */
const names = {
  outcomes: 'opssentinel_outcomes',
  effects: 'opssentinel_effects',
  refusals: 'opssentinel_refusals',
  recovery: recoveryMetric,
  missed: 'opssentinel_reconcile_missed',
  gap: gapMetric,
} as const;

/**
 * Counts what the ledger tells, beside Temporal's own metrics on the worker's port. A follower like any other: of all workers one counts.
 */
export function outcomeMetrics(): AnyFollower {
  const meter = Runtime.instance().metricMeter;
  const outcomes = meter.createCounter(names.outcomes, '', 'Incidents that have ended, by how.');
  const effects = meter.createCounter(names.effects, '', 'Effects that have ended, by how.');
  const refusals = meter.createCounter(names.refusals, '', 'Steps that a guard did not allow.');
  const recovery = meter.createHistogram(names.recovery, 'float', 's', 'From the alert to the recovery, where an effect helped.');
  const missed = meter.createCounter(
    names.missed,
    '',
    'Incidents that no webhook told us of: `late` were too old to be acted on.',
  );
  const gap = meter.createHistogram(names.gap, 'float', '', 'From the opening of such an incident until it was found. Seconds.');
  const countMissed = ({ phase, data }: LedgerRecord): void => {
    const { gapMs, source, late } = data ?? {};
    if (phase !== 'webhook' || typeof gapMs !== 'number' || typeof source !== 'string') return;
    const labels = { source, late: String(late === true) };
    missed.add(1, labels);
    gap.record(gapMs / 1_000, labels);
  };
  const count = async (line: LedgerRecord, reads: FollowerReads): Promise<void> => {
    if (line.phase === 'execute' && typeof line.data?.['status'] === 'string')
      effects.add(1, { status: line.data['status'], ...(await about(line, reads)) });
    if (line.phase === 'guards' && line.state === 'refused') refusals.add(1, await about(line, reads));
    countMissed(line);
    if (line.phase !== 'outcome') return;
    const labels = await about(line, reads);
    const kind = line.data?.['kind'];
    const outcome = typeof kind === 'string' ? kind : 'unknown';
    outcomes.add(1, { outcome, ...labels });
    const seconds = outcome === 'remediated' ? await recoveredAfter(line, reads) : undefined;
    if (seconds !== undefined) recovery.record(seconds, labels);
  };
  return {
    id: 'prometheus.scrape',
    integration: 'opssentinel',
    summary: 'Counters on the worker’s own metrics port.',
    permissions: [],
    with: (call) => ({ ...call, client: undefined }),
    deliver: async (_call, lines, reads) => {
      for (const line of lines) await count(line, reads);
    },
  };
}

async function about({ incident }: LedgerRecord, reads: FollowerReads): Promise<{ rule: string; environment: string }> {
  const plan = planIn(await reads.decision(incident));
  return { rule: plan?.rule.name ?? 'none', environment: plan?.environment ?? 'unknown' };
}

/** Recovery is when all was well, not when the watching ended. */
async function recoveredAfter({ incident }: LedgerRecord, reads: FollowerReads): Promise<number | undefined> {
  const decision = await reads.decision(incident);
  const verified = (await reads.timeline(incident)).findLast(({ phase, state }) => phase === 'verify' && state === 'ok');
  const well = typeof verified?.data?.['wellSince'] === 'string' ? epochMs(verified.data['wellSince']) : Number.NaN;
  const seconds = (well - epochMs(decision?.alert.startedAt ?? '')) / 1_000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
