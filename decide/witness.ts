import type { Alert, Witness } from '../domain/alert.js';
import type { Incident } from '../domain/incident.js';

export interface Corroboration {
  witness: Witness;
  /** Whether an independent read of this alert is possible at all. If not, nothing is done without a human. */
  corroborable: boolean;
}

/** Where nobody can find the alert again, the incident's own state is all there is. `readAt`: ISO 8601, UTC. */
export function ownWord(incident: Incident, alert: Alert, readAt: string): Corroboration {
  const { ref, status, mergedInto, createdAt } = incident;
  return {
    witness: {
      by: ref.source,
      // A merge closes the incident and repairs nothing.
      state: mergedInto ? 'unknown' : status === 'resolved' ? 'clear' : 'firing',
      since: createdAt,
      readAt,
      says: `${ref.source}: the incident is ${status}; no other witness`,
    },
    // A body that names a tool (CloudWatch, say) but not the alert there cannot be confirmed, and anybody can write such a body.
    corroborable: alert.source === ref.source,
  };
}
