import { canonicalJson, type Hash } from './json.js';

/** What a human (or something that claims to be one) sends in. */
export interface ApprovalRequest {
  decision: 'approve' | 'reject';
  /** Who it says it is. Believed only where the ledger holds the request's row. */
  by: string;
  /** All of it or at least its first eight characters; must be the plan's. */
  planHash: string;
  reason?: string;
  /** Row in the ledger that our own door wrote after checking who it was. Absent on a bare Temporal signal. */
  requestId?: string;
}

/** The answer to an approval, the same for the same update id for ever. */
export interface ApprovalAnswer {
  accepted: boolean;
  reason: string;
}

/** A human's word, judged and written down. */
export interface Approval {
  incident: string;
  planHash: string;
  decision: 'approve' | 'reject';
  by: string;
  /** `api`, `temporal`, `pagerduty`, … */
  via: string;
  verifiedIdentity: boolean;
  accepted: boolean;
  reason: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** `role` of a request whose sender is known and whose person is not: it counts as one unverified operator, as a bare Temporal signal does. */
export const claimedRole = 'claimed';

/** `via` of a word given by a button in a vendor's own app: whoever presses it sees no plan. */
export const buttonOf = (door: string): string => `${door} button`;
export const isButton = (via: string): boolean => via.endsWith(' button');

type Bound = Pick<ApprovalRequest, 'decision' | 'planHash'>;

const bindingOf = (hash: Hash, { decision, planHash }: Bound): string => hash(canonicalJson([decision, planHash])).slice(0, 32);

/** The id of a request's row says what was asked: a row of one decision on one plan carries no other. `first` makes it unique. */
export const boundRequestId = (hash: Hash, first: string, asked: Bound): string => `${first}.${bindingOf(hash, asked)}`;

/** Whether a row of this id was written for exactly this decision on exactly this plan. */
export const isBoundTo = (hash: Hash, requestId: string, asked: Bound): boolean =>
  requestId.endsWith(`.${bindingOf(hash, asked)}`);
