import type { Guard } from '../domain/admission.js';
import { allow, refuse } from './say.js';

export const corroborate: Guard = {
  id: 'corroborate',
  sentence: 'An independent read must confirm, just now, that the alert is firing; not knowing is not firing.',
  asked: ['preview', 'admission'],
  judge: ({ witness }) =>
    witness.state === 'firing' ? allow('yes', witness.says) : refuse('yes', `${witness.says} (${witness.state})`),
};
