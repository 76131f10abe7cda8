import type { Approval } from '../../domain/approval.js';
import type { Permit } from '../../domain/permit.js';
import { type Plan, planIn } from '../../domain/plan.js';
import { epochMs } from '../../domain/words.js';
import type { IncidentProof, Proof } from './proof.js';

/** Between the moment that an effect is allowed and the moment that it is seen lies one call. Milliseconds. */
export const callMs = 2_000;

/** An effect with everything that the records know of it. */
export interface Acted {
  key: string;
  target: string;
  /** Epoch milliseconds, by the clock of whoever saw it happen. */
  at: number;
  permit: Permit;
  owner: IncidentProof;
  plan: Plan;
  /** It put something back. */
  undoes: boolean;
}

const found = new WeakMap<Proof, Acted[]>();

/** Every effect that has a permit and a plan, oldest first. What has none is named by I4. */
export function acted(proof: Proof): Acted[] {
  const before = found.get(proof);
  if (before) return before;
  const owners = new Map(
    proof.incidents.flatMap((owner) => owner.permits.map((permit) => [permit.attemptKey, { owner, permit }] as const)),
  );
  const all = proof.effects.flatMap(({ key, target, at }): Acted[] => {
    const { owner, permit } = owners.get(key) ?? {};
    const plan = planIn(owner?.decision);
    if (!owner || !permit || !plan) return [];
    return [{ key, target, at: epochMs(at), permit, owner, plan, undoes: isUndo(owner, key) }];
  });
  all.sort((a, b) => a.at - b.at);
  found.set(proof, all);
  return all;
}

/** The lines of an undo name the key of what they put back as well. */
function isUndo({ timeline }: IncidentProof, key: string): boolean {
  const phases = timeline.filter(({ data }) => data?.['attemptKey'] === key).map(({ phase }) => phase);
  return phases.includes('undo') && !phases.includes('execute');
}

/**
 * Whose word stands behind an effect, counted anew from the rows: one per person whose identity was checked, and one for all others
 * together. Neither our own, nor one that was late, nor one on another plan.
 */
export function peopleBehind({ owner, plan, permit, at }: Acted, proof: Proof): string[] {
  const first = acted(proof).find((one) => one.owner === owner)?.key === permit.attemptKey;
  const inTime = (one: Approval): boolean =>
    // What has begun goes on.
    !first || epochMs(one.at) + plan.approval.expiresInMs > epochMs(permit.admittedAt);
  const given = owner.approvals.filter(
    (one) =>
      one.accepted &&
      one.decision === 'approve' &&
      one.planHash === plan.hash &&
      one.incident === owner.row.id &&
      epochMs(one.at) <= at &&
      inTime(one) &&
      !proof.ourselves.includes(one.by) &&
      (one.verifiedIdentity || bareWordsCount(plan)),
  );
  return [...new Set(given.map(({ by, verifiedIdentity }) => (verifiedIdentity ? by.trim().toLowerCase() : 'somebody')))];
}

const bareWordsCount = ({ approval, steps }: Plan): boolean =>
  approval.signals === 'count' && steps.every(({ risk }) => risk !== 'destructive');
