import type { Guard } from '../domain/admission.js';
import { counted, epochMs } from '../domain/words.js';
import { allow, freeAt, refuse } from './say.js';

/** A hold whose end cannot be read has no end. */
export const stop: Guard = {
  id: 'stop',
  sentence: 'Nothing is done while a stop, freeze, maintenance window or brake covers it.',
  asked: ['preview', 'admission', 'undo'],
  judge: ({ now }, { holds }) => {
    const limit = 'no hold';
    const inForce = holds.filter(({ until }) => until === undefined || !(epochMs(until) <= now));
    // The one that lasts longest decides when it is free.
    const [hold] = [...inForce].sort((a, b) => endOf(b.until) - endOf(a.until));
    if (!hold) return allow(limit, 'none in force');
    const others = inForce.length > 1 ? ` and ${counted(inForce.length - 1, 'other hold')}` : '';
    const said = `${hold.kind} of ${hold.scope} by ${hold.owner}: ${hold.reason}${others}`;
    const end = endOf(hold.until);
    if (end === Number.POSITIVE_INFINITY) return refuse(limit, `${said}, until somebody lifts it`);
    return freeAt(refuse(limit, said), end);
  },
};

function endOf(until: string | undefined): number {
  const end = until === undefined ? Number.NaN : epochMs(until);
  return Number.isNaN(end) ? Number.POSITIVE_INFINITY : end;
}
