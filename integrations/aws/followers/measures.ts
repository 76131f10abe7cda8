import { planIn } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerReads } from '../../contract/follower.js';

/** One datapoint. Never the incident as a dimension: that would be a metric per incident (contracts 6). */
export interface Measure {
  name: 'Outcomes' | 'Effects' | 'Verifications' | 'EffectDuration' | 'TimeToRecovery';
  unit: 'Count' | 'Seconds';
  value: number;
  dimensions: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  at: number;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The lines that something is measured by: how an incident, an effect, a verification ended. */
export const isMeasured = ({ phase, state, data }: LedgerRecord): boolean =>
  phase === 'outcome' ||
  // One that waits has only begun.
  (phase === 'verify' && state !== 'waiting') ||
  ((phase === 'execute' || phase === 'undo') && text(data?.['status']) !== undefined);

export async function measuresOf(line: LedgerRecord, reads: FollowerReads): Promise<Measure[]> {
  if (!isMeasured(line)) return [];
  const decision = await reads.decision(line.incident);
  const plan = planIn(decision);
  const common = { Rule: plan?.rule.name ?? 'none', Environment: plan?.environment ?? 'unknown' };
  const at = Date.parse(line.at);
  const one = (name: Measure['name'], more: Record<string, string>): Measure => ({
    name,
    unit: 'Count',
    value: 1,
    dimensions: { ...common, ...more },
    at,
  });
  if (line.phase === 'verify') return [one('Verifications', { Result: line.state === 'ok' ? 'recovered' : 'not-recovered' })];
  const timeline = await reads.timeline(line.incident);
  if (line.phase === 'outcome') {
    const outcome = text(line.data?.['kind']) ?? 'unknown';
    const seconds = outcome === 'remediated' ? secondsFrom(decision?.alert.startedAt, wellSince(timeline)) : undefined;
    return [
      one('Outcomes', { Outcome: outcome }),
      ...(seconds === undefined ? [] : [{ ...one('TimeToRecovery', {}), unit: 'Seconds' as const, value: seconds }]),
    ];
  }
  const began = beginningOf(line, timeline);
  const action = { Action: text(began?.data?.['operation']) ?? 'unknown' };
  const seconds = secondsFrom(began?.at, line.at);
  return [
    one('Effects', { ...action, Status: text(line.data?.['status']) ?? 'unknown' }),
    ...(seconds === undefined ? [] : [{ ...one('EffectDuration', action), unit: 'Seconds' as const, value: seconds }]),
  ];
}

/** The line of the same attempt's start: only that one names the action. */
const beginningOf = (line: LedgerRecord, timeline: readonly LedgerRecord[]): LedgerRecord | undefined =>
  timeline.find(({ data }) => text(data?.['operation']) !== undefined && data?.['attemptKey'] === line.data?.['attemptKey']);

/** Recovery is when all was well, not when the watching ended. */
const wellSince = (timeline: readonly LedgerRecord[]): string | undefined =>
  text(timeline.findLast(({ phase, state }) => phase === 'verify' && state === 'ok')?.data?.['wellSince']);

function secondsFrom(from: string | undefined, to: string | undefined): number | undefined {
  const seconds = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1_000;
  // NaN and Infinity are refused by PutMetricData, with everything that is sent beside them.
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
