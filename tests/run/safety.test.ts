import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approve, incidentWorkflowType, queues, reject, takeOver } from '../../workflows/messages.js';
import { decisionOf, planOf, refused, scriptOf, twoSteps } from './scripted.js';
import { type Bench, openBench, type Play } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const nothing = async () => undefined;
const hash = planOf().hash;
/** The run, for what happens in the middle of one of its activities. */
function later() {
  let give: (run: Play) => void;
  const run = new Promise<Play>((resolve) => {
    give = resolve;
  });
  return {
    keep: async (one: Play) => give(one),
    then: (act: (run: Play) => Promise<unknown>) => async () => void (await act(await run)),
  };
}

describe('hands off, whenever it is said', () => {
  it.each(['acknowledged', 'resolved'] as const)('%s while the guards are asked: nothing begins', async (kind) => {
    const { keep, then } = later();
    const played = await bench.play(scriptOf({ during: { admit: then((run) => run.event(kind)) } }), keep);
    expect(played.seen.starts).toHaveLength(0);
    expect(played.result).toMatchObject({ outcome: kind === 'resolved' ? 'resolved-itself' : 'stood-down', effects: 0 });
  });

  it('a take-over is not undone by an acknowledgement that runs out, and holds whatever the rule says of acknowledgements', async () => {
    const plan = planOf({ limits: { ...planOf().limits, onAcknowledge: 'ask' } });
    const played = await bench.play(scriptOf({ decided: decisionOf('ask', plan) }), async ({ handle, event, called }) => {
      await called('ask');
      await handle.signal(takeOver, { by: 'ada' });
      await event('unacknowledged');
    });
    expect(played.result.outcome).toBe('stood-down');
  });

  it('a take-over while a lost start is read back: it is not started again', async () => {
    const { keep, then } = later();
    const script = scriptOf({
      starts: ['lost'],
      adoptions: ['absent'],
      during: { adopt: then(({ handle }) => handle.signal(takeOver, { by: 'ada' })) },
    });
    const played = await bench.play(script, keep);
    expect(played.seen.starts).toHaveLength(1);
    expect(played.result).toMatchObject({ outcome: 'stood-down', effects: 0 });
  });

  it('rejected after it was approved and before it began: nothing begins', async () => {
    const { keep, then } = later();
    const script = scriptOf({
      decided: decisionOf('ask'),
      during: { admit: then(({ handle }) => handle.signal(reject, { by: 'bob', planHash: hash })) },
    });
    const played = await bench.play(script, async (run) => {
      await keep(run);
      await run.called('ask');
      await run.handle.signal(approve, { by: 'ada', planHash: hash });
    });
    expect(played.seen.starts).toHaveLength(0);
    expect(played.result.outcome).toBe('escalated');
  });

  it('held by a human when people would be asked: stood down, nobody is paged', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask'), previews: [[refused('onAcknowledge')]] }), nothing);
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'stood-down', page: false });
    expect(played.seen.calls).not.toContain('ask');
  });

  it('another run has the target when people would be asked: it waits in line, and asks then', async () => {
    const waits = refused('oneAtATime', { wait: true, freeAt: new Date(Date.now() + 300).toISOString() });
    const played = await bench.play(
      scriptOf({ decided: decisionOf('ask'), previews: [[waits], []] }),
      async ({ handle, called }) => {
        await called('ask');
        await handle.signal(approve, { by: 'ada', planHash: hash });
      },
    );
    expect(played.result.outcome).toBe('remediated');
  });
});

describe('the ladder', () => {
  it('a permit that ran out before it was used: the same step is asked for again, not the next', async () => {
    const played = await bench.play(
      scriptOf({ decided: decisionOf('act', twoSteps()), starts: ['ran out', 'started'] }),
      nothing,
    );
    expect(played.seen.starts.map(({ attemptKey }) => attemptKey)).toEqual(['key-0', 'key-0']);
    expect(played.result.outcome).toBe('remediated');
  });

  it('permits that run out again and again: people are paged, the next step is left alone', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('act', twoSteps()), starts: ['ran out'] }), nothing);
    expect(new Set(played.seen.starts.map(({ attemptKey }) => attemptKey))).toEqual(new Set(['key-0']));
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
  });

  it('a step that the vendor refused was not tried: people decide, not the next step', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('act', twoSteps()), starts: ['refused'] }), nothing);
    expect(played.seen.starts.map(({ attemptKey }) => attemptKey)).toEqual(['key-0']);
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
  });
});

describe('nothing ends silently, and nothing false is said', () => {
  it('nobody could be told: the run ends as failed, for everybody to see', async () => {
    const playing = bench.play(scriptOf({ reportFails: 'the token may not write' }), nothing);
    await expect(playing).rejects.toMatchObject({ name: 'WorkflowFailedError', cause: { type: 'NotTold' } });
  });

  it.each(['start', 'wait', 'verify'] as const)(
    'cancelled during %s: what has begun is seen through and told',
    async (during) => {
      const { keep, then } = later();
      const script = scriptOf({
        verifications: [false],
        during: { [during]: then(({ handle }) => handle.cancel().then(() => undefined)) },
      });
      const played = await bench.play(script, keep);
      expect(played.result.effects).toBe(1);
      const [told] = played.seen.reports;
      expect(told?.story.steps).toHaveLength(1);
      expect(told?.ending).toMatchObject({ kind: 'escalated', page: true });
    },
  );

  it('cancelled while it waits for approval: told, and nothing begins', async () => {
    const played = bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, called }) => {
      await called('ask');
      await handle.cancel();
    });
    await expect(played).resolves.toMatchObject({ result: { outcome: 'escalated', effects: 0 } });
  });

  it('an approval that waited longer than it was asked for does not count', async () => {
    const plan = planOf({ approval: { from: 'on-call', count: 2, expiresInMs: 1500, signals: 'count' } });
    const slow = scriptOf({
      decided: decisionOf('ask', plan),
      // The first is judged until the time is over; the second waits behind it all that while.
      judge: async ({ request }) => {
        if (request.by === 'first') await new Promise((resolve) => setTimeout(resolve, 1800));
        return {
          answer: { accepted: true, reason: 'counted' },
          settled: request.by === 'late' ? 'approved' : undefined,
          says: request.by,
        };
      },
    });
    const played = await bench.play(slow, async ({ handle, called }) => {
      await called('ask');
      await handle.signal(approve, { by: 'first', planHash: hash });
      await called('judgeApproval');
      await handle.signal(approve, { by: 'late', planHash: hash });
    });
    expect(played.seen.starts).toHaveLength(0);
    expect(played.result.outcome).toBe('escalated');
  });

  it('an alert that says that it begins in a hundred years does not hold a run that long', async () => {
    const plan = planOf({ limits: { ...planOf().limits, firingForMs: 300, startByMs: 300 } });
    const decided = decisionOf('act', plan);
    if (decided.kind === 'decided') decided.decision.witness.since = '2126-01-01T00:00:00Z';
    const held = refused('firingFor', { wait: true, freeAt: '2126-01-01T00:00:00Z' });
    const played = await bench.play(scriptOf({ decided, admissions: [held, 'permit'] }), nothing);
    expect(played.seen.calls.filter((call) => call === 'admit')).toHaveLength(2);
  }, 40_000);

  it.each([[], [{}], [{ delivery: { ref: 7 } }]])(
    'a run that is started with %j ends at once, and does not fail its task for ever',
    async (...args: unknown[]) => {
      let failure: unknown;
      await bench.play(scriptOf(), async ({ client }) => {
        const options = { workflowId: `forged-${Math.random()}`, taskQueue: queues.run, args };
        const ended = client.workflow.execute(incidentWorkflowType, options).catch((error: unknown) => error);
        failure = await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve('it hangs'), 5000))]);
      });
      expect(failure).toMatchObject({ name: 'WorkflowFailedError' });
    },
  );
});
