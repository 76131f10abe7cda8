import type { Alert, Witness } from '../../domain/alert.js';
import type { Incident } from '../../domain/incident.js';
import type { Pace } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { About } from '../types.js';

export interface Corroboration {
  witness: Witness;
  /** Whether an independent read of this alert is possible at all. If not, nothing is done without a human. */
  corroborable: boolean;
}

/** Asks whoever can find the alert again; else the incident's own state is all there is. */
export async function witnessOf(
  deps: ActivityDeps,
  about: About,
  incident: Incident,
  alert: Alert,
  pace: Pace,
): Promise<Corroboration> {
  const readAt = new Date(deps.now()).toISOString();
  const able = deps.registry.witnesses.find((witness) => witness.covers(alert));
  // A body that names a tool (CloudWatch, say) but not the alert there cannot be confirmed, and anybody can write such a body.
  if (!able) return { witness: ownWord(incident, readAt), corroborable: alert.source === about.ref.source };
  const place = placeFor(deps.rules(), { account: alert.account ?? '', region: alert.region ?? '' }, 'read');
  try {
    return { witness: await able.read(able.with(callFor(about.incident, place, pace, deps.now)), alert), corroborable: true };
  } catch (error) {
    if (!isVendorFailure(error) || error.fault === 'throttled' || error.fault === 'unavailable') throw error;
    return {
      witness: { by: able.id, state: 'unknown', readAt, says: `could not be read: ${error.message}` },
      corroborable: true,
    };
  }
}

function ownWord(incident: Incident, readAt: string): Witness {
  const open = incident.status !== 'resolved';
  return {
    by: incident.ref.source,
    // A merge closes the incident and repairs nothing.
    state: incident.mergedInto ? 'unknown' : open ? 'firing' : 'clear',
    since: incident.createdAt,
    readAt,
    says: `${incident.ref.source}: the incident is ${incident.status}; no other witness`,
  };
}
