import type { JsonObject } from './json.js';

/** How an effect ended. `unknown`: it may have happened; it is read back, adopted, or people are paged. Never repeated blindly. */
export type EffectStatus = 'succeeded' | 'failed' | 'unknown';

/** What starting an effect answers. `refused`: the vendor call was never made. */
export type EffectStart =
  | { started: true; ref: JsonObject; says: string }
  /** `ranOut`: the permit was never used and is no longer valid; admission may be asked again. */
  | { started: false; because: string; retryable: boolean; ranOut?: boolean };

export interface EffectEnd {
  status: EffectStatus;
  says: string;
  /** It was stopped because of what the runbook's `stopOn` read: why. */
  stopped?: string;
}

/** What reading back by the attempt key finds. */
export type Adoption = { found: true; ref: JsonObject } | { found: false; certain: boolean };

/** Something may be repeated only after it is proven absent, and only in these classes. */
export const mayRearm = (idempotency: string): boolean =>
  idempotency === 'token' || idempotency === 'named' || idempotency === 'absolute';
