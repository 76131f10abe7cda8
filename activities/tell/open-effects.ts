import type { ActivityDeps } from '../deps.js';
import { permitsOf } from '../situation/attempt.js';

const says = 'its run ended, and how this ended could not be read; it is not repeated';

/**
 * The run is over, so nobody will read back any more what it began: whatever has no end in the ledger by now ends as unknown. It is left
 * so where every read-back or every wait failed, or the workers died in them. `target`: only what was done to that one. Throws
 * LedgerUnavailable.
 */
export async function closeOpenEffects(deps: ActivityDeps, incident: string, target?: string): Promise<void> {
  const { ledger } = deps;
  for (const { attempt_key: attemptKey, consumed_at: consumedAt, ended_at: endedAt, target_id: on } of await permitsOf(
    deps,
    incident,
  )) {
    if (attemptKey === undefined || consumedAt == null || endedAt != null) continue;
    if (target !== undefined && on !== target) continue;
    await ledger.effectEnded(attemptKey, 'unknown', says);
    const data = { attemptKey };
    await ledger.record({ incident, phase: 'execute', state: 'unknown', says, once: `execute.${attemptKey}.unknown`, data });
  }
}
