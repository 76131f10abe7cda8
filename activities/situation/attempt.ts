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

/** A permit as the ledger's evidence shows it. Evidence is JSON: a member may be missing, or null. */
export interface PermitEvidence {
  attempt_key?: string;
  target_id?: string;
  step?: number;
  consumed_at?: string | null;
  ended_at?: string | null;
  status?: string | null;
  ended_says?: string | null;
  released_at?: string | null;
  verified?: boolean | null;
  verified_at?: string | null;
  verified_says?: string | null;
}

/** Every permit that an incident was given, whatever has become of it. Throws LedgerUnavailable. */
export async function permitsOf({ ledger }: Pick<ActivityDeps, 'ledger'>, incident: string): Promise<PermitEvidence[]> {
  const { permits } = await ledger.evidence(incident);
  return (Array.isArray(permits) ? permits : []) as PermitEvidence[];
}

/** What became of a permit, from its row; `undefined`: there is none. */
export async function attemptOf(
  deps: Pick<ActivityDeps, 'ledger'>,
  incident: string,
  attemptKey: string,
): Promise<Attempt | undefined> {
  return attemptIn(await permitsOf(deps, incident), attemptKey);
}

/** The same for whoever has read the rows already. */
export function attemptIn(rows: readonly PermitEvidence[], attemptKey: string): Attempt | undefined {
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
