import { durationUnits, parseDuration } from '../../domain/duration.js';
import { guardDefaults } from '../../domain/guard-defaults.js';
import type { Incident } from '../../domain/incident.js';
import { duration, epochMs } from '../../domain/words.js';
import type { ActivityDeps } from '../deps.js';
import type { DecideInput } from '../types.js';

/** No rule may begin later than this after the alert: it can only be shortened. */
const latestStart = parseDuration(guardDefaults.startBy) ?? 10 * durationUnits.minutes;

/**
 * Of an incident that no webhook told us of: writes down how late it was found, which is also what is counted, and gives the reason why
 * nothing is done. `undefined`: it goes on as any other, or was not found so.
 *
 * A late one has its run as well, which ends here: so there is one way in, one row and one outcome for every incident, and a webhook that
 * comes even later finds its id taken. It ends before anything is matched, because the guard `startBy` would refuse and people would be
 * woken for what their own escalation policy has told them of long ago. The age is the incident's, not the alert's: a reopened one is young.
 */
export async function leftAlone(
  deps: ActivityDeps,
  { delivery, incident: id }: DecideInput,
  incident: Incident,
): Promise<string | undefined> {
  if (delivery.kind !== 'reconcile') return undefined;
  const began = epochMs(delivery.occurredAt);
  const gapMs = Math.max(0, epochMs(delivery.receivedAt) - began);
  const late = !(deps.now() - began <= latestStart);
  await deps.ledger.record({
    incident: id,
    phase: 'webhook',
    state: 'info',
    says: `no webhook came: found by reconciliation ${duration(gapMs)} after it was opened`,
    once: 'reconcile',
    data: { source: incident.ref.source, gapMs: Number.isFinite(gapMs) ? gapMs : 0, late },
  });
  const [holder] = incident.heldBy;
  if (holder) return `found by reconciliation; ${holder.name} has it, so it is recorded and nothing is done`;
  return late ? `found by reconciliation, too old to act on: ${duration(deps.now() - began)}` : undefined;
}
