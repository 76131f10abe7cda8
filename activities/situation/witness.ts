import type { Alert } from '../../domain/alert.js';
import type { Incident } from '../../domain/incident.js';
import type { Pace } from '../../domain/plan.js';
import { type Corroboration, ownWord } from '../../decide/witness.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { About } from '../types.js';

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
  if (!able) return ownWord(incident, alert, readAt);
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
