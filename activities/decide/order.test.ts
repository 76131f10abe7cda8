import { describe, expect, it } from '@jest/globals';
import type { PermitEvidence } from '../situation/attempt.js';
import { planOf, step } from '../../tests/run/scripted.js';
import { hash } from '../../tests/support/rules.js';
import { about, depsOf } from '../testkit/deciding.js';
import { attemptKey } from './keys.js';
import { beforeItsTurn } from './order.js';

describe('after a step that is over as soon as it is done, as nothing tells when it has ended', () => {
  const withinMs = 60_000;
  const verify = { alertCleared: true, checks: [], forMs: 1_000, withinMs };
  const steps = [0, 1].map((index) => step(index, 'restart', { waits: false, verify }));
  const plan = planOf({ steps, pace: { profile: 'bench', pollMs: 1, heartbeatMs: 1, adoptEveryMs: 1 } });
  const used = '2026-11-22T03:11:00.000Z';
  const said = (now: number, row: PermitEvidence = {}): Promise<string | undefined> => {
    const permits = [{ attempt_key: attemptKey({ hash }, plan, { index: 0 }), consumed_at: used, ...row }];
    const deps = depsOf({} as never, { now: () => now, ledger: { evidence: async () => ({ permits }) } });
    return beforeItsTurn(deps, { ...about, planHash: plan.hash, step: 1 }, plan);
  };

  it('its time counts from when it was done', async () => {
    const over = Date.parse(used) + withinMs;
    expect(await said(over - 1)).toBe('whether step 1 has helped is not known yet');
    expect(await said(over)).toBeUndefined();
  });

  it('a time that cannot be read never comes: nobody acts further', async () => {
    expect(await said(Date.parse('2126-01-01T00:00:00Z'), { consumed_at: 'who knows' })).toBe(
      'whether step 1 has helped is not known yet',
    );
  });
});
