import type { GuardVerdict } from './permit.js';
import { clock, epochMs } from './words.js';

/**
 * The verdict that decides, when not everyone allows: one that waiting cannot mend, before one that waiting can (of those the
 * longest wait), before one that wants a human. `undefined`: all allow.
 */
export function decisiveVerdict(verdicts: readonly GuardVerdict[]): GuardVerdict | undefined {
  const refusals = verdicts.filter(({ verdict }) => verdict !== 'allow' && verdict !== 'ask');
  const final = refusals.find(({ wait }) => wait !== true);
  if (final) return final;
  const [longest] = [...refusals].sort((a, b) => freeAtMs(b) - freeAtMs(a));
  return longest ?? verdicts.find(({ verdict }) => verdict === 'ask');
}

const freeAtMs = ({ freeAt }: GuardVerdict): number => (freeAt === undefined ? Number.POSITIVE_INFINITY : epochMs(freeAt));

/** What a guard found and, where it says so, when it is free: `acted 11 min ago (Q0HX1B4), free 03:32:10Z`. `now` names another day. */
export const foundWords = ({ found, freeAt, wait, verdict }: GuardVerdict, now?: number): string =>
  freeAt === undefined || verdict === 'allow'
    ? found
    : `${found}, ${wait === true ? 'asks again' : 'free'} ${clock(freeAt, now)}`;
