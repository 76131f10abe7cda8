import { pastWords } from '../../domain/patience.js';
import type { Plan } from '../../domain/plan.js';
import type { ActivityDeps } from '../deps.js';

/** What the rule's own past says, for whoever decides or reads how it ended; `undefined`: nothing, or nobody can tell now. */
export async function pastOf({ ledger }: Pick<ActivityDeps, 'ledger'>, plan: Plan | undefined): Promise<string | undefined> {
  if (!plan) return undefined;
  try {
    return pastWords(await ledger.learned({ rule: plan.rule.name, logicHash: plan.rule.logicHash }));
  } catch {
    // Whatever it was: it stands beside what people have to hear, and that does not wait for it.
    return undefined;
  }
}
