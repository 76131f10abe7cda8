import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decisionOf, planOf, scriptOf } from './scripted.js';
import { type Bench, openBench, type Play, until } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const firingFor = (ms: number) =>
  scriptOf({ decided: decisionOf('act', planOf({ limits: { ...planOf().limits, firingForMs: ms } })) });
const holding = ({ handle }: Play) =>
  until(async () => ((await handle.query('status')) as { phase: string }).phase === 'holding', 'it does not hold');

describe('row 6: only what goes on firing is acted on', () => {
  it.each(['resolved', 'acknowledged'] as const)(
    '%s before it has been firing for so long: nothing is asked for and nothing runs',
    async (kind) => {
      const played = await bench.play(firingFor(3_600_000), async (run) => {
        await holding(run);
        await run.event(kind);
      });
      expect(played.result).toMatchObject({ outcome: kind === 'resolved' ? 'resolved-itself' : 'stood-down', effects: 0 });
      expect(played.seen.calls).toEqual(['decide', 'report']);
      expect(played.seen.reports[0]?.ending.page).toBe(false);
    },
  );

  it('still firing then: it goes on by itself', async () => {
    const played = await bench.play(firingFor(8_000), async (run) => {
      await holding(run);
      expect(run.seen.calls).toEqual(['decide']);
    });
    expect(played.result).toMatchObject({ outcome: 'remediated', effects: 1 });
  });
});
