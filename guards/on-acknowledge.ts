import type { Guard } from '../domain/admission.js';
import { listed } from '../domain/words.js';
import { allow, ask, refuse } from './say.js';

export const onAcknowledge: Guard = {
  id: 'onAcknowledge',
  sentence: 'Acknowledge means hands off: once a human has the incident, nothing is done without their word.',
  asked: ['preview', 'admission'],
  judge: ({ incident: { heldBy, status }, ourselves }, _state, limits) => {
    const limit = limits.onAcknowledge;
    const people = heldBy.filter(({ id }) => !ourselves.includes(id));
    // Acknowledged by somebody whom the source does not name is still acknowledged.
    const nameless = status === 'acknowledged' && heldBy.length === 0;
    if (people.length === 0 && !nameless) return allow(limit, 'nobody acknowledged');
    const found = nameless ? 'acknowledged by somebody' : `${listed(people.map(({ name, id }) => name || id))} has it`;
    return limit === 'ask' ? ask(limit, found) : refuse(limit, found);
  },
};
