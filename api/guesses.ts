import { addressOf } from './address.js';
import { createBuckets, type Rate } from './buckets.js';
import { tokenHash } from './token-entries.js';

type Sender = Parameters<typeof addressOf>[0];

/**
 * Slows whoever tries tokens out: an address that was wrong too often is not answered for a token that this process has never seen to be
 * right. Whoever shares that address (a proxy, an office) and shows a token that has been right before goes on as always.
 */
export interface Guesses {
  /** 0: look whether it is right; otherwise in how many seconds to come again. */
  wait: (sender: Sender, tokens: readonly string[]) => number;
  wrong: (sender: Sender) => void;
  /** Its holder is who they say: not to be held up by others any more. */
  right: (token: string) => void;
}

export function createGuesses(rate: Rate, now: () => number): Guesses {
  const buckets = createBuckets(rate, now);
  // Bounded by the number of tokens that are configured.
  const seenRight = new Set<string>();
  return {
    wait: (sender, tokens) => (tokens.some((token) => seenRight.has(tokenHash(token))) ? 0 : buckets.left(addressOf(sender))),
    wrong: (sender) => void buckets.take(addressOf(sender)),
    right: (token) => void seenRight.add(tokenHash(token)),
  };
}
