import type { Hold } from './hold.js';
import type { JsonObject } from './json.js';

/** What a guard said, with its figure. */
export interface GuardVerdict {
  guard: string;
  /** `ask`: not without a human. */
  verdict: 'allow' | 'refuse' | 'ask';
  /** The limit in words: `30 min`. */
  limit: string;
  /** What it found in words: `acted 11 min ago (Q0HX1B4)`. */
  found: string;
  setBy: string;
  /** ISO 8601, UTC: when it would say otherwise. */
  freeAt?: string;
  /** The run may wait until `freeAt` and ask again. Otherwise people are paged. */
  wait?: boolean;
  /** What the ledger puts in force with this verdict, in the same transaction: a brake, or a rule that has to ask from now on. */
  places?: Pick<Hold, 'kind' | 'scope' | 'reason'>[];
}

/** A row that allows one effect, once. */
export interface Permit {
  id: string;
  attemptKey: string;
  /** Rises with every permit on the same target. */
  fence: number;
  planHash: string;
  paramsHash: string;
  ruleHash: string;
  runbookHash: string;
  action: string;
  targetId: string;
  /** Account and region of the target: where the one vendor call goes. */
  place: { account: string; region: string };
  /** ISO 8601, UTC. */
  admittedAt: string;
  startBy: string;
  armed: number;
  params: JsonObject;
  preState: JsonObject;
  /** What the vendor calls the effect; there once it has begun. */
  ref?: JsonObject;
}

/** What admission answers. */
export type Admission =
  | { admitted: true; permit: Permit; verdicts: GuardVerdict[] }
  | { admitted: false; verdicts: GuardVerdict[]; refusedBy: GuardVerdict };

/** Why a permit could not be used. Each of them means: no effect. */
export type Unconsumed = 'no permit' | 'consumed before' | 'expired' | 'held' | 'hashes differ';

export type Consumption = { consumed: true; permit: Permit } | { consumed: false; because: Unconsumed; hold?: Hold };
