import type { Decision } from '../domain/plan.js';
import type { ActivityDeps } from './deps.js';

/** The decision as the ledger keeps it: the very JSON that `decide` wrote. */
export const storedDecision = async ({ ledger }: Pick<ActivityDeps, 'ledger'>, incident: string): Promise<Decision | undefined> =>
  (await ledger.decision(incident)) as unknown as Decision | undefined;
