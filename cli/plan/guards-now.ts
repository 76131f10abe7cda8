import { lastGuards } from '../../decide/explain.js';
import { type Hold, holdScopes } from '../../domain/hold.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { type Decision, type Plan, planIn } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import { failureDomain } from '../../domain/target.js';
import { foundWords } from '../../domain/verdicts.js';
import { ago, counted, epochMs, isoSeconds } from '../../domain/words.js';

/** What is known of the guards: they need the ledger and fresh reads, so nobody asks them here. */
export interface GuardsKnown {
  asked: false;
  says: string[];
  /** As they were asked last, and when: ISO 8601, UTC. */
  last?: { at: string; verdicts: GuardVerdict[] };
  /** What stands in the way at this moment: stops, freezes, brakes. */
  holds: Hold[];
}

export const notAsked = 'not asked; they need the ledger';

export const unasked: GuardsKnown = { asked: false, says: [notAsked], holds: [] };

/** Of an incident: what they said when they were asked last, and what stands in the way now. */
export function guardsOf(
  decision: Decision,
  timeline: readonly LedgerRecord[],
  holds: readonly Hold[],
  now = Date.now(),
): GuardsKnown {
  const plan = planIn(decision);
  const verdicts = lastGuards(timeline);
  const at = timeline.findLast(({ phase, data }) => phase === 'guards' && Array.isArray(data?.['verdicts']))?.at;
  const standing = plan ? standingAgainst(plan, decision, holds) : [];
  const no = verdicts.filter(({ verdict }) => verdict !== 'allow');
  const before =
    at === undefined
      ? 'not asked for this incident yet'
      : no.length === 0
        ? `${counted(verdicts.length, 'guard')} allowed it ${when(at, now)}`
        : `${when(at, now)}: ${no.map((one) => `${one.verdict === 'ask' ? 'ASK by' : 'REFUSED by'} ${one.guard}: ${foundWords(one, now)}`).join('; ')}`;
  return {
    asked: false,
    says: [
      `${notAsked}, and are asked again right before anything is done. ${before}`,
      ...standing.map(
        ({ kind, scope, owner, reason, id }) => `in force now: ${kind} of ${scope} by ${owner} (${reason}); id ${id}`,
      ),
    ],
    ...(at === undefined ? {} : { last: { at, verdicts } }),
    holds: standing,
  };
}

/** `at 2026-11-22T03:13:43Z (9 h ago)`. */
const when = (at: string, now: number): string => `at ${isoSeconds(at)} (${ago(now - epochMs(at))})`;

function standingAgainst(plan: Plan, { incident }: Decision, holds: readonly Hold[]): Hold[] {
  const { environment, rule, team, target, rulesHash } = plan;
  const scopes = new Set(
    plan.steps.flatMap(({ action, runbook, runbookHash }) =>
      holdScopes({
        environment,
        service: incident.service.id,
        rule: rule.name,
        action,
        targetId: target.id,
        domain: failureDomain(target),
        team,
        runbook,
        hashes: [rulesHash, rule.fileHash, runbookHash],
      }),
    ),
  );
  return holds.filter(({ scope }) => scopes.has(scope));
}
