import type { Decision } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerReads } from '../../contract/follower.js';

/** A line as the ledger gives it; `ago` in milliseconds. */
export const line = (seq: number, over: Partial<LedgerRecord> = {}, ago = 60_000): LedgerRecord => ({
  seq,
  at: new Date(Date.now() - ago).toISOString(),
  incident: 'pagerduty:QTEST0001',
  phase: 'execute',
  state: 'info',
  says: `line ${seq}`,
  prev: 'p',
  hash: `hash-${seq}`,
  ...over,
});

export const readsOf = (rule?: string): FollowerReads => ({
  decision: async () => (rule === undefined ? undefined : ({ plan: { rule: { name: rule } } } as unknown as Decision)),
  timeline: async () => [],
  link: (incident) => `http://localhost/${incident}`,
});
