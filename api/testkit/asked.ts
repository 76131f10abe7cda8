import { decide, planOf, type World } from '../../decide/testkit/deciding.js';
import type { JsonObject } from '../../domain/json.js';
import type { Plan } from '../../domain/plan.js';
import type { Ledger } from '../../ledger/port.js';
import { rule, setWith } from '../../tests/support/rules.js';

/** An incident whose plan waits for people until `until`, as the activities of a run write it down. */
export async function askPeople(
  ledger: Pick<Ledger, 'putIncident' | 'putDecision' | 'record'>,
  id: string,
  { title = 'web-cpu-high', until = Date.now() + 600_000, world = {} }: { title?: string; until?: number; world?: World } = {},
): Promise<Plan> {
  const decision = decide(setWith(rule('cpu', 'mode: { staging: approve }')), { ...world, incident: { title } });
  const plan = planOf(decision);
  await ledger.putIncident({
    id,
    title,
    service: 'web',
    environment: plan.environment,
    rule: plan.rule.name,
    mode: plan.mode,
    source: 'pagerduty',
    status: 'triggered',
    remediation: 'waiting for approval',
    planHash: plan.hash,
  });
  await ledger.putDecision(id, JSON.parse(JSON.stringify(decision)) as JsonObject);
  await ledger.record({
    incident: id,
    phase: 'approval',
    state: 'waiting',
    says: `waits for 1 of the people on call: ${title}`,
    once: `ask.${plan.hash}.first`,
    data: { planHash: plan.hash, expiresAt: new Date(until).toISOString() },
  });
  return plan;
}
