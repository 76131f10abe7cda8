import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import type { AdoptEffect, StopEffect, WaitEffect } from '../types.js';
import { createEffectActivities } from './index.js';

const set = setOf(policy('profile: bench'), runbook(), rule());
const about = { incident: 'pagerduty:Q1', attemptKey: 'k' };
const permit = {
  attemptKey: 'k',
  action: 'test.act',
  params: {},
  place: { account: '', region: '' },
  preState: {},
  ref: { id: 'e-1' },
  admittedAt: '2026-11-22T03:00:00Z',
};
const begun = { attempt_key: 'k', consumed_at: '2026-11-22T03:00:00Z', ended_at: null as string | null };

/** The activities of one action; what its code was called for. `row`: the permit as the ledger of the incident has it. */
function bench(row: object | undefined, has: object = permit) {
  const called: string[] = [];
  const ended: string[] = [];
  const action = {
    id: 'test.act',
    idempotency: 'at-most-once',
    params: { parse: (value: unknown) => value },
    with: (call: object) => call,
    wait: async () => (called.push('wait'), { status: 'succeeded', says: 'done' }),
    stop: async () => void called.push('stop'),
    adopt: async () => (called.push('adopt'), { found: true, ref: { id: 'e-2' } }),
  };
  const deps = {
    now: () => Date.now(),
    rules: () => set,
    registry: { actions: new Map([['test.act', action]]) },
    ledger: {
      decision: async () => undefined,
      permit: async () => has,
      evidence: async () => ({ permits: row ? [row] : [] }),
      effectStarted: async () => void called.push('started'),
      effectEnded: async (_key: string, status: string) => void ended.push(status),
      record: async () => undefined,
    },
  } as unknown as ActivityDeps;
  const activities = createEffectActivities(deps);
  const run = <Input, Output>(name: string, input: Input) =>
    new MockActivityEnvironment().run(activities[name] as unknown as (input: Input) => Promise<Output>, input);
  return { run, called, ended };
}
const hashes = { planHash: 'p', paramsHash: 'x', ruleHash: 'r', runbookHash: 'b' };

describe('a wait may change things (a stopped instance is started), so it is no read that anybody may repeat for ever', () => {
  it('waits for what has begun', async () => {
    const { run, called, ended } = bench(begun);
    expect(await run<object, Awaited<ReturnType<WaitEffect>>>('test.act.wait', about)).toMatchObject({ status: 'succeeded' });
    expect([called, ended]).toEqual([['wait'], ['succeeded']]);
  });

  it.each(['failed', 'unknown', 'succeeded'])(
    'asked again after it ended as %s: the same word, and nothing is touched',
    async (status) => {
      const { run, called } = bench({ ...begun, ended_at: '2026-11-22T03:10:00Z', status, ended_says: 'left stopped' });
      expect(await run('test.act.wait', about)).toEqual({ status, says: 'left stopped' });
      await run<object, Awaited<ReturnType<StopEffect>>>('test.act.stop', about);
      expect(called).toEqual([]);
    },
  );

  it('after its run has ended without knowing: people have it as it is', async () => {
    const { run, called, ended } = bench({ ...begun, released_at: '2026-11-22T03:40:00Z' });
    expect(await run('test.act.wait', about)).toMatchObject({ status: 'unknown' });
    expect([called, ended]).toEqual([[], []]);
  });

  it.each([
    ['was never used', { ...begun, consumed_at: null }],
    ['is not of this incident', undefined],
  ])('a permit that %s has nothing to wait for', async (_what, row) => {
    const { run, called } = bench(row);
    await expect(run('test.act.wait', about)).rejects.toThrow('Nothing has begun');
    expect(called).toEqual([]);
  });
});

describe('reading back', () => {
  it('of a permit that nobody used finds nothing of ours, whatever stands there: it is not taken over, nor followed up', async () => {
    const { run, called, ended } = bench({ ...begun, consumed_at: null });
    const adoption = await run<object, Awaited<ReturnType<AdoptEffect>>>('test.act.adopt', { ...about, ...hashes });
    // It can still be used, once, as it is: that nothing has begun is certain, and no word about it is needed.
    expect(adoption).toEqual({ found: false, certain: true, rearmed: true });
    expect([called, ended]).toEqual([[], []]);
  });

  it('in the name of another incident touches nothing', async () => {
    const { run, called, ended } = bench(undefined);
    await expect(run('test.act.adopt', { ...about, ...hashes })).rejects.toThrow('no permit');
    expect([called, ended]).toEqual([[], []]);
  });

  it('of one that was used is as before', async () => {
    const { run, called } = bench(begun, { ...permit, ref: undefined });
    expect(await run('test.act.adopt', { ...about, ...hashes })).toMatchObject({ found: true, ref: { id: 'e-2' } });
    expect(called).toEqual(['adopt', 'started']);
  });

  it('of one whose start was written down needs no vendor', async () => {
    const { run, called } = bench(begun);
    expect(await run('test.act.adopt', { ...about, ...hashes })).toMatchObject({ found: true, ref: permit.ref });
    expect(called).toEqual(['started']);
  });

  it('of one that was given up, with nothing done: no word but that', async () => {
    const { run, called, ended } = bench({ ...begun, ended_at: '2026-11-22T03:10:00Z', status: 'not-done' });
    const adoption = await run<object, Awaited<ReturnType<AdoptEffect>>>('test.act.adopt', { ...about, ...hashes });
    expect(adoption).toEqual({ found: false, certain: true, rearmed: false });
    expect([called, ended]).toEqual([[], []]);
  });
});
