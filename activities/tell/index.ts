import type { ActivityDeps } from '../deps.js';
import { shelled } from '../shell.js';
import type { TellActivities } from '../types.js';
import { ask, report } from './report.js';

/** Role `tell`: writes to people and their tools, never to production. */
export const createTellActivities = (deps: ActivityDeps): TellActivities => ({
  ask: shelled((input) => ask(deps, input)),
  report: shelled((input) => report(deps, input)),
});
