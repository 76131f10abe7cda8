import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decisionOf, refused, type Script, scriptOf, severalTargets } from './scripted.js';
import { type Bench, keep, openBench } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const nothing = async () => undefined;
/** Each adds something that is only lent. */
function lending() {
  const plan = severalTargets(['i-a', 'i-b', 'i-c']);
  const each = (plan.rollout?.each ?? []).map((one) => ({
    ...one,
    steps: one.steps.map((step) => ({ ...step, giveBackMs: 60_000 })),
  }));
  return decisionOf('act', { ...plan, ...each[0], rollout: { batches: [1, 2], maxErrors: 0, each } });
}
const three = (maxErrors = 0) => decisionOf('act', severalTargets(['i-a', 'i-b', 'i-c'], maxErrors));

describe('row 25: several targets are acted on in batches, and it ends at so many that did not help', () => {
  it('one, then two, each with a permit of its own', async () => {
    const played = await bench.play(scriptOf({ decided: three() }), nothing);
    expect(played.result).toMatchObject({ outcome: 'remediated', effects: 3 });
    expect(played.seen.admitted).toEqual(['arn:i-a', 'arn:i-b', 'arn:i-c']);
    // The second batch is not even asked for before the first is seen to have helped.
    const { calls } = played.seen;
    expect(calls.indexOf('admit', 2)).toBeGreaterThan(calls.indexOf('verify'));
    await keep('rollout', played);
  });

  it('the first did not help: it is put back, and no other is touched', async () => {
    const played = await bench.play(scriptOf({ decided: three(), verifications: [false] }), nothing);
    expect(played.result).toMatchObject({ outcome: 'escalated', effects: 2 });
    expect(played.seen.admitted).toEqual(['arn:i-a']);
    expect(played.seen.undos).toMatchObject([{ target: 'arn:i-a' }]);
    await keep('rollout-ended', played);
  });

  it('a rule that bears one goes on after one', async () => {
    const played = await bench.play(scriptOf({ decided: three(1), verifications: [false, true] }), nothing);
    expect(played.result).toMatchObject({ outcome: 'remediated' });
    expect(played.seen.admitted).toHaveLength(3);
  });

  it('what a guard refuses for one of a batch keeps the whole batch from beginning', async () => {
    const admissions = ['permit' as const, 'permit' as const, refused('healthy')];
    const played = await bench.play(scriptOf({ decided: three(), admissions }), nothing);
    expect(played.result).toMatchObject({ outcome: 'escalated', effects: 1 });
    expect(played.seen.calls.filter((call) => call === 'start')).toHaveLength(1);
  });

  it.each<[string, Partial<Script>]>([
    ['did not help', { verifications: [true, true, false] }],
    ['was not started', { verifications: [true], starts: ['started', 'started', 'refused'] }],
    ['may or may not have run', { verifications: [true], waits: ['succeeded', 'succeeded', 'unknown'] }],
  ])('one of a batch %s: what helped on the other is given back all the same', async (_what, script) => {
    const played = await bench.play(scriptOf({ decided: lending(), ...script }), nothing);
    expect(played.result).toMatchObject({ outcome: 'escalated' });
    const left = (played.seen.reports[0]?.story.steps ?? []).filter((step) => step.left?.includes('given back'));
    expect(left).toHaveLength(2);
    expect(played.seen.undos).toHaveLength(script.starts || script.waits ? 0 : 1);
  });

  it('one of a batch may or may not have run: the other, which did not help, is put back all the same', async () => {
    const decided = decisionOf('act', severalTargets(['i-a', 'i-b', 'i-c']));
    const waits: Script['waits'] = ['succeeded', 'succeeded', 'unknown'];
    const played = await bench.play(scriptOf({ decided, verifications: [true, false], waits }), nothing);
    expect(played.result).toMatchObject({ outcome: 'escalated', says: expect.stringContaining('may or may not have run') });
    expect(played.seen.undos).toHaveLength(1);
  });
});
