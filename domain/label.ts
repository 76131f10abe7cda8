import type { Mode } from './plan.js';

/** Whether what a rule concluded was right. `unlabelled`: nobody could tell yet; it never counts. */
export type Label = 'right' | 'wrong' | 'unlabelled';

/** By what it was judged. */
export const labelKinds = [
  'human-same',
  'approved-verified',
  'auto-verified',
  'human-other',
  'cleared-itself',
  'rejected',
  'not-verified',
  'person-said',
  /** A person is asked. */
  'unlabelled',
  /** There is nothing to judge: nobody is asked. */
  'not-judged',
] as const;
export type LabelKind = (typeof labelKinds)[number];

/** What one run of a rule turned out to be, for its precision. */
export interface NewLabel {
  incident: string;
  rule: string;
  /** Precision belongs to this logic alone: another one begins anew. */
  logicHash: string;
  /** Of the first step's runbook. */
  runbookHash: string;
  environment: string;
  /** In which mode the rule was then. */
  mode: Mode;
  label: Label;
  kind: LabelKind;
  /** In words: what was seen. */
  because: string;
  /** `machine`, or who said so. */
  by: string;
  /** The guard that would have refused it, by what was asked of the guards then; empty: none. */
  refusedBy: string;
}

/** What a run turned out to be, before it is written down. */
export type Judgement = Pick<NewLabel, 'label' | 'kind' | 'because'>;

export const right = (kind: LabelKind, because: string): Judgement => ({ label: 'right', kind, because });
export const wrong = (kind: LabelKind, because: string): Judgement => ({ label: 'wrong', kind, because });
export const unlabelled = (kind: 'unlabelled' | 'not-judged', because: string): Judgement => ({
  label: 'unlabelled',
  kind,
  because,
});

export interface LabelRow extends NewLabel {
  /** ISO 8601, UTC. */
  at: string;
}

export const machine = 'machine';

/**
 * What may be said about a run after what was said before: whatever nobody could tell, and that it was wrong after all. That what was
 * seen to be wrong was right is not taken from anybody: with such words a rule would be talked into acting.
 */
export const maySay = (before: Label, said: Exclude<Label, 'unlabelled'>): boolean =>
  before === 'unlabelled' || (before === 'right' && said === 'wrong');

/** What of the rows counts: each run once, and a person's word over the machine's. */
export function effective(rows: readonly LabelRow[]): LabelRow[] {
  const byIncident = new Map<string, LabelRow>();
  for (const row of rows) {
    const before = byIncident.get(row.incident);
    if (!before || before.by === machine) byIncident.set(row.incident, row);
  }
  return [...byIncident.values()];
}
