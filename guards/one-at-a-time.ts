import type { Guard } from '../domain/admission.js';
import { clock } from '../domain/words.js';
import { allow, incidentName, refuse, waitUntil } from './say.js';

/** How often the run in the queue looks again, as a share of the time in which an effect may begin at all. */
const looks = 40;
const shortestMs = 250;

/** How long the run in the queue waits before it looks again. Milliseconds. */
export const lookAgainMs = (startByMs: number): number => Math.max(shortestMs, startByMs / looks);

export const oneAtATime: Guard = {
  id: 'oneAtATime',
  sentence: 'One run at a time on one resource: another one waits in line until it has ended.',
  asked: ['preview', 'admission', 'undo'],
  judge: ({ now, incidentId }, { targetHeldBy }, { startByMs }) => {
    if (!targetHeldBy || targetHeldBy.incident === incidentId) return allow('one', 'nobody else has the target');
    const again = now + lookAgainMs(startByMs);
    const found = `${incidentName(targetHeldBy.incident)} has the target since ${clock(targetHeldBy.since, now)}`;
    return waitUntil(refuse('one', found), again);
  },
};
