import type { PastEffect } from '../domain/admission.js';

/** A worker that died is replaced, and what it left is read back: so much later than planned it may still be told. Milliseconds. */
const graceMs = 5 * 60_000;

/**
 * Since when an effect counts as one that was not seen to help, epoch milliseconds; `undefined`: it helped, it may still, it was not done,
 * or it put something back. What nobody knows the end of counts at once; what was never verified (its run was terminated or reset, its
 * worker died) as soon as its own plan says that it should have been. A time that cannot be read has passed.
 */
export function notHelpedSince(effect: PastEffect, now: number): number | undefined {
  const { verified, verifiedAt, status, at, overAt = at, verifyBy } = effect;
  if (verified === true || status === 'not-done') return undefined;
  if (verified === false) return verifiedAt ?? at;
  if (verifyBy === undefined) return undefined;
  if (status === 'unknown') return overAt;
  return now <= verifyBy + graceMs ? undefined : verifyBy + graceMs;
}

/** `did not help`, where each of them was looked at; else only that nobody saw it. Of one and of several. */
export const notHelpedWords = (effects: readonly PastEffect[]): string =>
  effects.every(({ verified }) => verified === false) ? 'did not help' : 'did not visibly help';
