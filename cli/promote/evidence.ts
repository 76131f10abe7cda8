import type { RuleRecord } from '../../api/shapes-labels.js';
import { effective, type LabelKind, type LabelRow, machine } from '../../domain/label.js';
import { precisionOf, type Share, verifiedOf } from '../../domain/precision.js';

/** What a rule's past comes to. Pure. */
export interface Evidence {
  /** ISO 8601, UTC; absent: it has matched nothing yet. */
  since?: string;
  matched: number;
  judged: number;
  /** What counts, by its kind, in the order of the page. */
  kinds: { label: 'right' | 'wrong'; kind: LabelKind; rows: LabelRow[] }[];
  right: Share;
  verified: Share;
  /** Guards that would have refused, and how often. */
  refusedBy: Record<string, number>;
  /** ISO 8601, UTC: the newest that was wrong. */
  lastWrong?: string;
  learned: RuleRecord['learned'];
}

const order: readonly ['right' | 'wrong', LabelKind][] = [
  ['right', 'human-same'],
  ['right', 'approved-verified'],
  ['right', 'auto-verified'],
  ['right', 'person-said'],
  ['wrong', 'human-other'],
  ['wrong', 'cleared-itself'],
  ['wrong', 'rejected'],
  ['wrong', 'not-verified'],
  ['wrong', 'person-said'],
];

export function evidenceOf({ matched, since, labels, learned }: RuleRecord): Evidence {
  const counted = effective(labels);
  const wrong = counted.filter(({ label }) => label === 'wrong').map(({ at }) => at);
  const refusedBy: Record<string, number> = {};
  for (const { refusedBy: guard } of counted) if (guard !== '') refusedBy[guard] = (refusedBy[guard] ?? 0) + 1;
  const right = precisionOf(counted);
  return {
    ...(since === undefined ? {} : { since }),
    // What was judged has matched, whatever became of its decision's row.
    matched: Math.max(matched, counted.length),
    judged: right.n,
    kinds: order.flatMap(([label, kind]) => {
      const rows = counted.filter((one) => one.label === label && one.kind === kind);
      return rows.length === 0 ? [] : [{ label, kind, rows }];
    }),
    right,
    verified: verifiedOf(labels.filter(({ by }) => by === machine)),
    refusedBy,
    ...(wrong.length === 0 ? {} : { lastWrong: wrong.sort().at(-1) as string }),
    learned,
  };
}
