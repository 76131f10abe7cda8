import type { Guard } from '../domain/admission.js';
import { approval } from './approval.js';
import { brake } from './brake.js';
import { budget } from './budget.js';
import { cooldown } from './cooldown.js';
import { corroborate } from './corroborate.js';
import { deploys } from './deploys.js';
import { domainLease } from './domain-lease.js';
import { firingFor } from './firing-for.js';
import { freeze } from './freeze.js';
import { fresh } from './fresh.js';
import { healthy } from './healthy.js';
import { incident } from './incident.js';
import { onAcknowledge } from './on-acknowledge.js';
import { oneAtATime } from './one-at-a-time.js';
import { people } from './people.js';
import { risk } from './risk.js';
import { sameFix } from './same-fix.js';
import { startBy } from './start-by.js';
import { stop } from './stop.js';
import { target } from './target.js';
import { team } from './team.js';

/** Every guard, in the order in which people are shown them. */
export const guards: readonly Guard[] = [
  stop,
  target,
  team,
  incident,
  firingFor,
  corroborate,
  fresh,
  freeze,
  deploys,
  onAcknowledge,
  people,
  healthy,
  oneAtATime,
  domainLease,
  cooldown,
  sameFix,
  brake,
  budget,
  startBy,
  risk,
  approval,
];
