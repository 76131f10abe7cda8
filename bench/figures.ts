/** Milliseconds of one thing, measured many times. */
export interface Figures {
  n: number;
  p50: number;
  p99: number;
}

/** Nearest-rank percentiles, rounded to 0.1 ms. */
export function figuresOf(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { n: sorted.length, p50: rounded(rank(0.5)), p99: rounded(rank(0.99)) };
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

export const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
