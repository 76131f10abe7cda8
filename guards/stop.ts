import type { Guard } from '../domain/admission.js';
import type { Hold } from '../domain/hold.js';
import { counted, epochMs } from '../domain/words.js';
import { allow, ask, freeAt, refuse, type Said } from './say.js';

/** A hold whose end cannot be read has no end. */
export const stop: Guard = {
  id: 'stop',
  sentence:
    'Nothing is done while a stop, freeze, maintenance window or brake covers it; what was demoted asks a human first, until somebody lifts that.',
  asked: ['preview', 'admission', 'undo'],
  judge: ({ now }, { holds }) => {
    const limit = 'no hold';
    const inForce = holds.filter(({ until }) => until === undefined || !(epochMs(until) <= now));
    // The one that lasts longest decides when it is free.
    const stops = inForce.filter(({ kind }) => kind !== 'demotion');
    const [hold] = [...stops].sort((a, b) => endOf(b.until) - endOf(a.until));
    if (!hold) return demoted(inForce, limit);
    const others = stops.length > 1 ? ` and ${counted(stops.length - 1, 'other hold')}` : '';
    const said = `${hold.kind} of ${hold.scope} by ${hold.owner}: ${hold.reason}${others}`;
    const end = endOf(hold.until);
    if (end === Number.POSITIVE_INFINITY) return refuse(limit, `${said}; ${lifting(hold)}`);
    return freeAt(refuse(limit, said), end);
  },
};

/** What a reader at night does about it. */
const lifting = ({ id, scope }: Hold): string =>
  `it stands until ${scope === 'all' ? 'two people lift' : 'somebody lifts'} it: opssentinel resume ${id}`;

/** All that is left are demotions. */
function demoted([demotion]: readonly Hold[], limit: string): Said {
  if (!demotion) return allow(limit, 'none in force');
  const { scope, reason, id } = demotion;
  return ask(limit, `${scope} asks: ${reason}; lift it with opssentinel resume ${id}`);
}

function endOf(until: string | undefined): number {
  const end = until === undefined ? Number.NaN : epochMs(until);
  return Number.isNaN(end) ? Number.POSITIVE_INFINITY : end;
}
