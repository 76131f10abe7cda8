import { incidentId } from '../../domain/incident-id.js';
import type { ActivityDeps } from '../deps.js';
import type { About } from '../types.js';
import { readIncident } from './read.js';

/** Merges of merges are followed so far; beyond it nobody knows, and that is not closed. */
const mostMerges = 5;

/** Closed at its source. One that was merged into another is as open as that one: a merge repairs nothing. */
export async function isClosed(deps: ActivityDeps, about: About, merges = mostMerges): Promise<boolean> {
  const { incident } = await readIncident(deps, about);
  if (incident.status !== 'resolved') return false;
  if (incident.mergedInto === undefined) return true;
  if (merges === 0) return false;
  const ref = { ...about.ref, externalId: incident.mergedInto, generation: '0' };
  return isClosed(deps, { ...about, ref, incident: incidentId(ref) }, merges - 1);
}
