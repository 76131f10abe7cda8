import { effectiveMode } from '../../decide/mode.js';
import { paceOf } from '../../decide/profiles.js';
import type { Hold } from '../../domain/hold.js';
import { type Risk, riskOrder } from '../../domain/plan.js';
import { counted } from '../../domain/words.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import { callOutside } from '../../workers/call.js';
import { failedOf, type Tested } from '../cases/test-rules.js';
import type { Gate } from './gates.js';

/** The rule's own cases, with their coverage. */
export function casesGate({ name }: LoadedRule, { played, gaps }: Tested): Gate {
  const own = played.filter((one) => one.case.rule === name);
  const failed = failedOf({ played: own, gaps: [] }).length;
  const open = gaps.filter(({ rule }) => rule === name);
  if (own.length === 0) return { yes: false, says: `${name} has no case; write ${name}.cases.yaml beside it` };
  if (failed > 0) return { yes: false, says: `${counted(failed, 'case')} of ${own.length} failed: opssentinel rules test` };
  if (open.length > 0)
    return { yes: false, says: `${counted(own.length, 'case')} pass; never shown: ${open.map(({ says }) => says).join('; ')}` };
  return { yes: true, says: `${counted(own.length, 'case')} pass, every condition seen true and false` };
}

/** Whether policy, risk and actions allow the mode in this environment at all. */
export function riskGate(rule: LoadedRule, environment: string, to: 'approve' | 'auto', set: RuleSet, registry: Registry): Gate {
  const used = rule.steps.flatMap(({ runbook }) => {
    const doc = set.runbooks.get(runbook)?.doc;
    const action = doc && registry.actions.get(doc.uses);
    return doc && action ? [{ doc, action }] : [];
  });
  const risks = used.map(({ doc, action }): Risk => higher(doc.risk ?? action.risk, action.risk));
  const risk = risks.reduce(higher, 'additive');
  const { mode, because } = effectiveMode({
    rule: to,
    environment,
    ceiling: set.policy.doc.environments[environment]?.ceiling ?? 'observe',
    risk,
    actions: used.map(({ action }) => ({ id: action.id, ceiling: action.ceiling ?? 'auto', connected: true })),
    corroborable: true,
    barsAuto: set.revision?.barsAuto,
  });
  const may = `risk ${risk} may be ${to} in ${environment}`;
  return mode === to
    ? { yes: true, says: may }
    : { yes: false, says: because ?? `risk ${risk} may not be ${to} in ${environment}` };
}

const higher = (a: Risk, b: Risk): Risk => (riskOrder.indexOf(a) >= riskOrder.indexOf(b) ? a : b);

/** Somebody has to be there when it goes wrong. What nobody can read is not so. */
export async function onCallGate(
  { doc: { owner } }: LoadedRule,
  set: RuleSet,
  registry: Registry,
  { signal, now }: { signal: AbortSignal; now: () => number },
): Promise<Gate> {
  const team = set.policy.doc.teams[owner]?.pagerduty;
  if (team === undefined)
    return { yes: false, says: `owner ${owner} has no rota in the policy: whether anybody is on call is not known` };
  const sources = [...registry.sources.values()].filter(({ integration }) => registry.integrations.get(integration)?.connected);
  const rota = sources.find(({ teamOnCall }) => teamOnCall !== undefined);
  const unknown = { yes: false, says: `whether owner ${owner} has people on call is not known: no rota is connected here` };
  if (!rota?.teamOnCall) return unknown;
  const call = callOutside({ pace: () => paceOf(set), now }, 'opssentinel:promote', signal);
  try {
    const people = await rota.teamOnCall(rota.with(call), team);
    return people.length > 0
      ? { yes: true, says: `owner ${owner} has people on call` }
      : { yes: false, says: `owner ${owner} has nobody on call now` };
  } catch (error) {
    return {
      yes: false,
      says: `${unknown.says.split(':')[0]}: ${error instanceof Error ? error.message : 'it could not be read'}`,
    };
  }
}

export function demotionGate({ name }: LoadedRule, holds: readonly Hold[]): Gate {
  const hold = holds.find(({ kind, scope }) => kind === 'demotion' && scope === `rule:${name}`);
  return hold === undefined
    ? { yes: true, says: 'nobody has taken it back' }
    : { yes: false, says: `it was taken back: ${hold.reason} (${hold.id}; opssentinel resume ${hold.id})` };
}
