import { sql } from 'kysely';
import type { Tx } from './database.js';

/**
 * Everything takes turns, for the budgets of rule, service and all cross every target and domain: two admissions far apart would each
 * spend the last of one budget. What asks people from a moment on takes its turn as well: each admission comes wholly before it or after
 * it, so that the later of the two moments knows of the other.
 */
export const takeTurn = (tx: Tx) => sql`select pg_advisory_xact_lock(hashtext('admission'))`.execute(tx);
