import type { ActivityDeps } from '../deps.js';

/** What the ledger knows of one attempt. */
export interface Attempt {
  consumed: boolean;
  ended: boolean;
  /** How it ended; `undefined`: it has not. */
  status: string | undefined;
  /** Epoch milliseconds: when it ended, or where nothing tells that, when it began. */
  overAt: number | undefined;
  /** How it ended, in words. */
  says: string;
  /** Its run has given the target back. */
  released: boolean;
  /** `undefined`: not verified, or not yet. */
  verified: boolean | undefined;
  /** Epoch milliseconds. */
  verifiedAt: number | undefined;
}

/** What became of a permit, from its row; `undefined`: there is none. */
export async function attemptOf(
  deps: Pick<ActivityDeps, 'ledger'>,
  incident: string,
  attemptKey: string,
): Promise<Attempt | undefined> {
  const { permits } = await deps.ledger.evidence(incident);
  const rows = (Array.isArray(permits) ? permits : []) as {
    attempt_key?: string;
    consumed_at?: string | null;
    ended_at?: string | null;
    status?: string | null;
    ended_says?: string | null;
    released_at?: string | null;
    verified?: boolean | null;
    verified_at?: string | null;
  }[];
  const row = rows.find(({ attempt_key: key }) => key === attemptKey);
  return (
    row && {
      consumed: row.consumed_at != null,
      ended: row.ended_at != null,
      status: row.status ?? undefined,
      overAt: at(row.ended_at ?? row.consumed_at),
      says: row.ended_says ?? '',
      released: row.released_at != null,
      verified: row.verified ?? undefined,
      verifiedAt: at(row.verified_at),
    }
  );
}

const at = (time: string | null | undefined): number | undefined => (time == null ? undefined : Date.parse(time));
