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
