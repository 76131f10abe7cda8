/** So many a second for long, and so many at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** Token buckets by key, in bounded memory: the key that was asked for longest ago is forgotten first. */
export interface Buckets {
  /** Takes one. 0: it was there; otherwise in how many seconds there is one again, a whole number. */
  take: (key: string) => number;
  /** As `take`, and takes nothing. */
  left: (key: string) => number;
}

/** `now`: milliseconds of any clock that does not go back. A key that was forgotten begins full. */
export function createBuckets({ perSecond, burst }: Rate, now: () => number, mostKeys = 10_000): Buckets {
  const known = new Map<string, { tokens: number; at: number }>();
  const filled = (key: string): number => {
    const bucket = known.get(key);
    if (!bucket) return burst;
    return Math.min(burst, bucket.tokens + (Math.max(0, now() - bucket.at) / 1000) * perSecond);
  };
  const waits = (tokens: number): number => (tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond)));
  return {
    left: (key) => waits(filled(key)),
    take: (key) => {
      const tokens = filled(key);
      const wait = waits(tokens);
      known.delete(key);
      known.set(key, { tokens: wait === 0 ? tokens - 1 : tokens, at: now() });
      if (known.size > mostKeys) known.delete(known.keys().next().value as string);
      return wait;
    },
  };
}
