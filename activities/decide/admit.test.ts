import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Admission } from '../../domain/permit.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { readSituation } from '../situation/read.js';
import type { StepInput } from '../types.js';
import { admit } from './admit.js';

const ladder = 'ladder:\n  - run: restart\n  - run: restart\n';
const set = setOf(policy('profile: bench'), runbook(), rule('cpu', 'mode: { staging: auto }', ladder.trimEnd()));
const ref = incident().ref;
const about = { incident: `${ref.source}:${ref.externalId}`, ref, trust: 'signed' as const };

interface World {
  permits?: object[];
  life?: string;
}

/** A ledger that permits whatever it is asked. */
function bench({ permits = [], life }: World = {}) {
  const asked: AdmissionRequest[] = [];
  const now = () => Date.parse(alert().startedAt) + 120_000;
  const deps = {
    now,
    hash,
    catalogue,
    guards: [],
    ourselves: [],
    own: [],
    rules: () => set,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ({}),
            normalise: () => ({ incident: incident(life === undefined ? {} : { life }), alert: alert() }),
          },
        ],
      ]),
      witnesses: [{ id: 'test.alarm', covers: () => true, with: (call: unknown) => call, read: async () => witness() }],
      targets: { get: () => ({ with: (call: unknown) => call, read: async () => target() }) },
      actions: { get: () => ({ with: (call: unknown) => call, preState: async () => ({}) }) },
      bodies: [],
      calendars: new Map(),
    },
    ledger: {
      approvals: async () => [],
      timeline: async () => [],
      evidence: async () => ({ permits }),
      deploysOf: async () => [],
      record: async () => undefined,
      admit: async (request: AdmissionRequest): Promise<Admission> => {
        asked.push(request);
        return { admitted: true, permit: {} as never, verdicts: [] };
      },
    },
  } as unknown as ActivityDeps;
  const run = async (change: Partial<StepInput>): Promise<Admission> => {
    const environment = new MockActivityEnvironment();
    return environment.run(async () => {
      const { decision } = await readSituation(deps, about);
      if (!('plan' in decision)) throw new Error(`no plan: ${'because' in decision ? decision.because : ''}`);
      return admit(deps, { ...about, planHash: decision.plan.hash, step: 0, ...change });
    });
  };
  return { run, asked };
}

describe('admission believes nothing that it is handed', () => {
  it('the first step of the plan that it derives itself', async () => {
    const { run, asked } = bench();
    expect(await run({})).toMatchObject({ admitted: true });
    expect(asked).toHaveLength(1);
  });

  it("another incident's name on this incident: it would not see the other's hold and cooldown", async () => {
    const { run, asked } = bench();
    expect(await run({ incident: 'pagerduty:QOTHER' })).toMatchObject({ admitted: false, refusedBy: { guard: 'incident' } });
    expect(asked).toHaveLength(0);
  });

  it('a later step before the one below it was tried', async () => {
    const { run, asked } = bench();
    expect(await run({ step: 1 })).toMatchObject({ admitted: false, refusedBy: { guard: 'plan' } });
    expect(asked).toHaveLength(0);
  });

  it.each([
    ['has not ended', { ended_at: null, verified: null }, false],
    ['has helped', { ended_at: '2026-01-01', verified: true }, false],
    ['is still being verified', { ended_at: '2026-11-22T03:14:38Z', verified: null }, false],
    ['was not done', { ended_at: '2026-01-01', status: 'not-done', verified: null }, false],
    ['may have been done', { ended_at: '2026-01-01', status: 'unknown', verified: null }, false],
    ['had all its time and nobody could tell', { ended_at: '2026-01-01', verified: null }, true],
    ['has ended and did not help', { ended_at: '2026-01-01', verified: false }, true],
  ])('a later step while the one below it %s', async (_says, became, admitted) => {
    const first = bench();
    await first.run({});
    const row = { attempt_key: first.asked[0]?.attemptKey, consumed_at: '2026-01-01', ...became };
    expect((await bench({ permits: [row] }).run({ step: 1 })).admitted).toBe(admitted);
  });

  it('a life of the incident that is over', async () => {
    const { run } = bench({ life: '1795384807' });
    expect(await run({})).toMatchObject({ admitted: false, refusedBy: { guard: 'incident' } });
  });
});
