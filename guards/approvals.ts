import type { AdmissionState, GuardFacts } from '../domain/admission.js';
import type { Approval } from '../domain/approval.js';
import { epochMs } from '../domain/words.js';

/** People's accepted words on exactly this plan, one per person, that count here and now; newest first. */
export function countedApprovals(facts: GuardFacts, state: AdmissionState): Approval[] {
  const given = state.approvals.filter((one) => one.decision === 'approve' && isOnThisPlan(facts, one) && counts(facts, one));
  const people = new Map<string, Approval>();
  for (const one of given.sort((a, b) => epochMs(b.at) - epochMs(a.at))) {
    const person = personOf(one);
    if (!people.has(person)) people.set(person, one);
  }
  return [...people.values()];
}

/** Anybody's accepted no, verified or not: to refuse is always safe. */
export const rejection = (facts: GuardFacts, state: AdmissionState): Approval | undefined =>
  state.approvals.find((one) => one.decision === 'reject' && isOnThisPlan(facts, one));

const isOnThisPlan = (facts: GuardFacts, one: Approval): boolean =>
  one.accepted === true && one.planHash === facts.planHash && one.incident === facts.incidentId;

function counts(facts: GuardFacts, one: Approval): boolean {
  if (facts.ourselves.some((own) => sameName(own, one.by))) return false;
  if (facts.requesters.some((asker) => sameName(asker, one.by))) return false;
  // Whoever could approve when they did may not be allowed to any more.
  if (one.verifiedIdentity && !facts.approvers.some((name) => sameName(name, one.by))) return false;
  if (!one.verifiedIdentity && (facts.approval.signals !== 'count' || facts.step.risk === 'destructive')) return false;
  // The word holds for the ladder that it approved; only its beginning must be in time.
  return facts.laterStep || epochMs(one.at) + facts.approval.expiresInMs > facts.now;
}

/** An unchecked name is only a claim: however many there are, they are one unverified operator. */
const personOf = ({ by, verifiedIdentity }: Approval): string =>
  verifiedIdentity ? `person ${folded(by)}` : 'an unverified operator';

const folded = (name: string): string => name.trim().toLowerCase();
const sameName = (a: string, b: string): boolean => folded(a) === folded(b);
