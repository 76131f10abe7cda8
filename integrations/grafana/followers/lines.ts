import type { LedgerRecord } from '../../../domain/record.js';

/** What a line of the ledger tells of an effect, if anything: activities write these as they go. */
export type Told =
  | { kind: 'began'; key: string }
  | { kind: 'ended'; key: string }
  | { kind: 'verified'; key: string }
  | { kind: 'outcome' };

const attemptKey = /^[0-9a-f]{64}$/;

/** Pure. `undefined`: nothing that is drawn. */
export function toldBy({
  phase,
  state,
  once = '',
  data = {},
}: Pick<LedgerRecord, 'phase' | 'state' | 'once' | 'data'>): Told | undefined {
  if (phase === 'outcome') return { kind: 'outcome' };
  const [area, inOnce = '', part] = once.split('.');
  const key = typeof data['attemptKey'] === 'string' ? data['attemptKey'] : inOnce;
  if (!attemptKey.test(key)) return undefined;
  // One that waits has only begun.
  if (phase === 'verify') return state === 'waiting' ? undefined : { kind: 'verified', key };
  if (area !== 'execute') return undefined;
  // `adopted`: it had begun, and its answer was lost.
  if (part === 'started' || part === 'adopted') return { kind: 'began', key };
  return part === 'ended' || part === 'unknown' ? { kind: 'ended', key } : undefined;
}
