import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mayRearm } from '../../domain/effect.js';
import type { Idempotency } from '../../domain/plan.js';
import { dies, Killed, ledgerUntil, type Point, stopped } from './dying.js';
import { carryOn, waiting } from './run.js';
import { admittedCell, allActions, allSamples, type Cell, type CrashStage, openStage } from './stage.js';

const samples = await allSamples();

let stage: CrashStage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterAll(() => stage.close());

/** Its boot shows only while it lasts: whoever looks a moment later cannot tell any more. */
const showsInPassing = 'aws.ec2.reboot-instance';

/** What may stand in the row in the end, by what the action's class can tell. */
type Ends = 'succeeded' | 'unknown';
const whenDone = (id: string, idempotency: Idempotency): Ends[] =>
  idempotency === 'at-most-once' || id === showsInPassing ? ['succeeded', 'unknown'] : ['succeeded'];
/** Nothing was sent: it is done once after its absence was proven, or nobody can tell. */
const whenNotDone = (idempotency: Idempotency): Ends[] => (mayRearm(idempotency) ? ['succeeded'] : ['unknown']);
/** The ledger itself knows that it began, or that it never did: no class needs more. */
const whenWritten = (id: string): Ends[] => (id === showsInPassing ? ['succeeded', 'unknown'] : ['succeeded']);

interface Expected {
  allowed: Ends[];
  /** At the vendor, in the end. */
  effects: number;
  /** How often the permit was opened, the first time included. */
  armed: number;
}

/** One effect at most, and a row and a timeline that tell the truth about it, once. */
async function expectTruth(cell: Cell, told: string, { allowed, effects, armed }: Expected): Promise<void> {
  const seen = await cell.effects();
  expect(seen).toHaveLength(effects);
  for (const { key } of seen) expect([cell.key, '']).toContain(key);
  const row = await cell.row();
  expect(allowed).toContain(row.status);
  expect(told).toBe(row.status);
  if (row.status === 'succeeded') expect(seen).toHaveLength(1);
  expect(row.ended_at).not.toBeNull();
  expect(await cell.ends()).toEqual([row.status === 'succeeded' ? 'ok' : 'unknown']);
  expect(row.armed).toBe(armed);
}

const killed = { name: 'Killed', message: new Killed('the worker was killed').message };

interface Where extends Point {
  says: string;
}
const used: Where = { says: 'after the permit is used, before the send', when: 'after', asked: 'consume' };
const unused: Where = { says: 'before the permit is used', when: 'before', asked: 'consume' };
const answered: Where = { says: 'after the answer, before it is written', when: 'before', asked: 'effectStarted' };
const written: readonly Where[] = [
  { says: 'after it is written, before the line of the timeline', when: 'before', asked: 'record' },
  { says: 'after the line, before the run hears of it', when: 'after', asked: 'record' },
];

describe('N1: kill the worker at every step of every action: never two effects for one attempt key', () => {
  it('every action that can be run is here', () => {
    expect(samples.map(({ action }) => action.id).sort()).toEqual(allActions().sort());
  });

  describe.each(samples.map((sample) => [sample.action.id, sample] as const))('%s', (id, sample) => {
    const { idempotency } = sample.action;
    const again = mayRearm(idempotency);
    const expectedAt = ({ asked, when }: Point): Expected => {
      if (asked === 'consume' && when === 'before') return { allowed: whenWritten(id), effects: 1, armed: 1 };
      if (asked === 'consume') return { allowed: whenNotDone(idempotency), effects: again ? 1 : 0, armed: again ? 2 : 1 };
      return { allowed: asked === 'effectStarted' ? whenDone(id, idempotency) : whenWritten(id), effects: 1, armed: 1 };
    };

    it.each([unused, used, answered, ...written])('killed $says', async (point) => {
      const cell = await admittedCell(stage, sample);
      const start = cell.worker({ ledger: ledgerUntil(stage.ledger, point, dies) }).start();
      await expect(start).rejects.toMatchObject(killed);
      await expectTruth(cell, await carryOn(cell, undefined), expectedAt(point));
    });

    it.each(['execute-then-timeout', 'execute-then-reset', 'execute-then-500'] as const)(
      'the vendor has acted and its answer is lost: %s',
      async (kind) => {
        const cell = await admittedCell(stage, sample);
        await stage.sandbox.fault(sample.operation, kind);
        await expect(cell.worker().start()).rejects.toMatchObject({ type: 'ambiguous', nonRetryable: true });
        await expectTruth(cell, await carryOn(cell, undefined), { allowed: whenDone(id, idempotency), effects: 1, armed: 1 });
      },
    );

    it('the vendor has not acted and nobody can know: reset-before', async () => {
      const cell = await admittedCell(stage, sample);
      await stage.sandbox.fault(sample.operation, 'reset-before');
      await expect(cell.worker().start()).rejects.toMatchObject({ type: 'ambiguous' });
      await expectTruth(cell, await carryOn(cell, undefined), expectedAt(used));
    });

    it('killed in the wait: between two looks, before its end is written, before the line, and after it', async () => {
      const cell = await admittedCell(stage, sample);
      await cell.worker().start();
      const betweenLooks = waiting(cell, {
        action: (action) => ({ ...action, wait: (call, ref) => action.wait?.({ ...call, sleep: dies }, ref) as never }),
      });
      // What has ended by the first look is not waited for.
      await betweenLooks.catch((error: unknown) => expect(error).toMatchObject(killed));
      const points: Point[] = [
        { when: 'before', asked: 'effectEnded' },
        { when: 'before', asked: 'record' },
        { when: 'after', asked: 'record' },
      ];
      for (const point of points)
        await waiting(cell, { ledger: ledgerUntil(stage.ledger, point, dies) }).catch((error: unknown) =>
          expect(error).toMatchObject(killed),
        );
      const { status } = await waiting(cell);
      await cell.runEnds();
      await expectTruth(cell, status, { allowed: whenWritten(id), effects: 1, armed: 1 });
    });

    it('the answer is lost and reading back fails five times: unknown, and said so', async () => {
      const cell = await admittedCell(stage, sample);
      await stage.sandbox.fault(sample.operation, 'execute-then-reset');
      await expect(cell.worker().start()).rejects.toMatchObject({ type: 'ambiguous' });
      await stage.sandbox.fault('*', '503', { times: 200 });
      await expectTruth(cell, await carryOn(cell, undefined), { allowed: ['unknown'], effects: 1, armed: 1 });
    });

    /** The first worker stands still at the point, another sees the effect to its end, and then the first one goes on, so much later. */
    async function standsStill(point: Point, laterMs: number): Promise<{ cell: Cell; told: string }> {
      const cell = await admittedCell(stage, sample);
      const { stands, reached, wake } = stopped();
      let ahead = 0;
      const ledger = ledgerUntil(stage.ledger, point, stands);
      const first = cell.worker({ ledger, now: () => Date.now() + ahead }).start();
      const over = first.catch(() => undefined);
      await Promise.race([reached, over]);
      const told = await carryOn(cell, undefined);
      ahead = laterMs;
      wake();
      await over;
      return { cell, told };
    }

    it.each([unused, used, answered])('stands still $says, and goes on after another has seen it to its end', async (point) => {
      const { cell, told } = await standsStill(point, 3_000);
      await expectTruth(cell, told, expectedAt(point));
      const row = await cell.row();
      expect(row.consumed_at).not.toBeNull();
    });

    /** Another has proven the absence and begins: the one that stood still goes on while that effect runs. */
    async function goesOnWhileItRuns(cell: Cell, wake: () => void, over: Promise<unknown>): Promise<void> {
      expect(await cell.worker().adopt()).toMatchObject({ found: false, rearmed: true });
      const begun = await cell.worker().start();
      wake();
      await over;
      await expectTruth(cell, await carryOn(cell, begun), expectedAt(used));
      expect((await cell.row()).consumed_at).not.toBeNull();
    }

    it('stands still before the send, and goes on too late while the effect that another began runs', async () => {
      if (!again) return;
      const cell = await admittedCell(stage, sample);
      const { stands, reached, wake } = stopped();
      let ahead = 0;
      const first = cell.worker({ ledger: ledgerUntil(stage.ledger, used, stands), now: () => Date.now() + ahead }).start();
      await reached;
      ahead = 3_000;
      // It says that it was too late, or finds what it wanted standing there and leaves it to be read back.
      const heard = first.catch((error: unknown) => error);
      await goesOnWhileItRuns(cell, wake, heard);
      expect(await heard).not.toMatchObject({ started: true });
    });

    it('a read-back stands still before it opens the permit again, and goes on while the effect that another began runs', async () => {
      if (!again) return;
      const cell = await admittedCell(stage, sample);
      await stage.sandbox.fault(sample.operation, 'reset-before');
      await expect(cell.worker().start()).rejects.toMatchObject({ type: 'ambiguous' });
      const { stands, reached, wake } = stopped();
      const over = cell.worker({ ledger: ledgerUntil(stage.ledger, { when: 'before', asked: 'rearm' }, stands) }).adopt();
      await reached;
      await goesOnWhileItRuns(cell, wake, over);
      expect(await over).toMatchObject({ found: false, rearmed: false });
    });

    it('every worker that reads back dies: the report of the run writes that nobody knows', async () => {
      const cell = await admittedCell(stage, sample);
      await cell
        .worker({ ledger: ledgerUntil(stage.ledger, answered, dies) })
        .start()
        .catch(() => undefined);
      await cell.runEnds();
      await expectTruth(cell, 'unknown', { allowed: ['unknown'], effects: 1, armed: 1 });
    });

    it('stands still before the send for less than what a send is allowed: still one effect', async () => {
      // A repeat of the same value is kept apart by time alone: no worker counts as lost in less than a send is allowed.
      if (idempotency === 'absolute') return;
      const { cell } = await standsStill(used, 0);
      expect(await cell.effects()).toHaveLength(1);
      expect((await cell.row()).status).toBe(again ? 'succeeded' : 'unknown');
    });
  });
});
