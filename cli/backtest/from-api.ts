import { ApiError, type ApiClient } from '../../api/client.js';
import type { IncidentSummary } from '../../api/shapes.js';
import type { Decision } from '../../domain/plan.js';
import { planIn } from '../../domain/plan.js';
import type { JsonObject } from '../../domain/json.js';
import type { Deed } from '../../integrations/contract/history.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { Recorded } from './recorded.js';
import type { Expired } from './summary.js';

/** The most that the API lists, newest first. */
export const mostFromApi = 1_000;
/** Decisions that are asked for at the same time. */
const atOnce = 8;

/**
 * An installation's own past: what its ledger keeps of every incident that was decided, with the alert, its witness and the target as they were read then.
 * `undecided`: those that never came to a decision. `sinceMs`: those that began earlier are left out. Rejects with ApiError.
 */
export async function recordedByApi(
  api: Pick<ApiClient, 'incidents' | 'plan'>,
  sinceMs = 0,
): Promise<{ recorded: Recorded[]; undecided: number }> {
  const incidents = (await api.incidents(mostFromApi)).filter(({ startedAt }) => Date.parse(startedAt) >= sinceMs);
  const recorded: Recorded[] = [];
  let undecided = 0;
  for (let next = 0; next < incidents.length; next += atOnce) {
    const batch = incidents.slice(next, next + atOnce);
    const decisions = await Promise.all(batch.map(({ id }) => decisionOf(api, id)));
    for (const [index, decision] of decisions.entries()) {
      const summary = batch[index];
      if (decision && summary) recorded.push(fromDecision(decision, summary));
      else undecided += 1;
    }
  }
  return { recorded, undecided };
}

async function decisionOf(api: Pick<ApiClient, 'plan'>, id: string): Promise<Decision | undefined> {
  try {
    return (await api.plan(id)).decision;
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** Who closed it, our ledger does not say: only that it is closed, and when our run of it ended. */
function fromDecision(decision: Decision, { status, endedAt }: Pick<IncidentSummary, 'status' | 'endedAt'>): Recorded {
  const { incident, alert, witness } = decision;
  const target = planIn(decision)?.target;
  const resolved: Deed[] =
    status === 'resolved' && endedAt !== null ? [{ at: endedAt, did: 'resolved', by: { kind: 'unknown' } }] : [];
  return {
    source: incident.ref.source,
    externalId: incident.ref.externalId,
    generation: incident.ref.generation,
    createdAt: incident.createdAt,
    incident: {} satisfies JsonObject,
    alerts: [],
    deeds: resolved,
    read: { incident, alert, witness, ...(target ? { target } : {}) },
  };
}

/** Which of these rules, as they stand in force, have observed for too long. Rejects with ApiError. */
export async function expiredIn(api: Pick<ApiClient, 'rules'>, { set }: { set: RuleSet }): Promise<Expired> {
  const { rules } = await api.rules();
  return new Map(
    rules.flatMap(({ name, fileHash, observing }) =>
      observing?.expired === true && set.rules.some((one) => one.name === name && one.fileHash === fileHash)
        ? [[name, observing.in] as const]
        : [],
    ),
  );
}
