import type { Guard } from '../domain/admission.js';
import { duration } from '../domain/words.js';
import { allow, refuse, waitUntil } from './say.js';

export const firingFor: Guard = {
  id: 'firingFor',
  sentence: 'The alert must have been firing for so long: what clears by itself is left alone.',
  asked: ['preview', 'admission'],
  judge: ({ now, alertStartedAt }, _state, { firingForMs }) => {
    const limit = duration(firingForMs);
    const free = alertStartedAt + firingForMs;
    if (!Number.isFinite(free)) return refuse(limit, 'it is not known since when it fires');
    if (now >= free) return allow(limit, `firing for ${duration(now - alertStartedAt)}`);
    return waitUntil(refuse(limit, `firing for ${duration(now - alertStartedAt)}`), free);
  },
};
