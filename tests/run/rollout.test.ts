import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decisionOf, refused, scriptOf, severalTargets } from './scripted.js';
import { type Bench, keep, openBench } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const nothing = async () => undefined;
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
});
