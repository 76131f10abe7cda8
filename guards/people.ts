import type { Guard } from '../domain/admission.js';
import { listed } from '../domain/words.js';
import { allow, refuse } from './say.js';

export const people: Guard = {
  id: 'people',
  sentence: 'Nothing is done to a resource on which somebody is working at this moment.',
  asked: ['preview', 'admission'],
  judge: ({ target, surroundings: { people: there, unknown, untold = [] } }) => {
    if (there.length > 0) return refuse('nobody', `${listed(there)}: hands off`);
    const blind = unknown.find(({ what }) => what === 'people');
    if (blind) return refuse('nobody', `not known who works on it: ${blind.because}`);
    // Nothing could ever tell: to refuse would be to leave every target of this type alone for ever.
    if (untold.includes('people')) return allow('nobody', `not known: ${target.type} does not tell who works on it`);
    return allow('nobody', 'nobody works on it');
  },
};
