import type { RuleSet } from '../../rules/language/set.js';
import type { Past } from '../backtest/recorded.js';

const observed = 'observed';
/** Stands for the account where no alert names one: digits that no account has. */
const nowhere = { account: '000000000000', region: 'us-east-1' };

/** What was seen, and is put into one environment in which nothing can ever be done. */
export interface Ground {
  services: string[];
  accounts: Record<string, string[]>;
}

export function groundOf(past: readonly Past[]): Ground {
  const accounts = new Map<string, Set<string>>();
  for (const { alert } of past) {
    if (!/^[0-9]{12}$/.test(alert.account ?? '')) continue;
    const regions = accounts.get(alert.account ?? '') ?? new Set();
    if (alert.region !== undefined) regions.add(alert.region);
    accounts.set(alert.account ?? '', regions);
  }
  return {
    services: [...new Set(past.map(({ incident }) => incident.service.id))].sort(),
    accounts: Object.fromEntries(
      [...accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([account, regions]) => [account, [...regions].sort()]),
    ),
  };
}

/**
 * The shipped rules over somebody else's ground: every service and account that was seen belongs to one environment that only observes.
 * In memory alone. Without it no rule could match: the shipped policy knows only accounts that do not exist.
 */
export function adapted(set: RuleSet, { services, accounts }: Ground): RuleSet {
  const seen = Object.entries(accounts).map(
    ([account, regions]) => [account, regions.length > 0 ? regions : [nowhere.region]] as const,
  );
  const places = seen.length > 0 ? seen : [[nowhere.account, [nowhere.region]] as const];
  const environment = {
    accounts: Object.fromEntries(
      places.map(([account, regions]) => [account, { regions: [...regions], read: 'nobody', act: 'nobody' }]),
    ),
    pagerduty: services,
    ceiling: 'observe' as const,
  };
  const { policy } = set;
  return { ...set, policy: { ...policy, doc: { ...policy.doc, environments: { [observed]: environment } } } };
}
