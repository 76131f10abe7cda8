import { ApplicationFailure } from '@temporalio/activity';
import type { ActivityDeps } from '../deps.js';
import { labelled } from '../label/tell.js';
import { asFailure, isVendorFailure } from '../shell.js';
import type { About, TellActivities } from '../types.js';
import { ask, gaveBack, report } from './report.js';

/** Role `tell`: writes to people and their tools, never to production. */
export const createTellActivities = (deps: ActivityDeps): TellActivities => ({
  ask: persistent(deps, 'ask', ask),
  report: persistent(deps, 'report', report),
  gaveBack: persistent(deps, 'gaveBack', gaveBack),
  labelled: persistent(deps, 'labelled', labelled),
});

/** What asking again cannot mend here: the incident is gone, or the text is not taken. */
const hopeless = ['absent', 'refused', 'conflict'];

/**
 * Everything here may be repeated, for whatever stands is found by its mark. So a lost answer is asked again, and so is a refused
 * token: somebody may mend it while people still need to hear of it. The timeline says that they have not, yet.
 */
const persistent =
  <Input extends About, Output>(deps: ActivityDeps, name: string, run: (deps: ActivityDeps, input: Input) => Promise<Output>) =>
  async (input: Input): Promise<Output> => {
    try {
      return await run(deps, input);
    } catch (error) {
      const says = `not everybody could be told yet: ${error instanceof Error ? error.message : 'no reason given'}`;
      const line = { incident: input.incident, phase: 'report', state: 'failed', says, once: `untold.${name}` } as const;
      await deps.ledger.record(line).catch(() => undefined);
      if (!isVendorFailure(error) || hopeless.includes(error.fault)) throw asFailure(error);
      throw ApplicationFailure.create({ type: 'untold', message: error.message, nextRetryDelay: error.retryAfterMs });
    }
  };
