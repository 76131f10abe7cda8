import type { Guard } from '../domain/admission.js';
import { allow, refuse } from './say.js';

export const incident: Guard = {
  id: 'incident',
  sentence: 'Nothing is done for an incident that its source has closed or merged into another.',
  asked: ['preview', 'admission'],
  judge: ({ incident: { ref, status, mergedInto } }) => {
    if (mergedInto !== undefined) return refuse('open', `${ref.source} says merged into ${mergedInto}`);
    if (status === 'triggered' || status === 'acknowledged') return allow('open', `${ref.source} says ${status}`);
    return refuse('open', `${ref.source} says ${status}`);
  },
};
