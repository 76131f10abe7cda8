import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { EffectStart } from '../../domain/effect.js';
import type { Unconsumed } from '../../domain/permit.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { tooLateToBegin, VendorError, type VendorFault } from '../../integrations/contract/errors.js';
import type { ActivityDeps } from '../deps.js';
import type { StartEffect } from '../types.js';
import { createEffectActivities } from './index.js';

const set = setOf(policy('profile: bench'), runbook(), rule());
const input = { incident: 'pagerduty:Q1', attemptKey: 'k', planHash: 'p', paramsHash: 'x', ruleHash: 'r', runbookHash: 'b' };

/** One start for which the ledger gives no permit. */
async function unconsumed(because: Unconsumed, world: { stopped?: boolean; consumedAt?: string | null } = {}) {
  const ended: string[] = [];
  const called: string[] = [];
  const deps = {
    now: () => Date.now(),
    rules: () => set,
    outOfBandStop: async () => (world.stopped ? { owner: 'ada', reason: 'a drill' } : undefined),
    registry: {
      actions: new Map([['test.act', { id: 'test.act', idempotency: 'token', start: async () => void called.push('vendor') }]]),
    },
    ledger: {
      consume: async () => ({ consumed: false, because }),
      evidence: async () => ({
        permits: [{ attempt_key: 'k', consumed_at: world.consumedAt ?? null, ended_at: null, verified: null }],
      }),
      effectEnded: async (_key: string, status: string) => void ended.push(status),
      record: async () => undefined,
    },
  } as unknown as ActivityDeps;
  const start = createEffectActivities(deps)['test.act'] as StartEffect;
  const answer: EffectStart = await new MockActivityEnvironment().run(start, input);
  if (answer.started) throw new Error('it started');
  return { answer, ended, called };
}

describe('a start that gets no permit', () => {
  it.each(['no permit', 'hashes differ', 'held', 'expired'] as const)(
    '%s: no effect, and what became of the permit of that key is not written over',
    async (because) => {
      const { answer, ended, called } = await unconsumed(because);
      expect(answer).toMatchObject({ started: false, retryable: false });
      expect(ended).toEqual([]);
      expect(called).toEqual([]);
    },
  );

  it('one that ran out unused says so: admission may be asked again', async () => {
    expect((await unconsumed('expired')).answer.ranOut).toBe(true);
    expect((await unconsumed('held')).answer.ranOut).toBeFalsy();
  });

  it('used before: read back', async () => {
    expect((await unconsumed('consumed before')).answer.retryable).toBe(true);
  });

  it('stopped out of band: nothing begins; what had begun before is read back, not denied', async () => {
    expect((await unconsumed('expired', { stopped: true })).answer).toMatchObject({ retryable: false });
    const begun = await unconsumed('consumed before', { stopped: true, consumedAt: '2026-11-22T03:00:00Z' });
    expect(begun.answer.retryable).toBe(true);
    expect(begun.ended).toEqual([]);
  });
});

describe('a vendor that certainly did nothing', () => {
  /** One start with a permit, whose one call meets this fault. */
  async function meets(fault: VendorFault, idempotency: string, says = 'no', rearmed = true) {
    const startBys: number[] = [];
    const ended: string[] = [];
    const params = {};
    const hash = (text: string) => text;
    const permit = {
      attemptKey: 'k',
      action: 'test.act',
      params,
      paramsHash: '["test.act",{}]',
      place: { account: '', region: '' },
    };
    const deps = {
      now: () => Date.now(),
      hash,
      rules: () => set,
      outOfBandStop: async () => undefined,
      registry: {
        actions: new Map([
          [
            'test.act',
            {
              id: 'test.act',
              idempotency,
              params: { parse: (value: unknown) => value },
              with: (call: object) => call,
              start: async ({ startBy }: { startBy: number }) => {
                startBys.push(startBy);
                throw new VendorError('test', fault, says);
              },
            },
          ],
        ]),
      },
      ledger: {
        consume: async () => ({
          consumed: true,
          permit: { ...permit, startBy: new Date(Date.now() + 60_000).toISOString(), preState: {} },
        }),
        rearm: async () => rearmed,
        effectEnded: async (_key: string, status: string) => void ended.push(status),
        record: async () => undefined,
      },
    } as unknown as ActivityDeps;
    const start = createEffectActivities(deps)['test.act'] as StartEffect;
    return { answer: await new MockActivityEnvironment().run(start, input), ended, startBys };
  }

  it.each(['throttled', 'unavailable'] as const)('%s: what carries its key may be armed again', async (fault) => {
    expect(await meets(fault, 'token')).toMatchObject({ answer: { started: false, retryable: true }, ended: [] });
  });

  it.each(['at-most-once', 'marker'])('%s: it is over, and known not to have happened', async (idempotency) => {
    expect(await meets('throttled', idempotency)).toMatchObject({ answer: { retryable: false }, ended: ['not-done'] });
  });

  it('I8: a worker that stood still after it had used the permit sends nothing two seconds later; the permit is opened again', async () => {
    const before = Date.now();
    const late = await meets('refused', 'at-most-once', `aws: ${tooLateToBegin}`);
    expect(late).toMatchObject({ answer: { started: false, retryable: false, ranOut: true }, ended: [] });
    expect(late.startBys[0]).toBeLessThanOrEqual(Date.now() + 2_000);
    expect(late.startBys[0]).toBeGreaterThanOrEqual(before);
  });

  it('one that was too late more often than a permit may be opened is over', async () => {
    const late = await meets('refused', 'at-most-once', `aws: ${tooLateToBegin}`, false);
    expect(late).toMatchObject({ answer: { started: false, retryable: false }, ended: ['not-done'] });
  });
});
