import { describe, expect, it } from '@jest/globals';
import type { Admission } from '../../domain/permit.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { about, admissionOf, depsOf, inActivity, planNow } from '../testkit/deciding.js';
import type { StepInput } from '../types.js';
import { admit } from './admit.js';

const ladder = 'ladder:\n  - run: restart\n  - run: restart\n';
const set = setOf(policy('profile: bench'), runbook(), rule('cpu', 'mode: { staging: auto }', ladder.trimEnd()));

interface World {
  permits?: object[];
  life?: string;
}

/** A ledger that permits whatever it is asked. */
function bench({ permits = [], life }: World = {}) {
  const asked: AdmissionRequest[] = [];
  const deps = depsOf(set, {
    offered: life === undefined ? {} : { incident: { life } },
    ledger: {
      evidence: async () => ({ permits }),
      admit: async (request: AdmissionRequest): Promise<Admission> => {
        asked.push(request);
        return admissionOf([]);
      },
    },
  });
  const run = (change: Partial<StepInput>): Promise<Admission> =>
    inActivity(async () => admit(deps, { ...about, planHash: (await planNow(deps)).hash, step: 0, ...change }));
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
