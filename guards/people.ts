import type { Guard } from '../domain/admission.js';
import { listed } from '../domain/words.js';
import { allow, refuse } from './say.js';

export const people: Guard = {
  id: 'people',
  sentence: 'Nothing is done to a resource on which somebody is working at this moment.',
  asked: ['preview', 'admission'],
  judge: ({ surroundings: { people: there, unknown } }) => {
    if (there.length > 0) return refuse('nobody', `${listed(there)}: hands off`);
    const blind = unknown.find(({ what }) => what === 'people');
    return blind ? refuse('nobody', `not known who works on it: ${blind.because}`) : allow('nobody', 'nobody works on it');
  },
};
