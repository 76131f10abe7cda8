import type { Guard } from '../domain/admission.js';
import { ago, duration, epochMs } from '../domain/words.js';
import { allow, refuse } from './say.js';

/** Whoever read it may have a clock that runs ahead of the ledger's. Milliseconds. */
const skewMs = 5 * 60_000;

export const fresh: Guard = {
  id: 'fresh',
  sentence:
    'What the decision rests on, the alert’s witness and the target, was read just now; what is old, or has no date, refuses.',
  asked: ['preview', 'admission'],
  judge: ({ readNow, witness, target }, _state, { freshMs }) => {
    const limit = duration(freshMs);
    for (const [what, readAt] of [
      ['the alert', witness.readAt],
      [target.name, target.readAt],
    ] as const) {
      const age = readNow - epochMs(readAt);
      if (!Number.isFinite(age)) return refuse(limit, `it is not known when ${what} was read`);
      if (age > freshMs || age < -skewMs) return refuse(limit, `${what} was read ${age < 0 ? 'in time to come' : ago(age)}`);
    }
    return allow(limit, 'alert and target read just now');
  },
};
