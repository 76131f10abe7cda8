import type { Place } from '../integrations/contract/call.js';
import type { RuleSet } from '../rules/language/set.js';

/** Calls that belong to no cloud account. */
export const nowhere: Place = { account: '', region: '' };

/** Where a call goes, and the role that the policy names there: to read, or to act. An account that the policy does not know has none. */
export function placeFor(set: RuleSet, { account, region }: Omit<Place, 'role'>, as: 'read' | 'act'): Place {
  const known = Object.values(set.policy.doc.environments).find(({ accounts }) => Object.hasOwn(accounts, account));
  const role = known?.accounts[account]?.[as];
  return { account, region, ...(role === undefined ? {} : { role }) };
}
