/** What the product does where neither policy nor rule says anything: one place, read by the language, by `decide` and by the reference. */
export const guardDefaults = {
  firingFor: '60s',
  cooldown: '30m',
  budget: '5/1h',
  serviceBudget: '10/1h',
  allBudget: '20/1h',
  startBy: '10m',
  deploys: '40m',
  sameFix: '2/24h',
  healthy: '51%',
  brakeDomain: '3/10m',
  brakeUnverified: '3/1h',
  brakeAll: '20/5m',
  fresh: '60s',
} as const;

/** How far a rule may loosen a guard where the policy sets no limit. */
export const guardLimitDefaults = { firingFor: '0', cooldown: '10m', budget: '20/1h' } as const;

/** How long an approval is waited for at most; then people are paged. */
export const approvalDefaults = { count: 1, destructiveCount: 2, expiresIn: '15m' } as const;

/** How long all must be well, and by when, where the rule says nothing; how long an effect may run. */
export const verifyDefaults = { for: '5m', within: '15m', timeout: '10m' } as const;

/** The tag that a target must carry, and the one that forbids it. */
export const optInTag = { key: 'opssentinel', value: 'allow' } as const;
export const neverTag = { opssentinel: 'never' } as const;
