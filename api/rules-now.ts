import type { Ledger } from '../ledger/port.js';
import type { ApiDeps } from './deps.js';
import type { RuleLine, RulesSummary } from './shapes.js';

/** So long a rule may observe; then somebody has to decide about it. It goes on observing all the same. Milliseconds. */
const observesForMs = 60 * 86_400_000;

export interface RulesGround {
  rules: Pick<ApiDeps['rules'], 'current'>;
  ledger: Pick<Ledger, 'rulesFirstSeen'>;
  /** Epoch milliseconds. */
  now: () => number;
}

/** The rules in force; of those that observe, since when. Without the ledger that is left out: the rules are still worth telling. */
export async function rulesNow({ rules, ledger, now }: RulesGround): Promise<RulesSummary> {
  const current = rules.current();
  const seen = await ledger.rulesFirstSeen(current.rules.map(({ fileHash }) => fileHash)).catch(() => new Map<string, string>());
  return { ...current, rules: observing(current.rules, seen, now()) };
}

/** Since when the rules as they are have been observing somewhere, and which of them have done so for too long. Pure. */
export function observing(rules: readonly RuleLine[], seen: ReadonlyMap<string, string>, now: number): RuleLine[] {
  return rules.map((rule) => {
    const since = seen.get(rule.fileHash);
    const where = Object.entries(rule.mode).filter(([, mode]) => mode === 'observe');
    if (since === undefined || where.length === 0) return rule;
    const expired = now - Date.parse(since) >= observesForMs;
    const says = expired ? 'expired: decide about it' : 'observing';
    return { ...rule, observing: { since, expired, in: where.map(([environment]) => environment), says } };
  });
}
