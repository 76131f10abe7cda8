import { describe, expect, it } from '@jest/globals';
import { incident, policy, rule, runbook, setOf } from '../tests/support/rules.js';
import type { ActivityDeps } from './deps.js';
import { underItsRules } from './pinned.js';
import { approversNow } from './situation/approvers.js';
import { inActivity } from './testkit/deciding.js';

const naming = (names: string) => {
  const team = names === '' ? '{}' : `{ approvers: [${names}] }`;
  return setOf(policy().replace(/teams:[^\n]*/, `teams: { team-web: ${team} }`), runbook(), rule());
};

/** Who may decide about a run that was decided under the first rules, by now. Without names: whoever is on call, who is Ada. */
async function approvers(before: string, today: string): Promise<string> {
  const [older, now] = [naming(before), naming(today)];
  const about = { incident: 'pagerduty:Q1', ref: incident().ref, trust: 'signed' as const };
  const onCall = async () => [{ id: 'PADA', name: 'Ada', email: 'ada@example.com' }];
  const deps = {
    now: () => Date.now(),
    rules: () => now,
    rulesOf: async (hash: string) => (hash === older.hash ? older : undefined),
    registry: { sources: new Map([['pagerduty', { with: (call: unknown) => call, onCall }]]) },
    ledger: { decision: async () => ({ rulesHash: older.hash, witness: {} }) },
  } as unknown as ActivityDeps;
  const pinned = await underItsRules(deps, about.incident);
  return (await inActivity(() => approversNow(pinned, about, incident(), 'team-web'))).says;
}

describe('row 34: a run keeps the rules that decided it, and whoever may no longer approve does not', () => {
  it.each([
    ['one of two was taken out since', 'ada@example.com, grace@example.com', 'Grace@example.com', 'grace@example.com'],
    [
      'somebody was put in since: the run did not know them',
      'ada@example.com',
      'ada@example.com, eve@example.com',
      'ada@example.com',
    ],
    ['all were replaced', 'ada@example.com', 'eve@example.com', 'nobody'],
    ['whoever is on call was enough, and is not any more', '', 'grace@example.com', 'grace@example.com'],
    ['nobody is named any more', 'grace@example.com', '', 'grace@example.com'],
  ])('%s', async (_what, before, today, says) => {
    expect(await approvers(before, today)).toBe(says);
  });
});
