import type { Guard } from '../domain/admission.js';
import { approval } from './approval.js';
import { budget } from './budget.js';
import { cooldown } from './cooldown.js';
import { corroborate } from './corroborate.js';
import { deploys } from './deploys.js';
import { firingFor } from './firing-for.js';
import { incident } from './incident.js';
import { onAcknowledge } from './on-acknowledge.js';
import { oneAtATime } from './one-at-a-time.js';
import { startBy } from './start-by.js';
import { stop } from './stop.js';
import { target } from './target.js';

/** Every guard, in the order in which people are shown them. */
export const guards: readonly Guard[] = [
  stop,
  target,
  incident,
  firingFor,
  corroborate,
  deploys,
  onAcknowledge,
  oneAtATime,
  cooldown,
  budget,
  startBy,
  approval,
];
