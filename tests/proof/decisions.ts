import { planIn } from '../../domain/plan.js';
import { epochMs } from '../../domain/words.js';
import { acted, peopleBehind } from './lookup.js';
import type { IncidentProof, Proof } from './proof.js';

const permitsOf = (proof: Proof, key: string) =>
  proof.incidents.flatMap(({ permits }) => permits).filter(({ attemptKey }) => attemptKey === key);
const ownerOf = (proof: Proof, key: string): IncidentProof | undefined =>
  proof.incidents.find(({ permits }) => permits.some(({ attemptKey }) => attemptKey === key));

/** I4: every effect belongs to a permit that names the rule's and the runbook's content, and to a rule that may act. */
export function everyEffectHasItsRule(proof: Proof): string[] {
  return proof.effects.flatMap(({ key, operation, target }) => {
    const [permit] = permitsOf(proof, key);
    if (!permit) return [`${operation} on ${target} has no permit`];
    const decision = ownerOf(proof, key)?.decision;
    const concluded = decision?.concluded;
    if (concluded !== 'act' && concluded !== 'ask')
      return [`${operation} on ${target}: the rules concluded ${concluded ?? 'nothing'}`];
    if (permit.planHash !== planIn(decision)?.hash) return [`the permit of ${key} is for another plan`];
    return permit.ruleHash && permit.runbookHash && permit.planHash ? [] : [`the permit of ${key} lacks a hash`];
  });
}

/** I5: where humans are wanted, enough of them said yes to that very plan before the effect, and nobody no. */
export function everyEffectHasItsApprovals(proof: Proof): string[] {
  return acted(proof).flatMap((one) => {
    const { owner, plan, key, permit } = one;
    // By the ledger's clock: the word itself is dated by whoever judged it.
    const no = owner.timeline.find(
      ({ phase, state, data, at }) =>
        phase === 'approval' &&
        state === 'ok' &&
        data?.['decision'] === 'reject' &&
        data['planHash'] === plan.hash &&
        epochMs(at) <= epochMs(permit.admittedAt),
    );
    if (no) return [`the effect ${key} was rejected by ${String(no.data?.['by'])}`];
    if (owner.decision?.concluded !== 'ask') return [];
    const people = peopleBehind(one, proof).length;
    return people >= plan.approval.count ? [] : [`the effect ${key} had ${people} of ${plan.approval.count} approvals`];
  });
}

/** I11: what was touched was planned, is nobody's protected thing, and stands in the account that the alert belongs to. */
export function onlyPlannedTargets(proof: Proof): string[] {
  return proof.effects.flatMap(({ key, target }) => {
    const plan = planIn(ownerOf(proof, key)?.decision);
    if (!plan) return [`${target} was touched and nobody planned it`];
    const { name, id } = plan.target;
    const [permit] = permitsOf(proof, key);
    return [
      ...(target !== '' && (target === name || target === id) ? [] : [`${target} was touched, planned was ${name}`]),
      ...(permit?.targetId === id ? [] : [`${target}: its permit was for ${permit?.targetId}`]),
      ...guarded(plan.target, proof.protected).map((says) => `${target} is protected: ${says}`),
      ...astray(plan.target, permit?.place, ownerOf(proof, key)?.decision?.alert.account).map((says) => `${target}: ${says}`),
    ];
  });
}

interface Place {
  account: string;
  region: string;
}

function guarded({ id, tags }: { id: string; tags: Record<string, string> }, lines: Proof['protected']): string[] {
  return lines.flatMap(({ tag = {}, arn }) => [
    ...Object.entries(tag)
      .filter(([key, value]) => tags[key] === value)
      .map((pair) => pair.join('=')),
    ...(arn !== undefined && like(arn).test(id) ? [arn] : []),
  ]);
}

/** `*` is anything. */
const like = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

function astray(planned: Place & { id: string }, permitted: Place | undefined, alerted: string | undefined): string[] {
  const [, , , , inArn = ''] = planned.id.split(':');
  const accounts = [permitted?.account, alerted, inArn].filter((one): one is string => one !== undefined && /^\d{12}$/.test(one));
  const other = accounts.find((account) => account !== planned.account);
  const elsewhere = permitted !== undefined && permitted.region !== planned.region;
  return [
    ...(other === undefined ? [] : [`planned in account ${planned.account}, and ${other} comes into it`]),
    ...(elsewhere ? [`planned in ${planned.region}, permitted in ${permitted.region}`] : []),
  ];
}

/** I12: the same facts and the same rules make the same decision, whoever asks and whenever. */
export function decisionsArePure(proof: Proof): string[] {
  return proof.incidents.flatMap(({ row, decision, anew }) => {
    if (!decision || !anew) return [];
    // Without a plan the target is not among what was recorded, and the sentence names the place in a file: only what follows counts.
    const was = `${decision.concluded} ${planIn(decision)?.hash ?? ''}`;
    const is = `${anew.concluded} ${planIn(anew)?.hash ?? ''}`;
    return was === is ? [] : [`${row.id}: it was ${was}, and from the same facts it is ${is}`];
  });
}
