import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { decisionOf, severalTargets } from '../../tests/run/scripted.js';
import { alert, incident, policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import type { Decided } from '../types.js';
import { createTellActivities } from './index.js';

const set = setOf(policy('profile: bench'), runbook(), rule());
const decisionIn = (decided: Decided): unknown => ('decision' in decided ? decided.decision : undefined);

/** What people are told when their word on this plan is wanted. */
async function asked(plan: ReturnType<typeof severalTargets>): Promise<string> {
  const notes: string[] = [];
  const deps = {
    now: () => Date.now(),
    rules: () => set,
    linkTo: () => 'http://console',
    registry: {
      channels: [
        {
          id: 'pagerduty',
          serves: () => true,
          with: (call: unknown) => call,
          note: async (_call: unknown, { text }: { text: string }) => void notes.push(text),
          escalate: async () => undefined,
          page: async () => undefined,
        },
      ],
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ({}),
            normalise: () => ({ incident: incident(), alert: alert() }),
            onCall: async () => [{ id: 'PADA', name: 'Ada', email: 'ada@example.com' }],
          },
        ],
      ]),
    },
    ledger: {
      decision: async () => decisionIn(decisionOf('ask', plan)),
      timeline: async () => [],
      putIncident: async () => undefined,
      record: async () => undefined,
    },
  } as unknown as ActivityDeps;
  const question = {
    incident: 'pagerduty:Q1',
    ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
    trust: 'signed' as const,
    planHash: plan.hash,
    because: 'mode approve in prod',
    expiresAt: '2026-11-22T03:30:00Z',
    reminder: false,
  };
  await new MockActivityEnvironment().run(createTellActivities(deps).ask, question);
  return notes.join('\n');
}

describe('row 25: whoever approves a plan of several targets approves all of them', () => {
  it('so every one is named, and how many at once', async () => {
    expect(await asked(severalTargets(['i-a', 'i-b', 'i-c']))).toContain('on 3 targets (i-a, i-b and i-c; 1, then 2 at once).');
  });
});
