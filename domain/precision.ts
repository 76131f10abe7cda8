import type { LabelRow } from './label.js';

/** The 97.5 % point of the normal distribution: both ends of a 95 % interval. */
const z = 1.959_963_984_540_054;

/** A share of so many, with what it is at least. All figures 0 to 1. */
export interface Share {
  good: number;
  n: number;
  share: number;
  /** Lower end of Wilson's 95 % score interval: with few of them far below the share. */
  atLeast: number;
}

/** Wilson's score interval without continuity correction (Wilson 1927; Brown, Cai and DasGupta 2001). None judged: at least 0. */
export function shareOf(good: number, n: number): Share {
  if (!(Number.isInteger(good) && Number.isInteger(n) && good >= 0 && good <= n))
    throw new RangeError(`There is no share of ${good} in ${n}`);
  if (n === 0) return { good, n, share: 0, atLeast: 0 };
  const share = good / n;
  const middle = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // Rounding alone could lift or sink it by a last place.
  const atLeast = Math.min(share, Math.max(0, (middle - half) / (1 + (z * z) / n)));
  return { good, n, share, atLeast: good === 0 ? 0 : atLeast };
}

/** How often the rule was right, of what could be judged. */
export function precisionOf(labels: readonly Pick<LabelRow, 'label'>[]): Share {
  const judged = labels.filter(({ label }) => label !== 'unlabelled');
  return shareOf(judged.filter(({ label }) => label === 'right').length, judged.length);
}

/** How often what it did was seen to help, of what it did. A person's later word does not change what was measured. */
export function verifiedOf(labels: readonly Pick<LabelRow, 'kind'>[]): Share {
  const helped = labels.filter(({ kind }) => kind === 'approved-verified' || kind === 'auto-verified').length;
  return shareOf(helped, helped + labels.filter(({ kind }) => kind === 'not-verified').length);
}

const day = 86_400_000;

/** When a rule that acts by itself has to ask again, without anybody saying so. */
export const demotesAt = {
  /** Fewer than that say little: a single wrong one of three is no reason. */
  judged: 10,
  /** Below it, four of ten may be wrong: a person decides better. */
  atLeast: 0.6,
  /** Two within a day are no chance in a rule that was promoted at four of five right or better. */
  wrong: 2,
  withinMs: day,
} as const;

/** Why a rule has to ask from now on, in words with figures; `undefined`: it need not. Labels of one rule logic in one environment. */
export function demotionFor(labels: readonly Pick<LabelRow, 'label' | 'at' | 'incident'>[], now: number): string | undefined {
  const wrong = labels.filter(({ label, at }) => label === 'wrong' && now - Date.parse(at) < demotesAt.withinMs);
  if (wrong.length >= demotesAt.wrong)
    return `${wrong.length} wrong within 24 h (${wrong.map(({ incident }) => incident).join(', ')})`;
  const { good, n, atLeast } = precisionOf(labels);
  if (n < demotesAt.judged || atLeast >= demotesAt.atLeast) return undefined;
  return `right ${good} of ${n}, at least ${percent(atLeast)}, wanted ${percent(demotesAt.atLeast)}`;
}

/** `82.7 %`: cut off, never rounded up over a limit; a whole number without its zero. */
export function percent(share: number): string {
  const text = (Math.floor(share * 1000 + 1e-9) / 10).toFixed(1);
  return `${text.replace(/[.]0$/, '')} %`;
}
