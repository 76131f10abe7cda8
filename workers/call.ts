import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace } from '../domain/plan.js';
import type { Call } from '../integrations/contract/call.js';

/** A call to a vendor outside of any activity: nobody waits for its heartbeat, and it goes to no cloud account. */
export const callOutside = (
  { pace, now }: { pace: () => Pace; now: () => number },
  incident: string,
  signal: AbortSignal,
): Call => ({
  place: { account: '', region: '' },
  incident,
  pace: pace(),
  signal,
  heartbeat: () => undefined,
  now,
  sleep: (ms) => sleep(ms, undefined, { signal }),
});
