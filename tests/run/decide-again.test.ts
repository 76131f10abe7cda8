import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approve } from '../../workflows/messages.js';
import { decisionOf, planOf, refused, scriptOf } from './scripted.js';
import { type Bench, keep, openBench } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const nothing = async () => undefined;
const changed = refused('plan', { found: 'the plan has changed to 0badcafe since it was decided' });
const count = (calls: string[], name: string) => calls.filter((call) => call === name).length;

describe('the world moved on between plan and permit', () => {
  it('auto: it is decided anew, and what is done is the new plan', async () => {
    const played = await bench.play(scriptOf({ admissions: [changed, 'permit'] }), nothing);
    expect(played.result.outcome).toBe('remediated');
    expect(played.seen.calls).toEqual(['decide', 'admit', 'decide', 'admit', 'start', 'wait', 'verify', 'report']);
    await keep('decided-again', played);
  });

  it('approve: nobody’s word counts for a plan that they did not see', async () => {
    const script = scriptOf({ decided: decisionOf('ask'), admissions: [changed, 'permit'] });
    const played = await bench.play(script, async ({ handle, called }) => {
      const { hash } = planOf();
      await called('ask');
      await handle.signal(approve, { by: 'ada', planHash: hash });
      await called('ask', 2);
      await handle.signal(approve, { by: 'ada', planHash: hash });
    });
    expect(played.result.outcome).toBe('remediated');
    expect(count(played.seen.calls, 'judgeApproval')).toBe(2);
    await keep('asked-again', played);
  });

  it('what goes on changing is people’s', async () => {
    const played = await bench.play(scriptOf({ admissions: [changed] }), nothing);
    expect(played.seen.starts).toEqual([]);
    expect(count(played.seen.calls, 'decide')).toBe(3);
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
  });
});
