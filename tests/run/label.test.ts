import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { labelWorkflowId } from '../../workflows/ids.js';
import { decisionOf, planOf, scriptOf, withoutPlan } from './scripted.js';
import { type Bench, keep, openBench, type Play, until } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const incidentOf = ({ workflowId }: Play): string => workflowId.replace(/^incident:/, '');
const labelOf = (run: Play) => run.client.workflow.getHandle(labelWorkflowId(incidentOf(run)));
const observing = () => decisionOf('observe', planOf({ mode: 'observe' }));
const wrong = { open: false as const, says: 'judged wrong: cleared by itself' };

describe('N3: every run with a plan is judged after it', () => {
  it('waits until the incident is closed, then asks a person once what nobody could see', async () => {
    const ask = 'Would restart on i-1 have been right here?';
    const script = scriptOf({ decided: observing(), labels: [{ open: true }, { open: true }, { ...wrong, ask }] });
    let child: Awaited<ReturnType<ReturnType<typeof labelOf>['fetchHistory']>> | undefined;
    const played = await bench.play(script, async (run) => {
      await run.handle.result();
      expect(await labelOf(run).result()).toEqual({ says: wrong.says });
      child = await labelOf(run).fetchHistory();
    });
    expect(played.result.outcome).toBe('observed');
    expect(played.seen.judged).toBe(3);
    // Five questions of half a second each for every step on every target: those of 20 targets take 50 s.
    const judging = (child?.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: one }) =>
      one?.activityType?.name === 'label' ? [Number(one.startToCloseTimeout?.seconds)] : [],
    );
    expect(Math.min(...judging)).toBeGreaterThanOrEqual(300);
    expect(played.seen.labelled).toEqual([expect.objectContaining({ ask })]);
    await keep('label-begun', played);
    if (child) await keep('label', { ...played, history: child });
  });

  it.each(['act', 'ask'] as const)(
    'a run that was to %s is judged as well, and nobody is told what needs nobody',
    async (how) => {
      const script = scriptOf({ decided: decisionOf(how), labels: [wrong] });
      const played = await bench.play(script, async (run) => {
        if (how === 'ask') {
          await run.called('ask');
          await run.handle.signal('approve', { by: 'ada', planHash: planOf().hash });
        }
        await run.handle.result();
        expect(await labelOf(run).result()).toEqual({ says: wrong.says });
      });
      expect(played.seen.judged).toBe(1);
      expect(played.seen.labelled).toEqual([]);
    },
  );

  it('what the ledger could judge with the report needs no run of its own: at most 60 history events over all that it touches', async () => {
    const played = await bench.play(scriptOf({ labelledAtOnce: true }), async (run) => {
      await run.handle.result();
      await expect(labelOf(run).describe()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    });
    expect(played.result.outcome).toBe('remediated');
    expect(played.seen.judged).toBe(0);
    expect(played.events).toBeLessThanOrEqual(60);
    await keep('labelled-with-its-report', played);
  });

  it('where people could not be told its label is not lost: it has a run of its own', async () => {
    const script = scriptOf({ labelledAtOnce: true, reportFails: 'no right to write', labels: [wrong] });
    const played = bench.play(script, async (run) => {
      await expect(run.handle.result()).rejects.toMatchObject({ cause: expect.objectContaining({ type: 'NotTold' }) });
      expect(await labelOf(run).result()).toEqual({ says: wrong.says });
    });
    await expect(played).rejects.toMatchObject({ cause: expect.objectContaining({ type: 'NotTold' }) });
  });

  it('of a run without a plan there is nothing to judge, nor is it asked for', async () => {
    const played = await bench.play(scriptOf({ decided: withoutPlan('nothing', 'no rule matches') }), async (run) => {
      await run.handle.result();
      await expect(labelOf(run).describe()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    });
    expect(played.seen.judged).toBe(0);
    expect(played.seen.reports).toEqual([expect.objectContaining({ labels: false })]);
  });

  it('a source that is away costs no label', async () => {
    let asked = 0;
    const script = scriptOf({ decided: observing() });
    Object.defineProperty(script, 'labels', {
      get: () => {
        asked += 1;
        if (asked < 3) throw new TypeError('the source is away');
        return [wrong];
      },
    });
    await bench.play(script, async (run) => {
      await run.handle.result();
      await until(() => asked >= 3, 'it was not asked again');
      expect(await labelOf(run).result()).toEqual({ says: wrong.says });
    });
  });
});
