import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import { hour, standard } from '../../guards/facts.fixture.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { shown } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { ask, type Asker, refusals, requestOf, roomy, through } from './asker.fixture.js';

// Every guard that is shipped, over the real ledger: what a guard forbids must hold for many that ask at the same moment.

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.freshUrl();
  ledger = await openLedger({ url, deadlineMs: 10_000 });
});
afterEach(() => ledger.close());

const limits = { ...standard, budget: { ...standard.budget, rule: { count: 3, perMs: hour } } };
const asks = (asker: Asker): Promise<Admission> => ask(ledger, asker, limits);

describe('row 23: incidents on one target at the same moment', () => {
  it('one gets the target, the others wait for it; once it has acted, the cooldown sends them away', async () => {
    const askers = Array.from({ length: 20 }, (_, incident) => ({ incident }));
    const answers = await Promise.all(askers.map(asks));
    expect(through(answers)).toBe(1);
    expect(refusals(answers)).toEqual(new Set(['oneAtATime waits']));
    const winner = answers.findIndex(({ admitted }) => admitted);
    expect(await ledger.consume(shown(requestOf({ incident: winner })))).toMatchObject({ consumed: true });
    await ledger.releaseTarget(`pagerduty:Q${winner}`, true);
    const again = await Promise.all(askers.filter(({ incident }) => incident !== winner).map(asks));
    expect(through(again)).toBe(0);
    expect(refusals(again)).toEqual(new Set(['cooldown ends']));
  });
});

describe('row 21: at most so many per window', () => {
  const spent = async (): Promise<Admission> => {
    await ledger.close();
    ledger = await openLedger({ url, deadlineMs: 10_000 });
    return asks({ incident: 99, target: 99 });
  };
  const asksPeople = { admitted: false, refusedBy: { guard: 'budget', verdict: 'ask' } };

  it('twelve incidents of one rule at once, in twelve accounts: the budget lets three through, a human decides about the rest', async () => {
    const askers = Array.from({ length: 12 }, (_, n) => ({ incident: n, target: n, account: String(444455556000 + n) }));
    const answers = await Promise.all(askers.map(asks));
    expect(through(answers)).toBe(3);
    expect(refusals(answers)).toEqual(new Set(['budget ends']));
    for (const asker of askers) await ledger.consume(shown(requestOf(asker)));
    expect(await spent()).toMatchObject(asksPeople);
  });

  it('in one account they act one after the other, and the fourth asks a human', async () => {
    for (const n of [0, 1, 2]) {
      const asker = { incident: n, target: n };
      expect(await asks(asker)).toMatchObject({ admitted: true });
      expect(await ledger.consume(shown(requestOf(asker)))).toMatchObject({ consumed: true });
      await ledger.releaseTarget(requestOf(asker).incident, true);
    }
    expect(await asks({ incident: 3, target: 3 })).toMatchObject(asksPeople);
    expect(await spent()).toMatchObject(asksPeople);
  });
});

describe('T18: two hundred incidents on five targets at once', () => {
  const targets = [0, 1, 2, 3, 4];
  const each = 40;
  // Each in an account of its own: one failure domain would let one of the five through at a time.
  const lane = (target: number): Asker[] =>
    Array.from({ length: each }, (_, n) => ({ incident: target * 1_000 + n, target, account: String(444455556000 + target) }));
  const askers = targets.flatMap(lane);

  /** Asks until there is an answer: its connection may be cut, or its worker may end, in the middle. Resolves with how often it was. */
  const answered = async (asker: Asker, breaks = 0): Promise<{ answer: Admission; broken: number }> => {
    for (let broken = 0; ; broken++) {
      try {
        const judge = (verdicts: GuardVerdict[]): GuardVerdict[] => {
          if (broken < breaks) throw new RangeError('its worker ended here');
          return verdicts;
        };
        return { answer: await ask(ledger, asker, roomy, judge), broken };
      } catch (error) {
        const expected = error instanceof RangeError || (error as Error).name === 'LedgerUnavailable';
        if (!expected || broken > 50) throw error;
      }
    }
  };

  /** Ends the connections of whoever has a lock at this moment. Resolves with how many there were. */
  const cut = async (): Promise<number> =>
    (
      await postgres.sql(
        url,
        `select pg_terminate_backend(pid) from (select distinct pid from pg_locks where locktype = 'advisory' and granted) as holders`,
      )
    ).length;

  beforeEach(async () => {
    await ledger.close();
    ledger = await openLedger({ url, deadlineMs: 120_000 });
  });

  it('one gets through on each, whoever dies with the locks in hand; the others are told to wait', async () => {
    const asking = Promise.all(askers.map((asker) => answered(asker)));
    let cuts = 0;
    for (let n = 0; n < 20; n++) cuts += await cut();
    const answers = (await asking).map(({ answer }) => answer);
    expect(cuts).toBeGreaterThan(0);
    for (const target of targets) expect(through(answers.filter((_, n) => askers[n]?.target === target))).toBe(1);
    expect(refusals(answers)).toEqual(new Set(['oneAtATime waits']));
  }, 180_000);

  it('row 23: all of them act in the end, each once, one at a time on a target, in the order in which they were let through', async () => {
    const acting = new Map<number, number>();
    const fences = new Map<number, number[]>();
    let [consumed, deaths] = [0, 0];
    const act = async (asker: Asker, n: number): Promise<void> => {
      const { target = 0 } = asker;
      const { answer, broken } = await answered(asker, n % 10 === 5 ? 1 : 0);
      deaths += broken;
      if (!answer.admitted) throw new Error(`${requestOf(asker).incident}: ${answer.refusedBy.guard} ${answer.refusedBy.found}`);
      acting.set(target, (acting.get(target) ?? 0) + 1);
      expect(acting.get(target)).toBe(1);
      fences.set(target, [...(fences.get(target) ?? []), answer.permit.fence]);
      const shownAs = shown(requestOf(asker));
      const uses = await Promise.all([ledger.consume(shownAs), ledger.consume(shownAs)]);
      consumed += uses.filter((use) => use.consumed).length;
      acting.set(target, 0);
      await ledger.effectEnded(shownAs.attemptKey, 'succeeded', 'done');
      await ledger.releaseTarget(shownAs.incident);
    };
    await Promise.all(
      targets.map(async (target) => {
        for (const [n, asker] of lane(target).entries()) await act(asker, n);
      }),
    );
    expect({ consumed, deaths }).toEqual({ consumed: 200, deaths: 20 });
    const inOrder = Array.from({ length: each }, (_, n) => n + 1);
    for (const target of targets) expect(fences.get(target)).toEqual(inOrder);
    // Whoever asks once more has had its turn: the permit that it gets is the used one.
    const again = await Promise.all(askers.map((asker) => ask(ledger, asker, roomy)));
    const uses = await Promise.all(askers.map((asker) => ledger.consume(shown(requestOf(asker)))));
    expect([through(again), uses.filter((use) => use.consumed).length]).toEqual([200, 0]);
  }, 180_000);
});
