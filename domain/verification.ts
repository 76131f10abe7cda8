/** What one poll of a check saw. */
export interface CheckReading {
  check: string;
  ok: boolean;
  /** For people: `alarm OK since 03:14:20Z`. */
  says: string;
}

export interface Verification {
  verified: boolean;
  readings: CheckReading[];
  /** ISO 8601, UTC: since when everything has been well without a break; the recovery time. */
  wellSince?: string;
  /** One sentence: `alarm OK for 3 s, both status checks ok`. */
  says: string;
}
