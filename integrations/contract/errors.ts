/**
 * What went wrong at a vendor, in the only terms that the rest of the product acts on:
 * `refused` (we asked for something wrong; asking again is useless), `forbidden` (credentials or rights), `absent` (no such thing),
 * `conflict` (it is in a state that does not allow it), `throttled` (later; see `retryAfterMs`), `unavailable` (it certainly was not done),
 * `ambiguous` (it may have been done: never repeat, read back).
 */
export type VendorFault = 'refused' | 'forbidden' | 'absent' | 'conflict' | 'throttled' | 'unavailable' | 'ambiguous';

/** The one error that leaves a vendor's folder. Its message holds no secret and no vendor body beyond its own words. */
export class VendorError extends Error {
  override readonly name = 'VendorError';
  readonly vendor: string;
  readonly fault: VendorFault;
  readonly retryAfterMs: number | undefined;
  /** The vendor's own code of it, where it has one: for its own folder alone. */
  readonly code: number | string | undefined;

  constructor(vendor: string, fault: VendorFault, message: string, retryAfterMs?: number, code?: number | string) {
    super(`${vendor}: ${message}`);
    this.vendor = vendor;
    this.fault = fault;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
  }
}

/** Faults after which the effect certainly did not happen. */
export const certainlyNotDone = (fault: VendorFault): boolean => fault !== 'ambiguous';

/** Faults that asking again cannot mend. */
export const isFinal = (fault: VendorFault): boolean =>
  fault === 'refused' || fault === 'forbidden' || fault === 'absent' || fault === 'conflict';

/** What a client says that looked at the clock right before it would have sent: nothing was. */
export const tooLateToBegin = 'it is too late to begin: the time by which it had to start has passed';

/** Codes of Node's network layer after which nothing can have been sent: the connection was never there. */
export const neverConnected: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];
