import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';

let postgres: TestPostgres;
let ledger: Ledger;
/** Another process on the same database. */
let other: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  const url = await postgres.ledgerUrl();
  [ledger, other] = await Promise.all([openLedger({ url, deadlineMs: 10_000 }), openLedger({ url, deadlineMs: 10_000 })]);
});
afterEach(() => Promise.all([ledger.close(), other.close()]));

const stopAll = async (): Promise<string> =>
  (await ledger.placeHold({ kind: 'stop', scope: 'all', reason: 'the region burns', owner: 'ada' })).id;
const operator = (by: string) => ({ by, admin: false });
const admin = (by: string) => ({ by, admin: true });

describe('G5: who lifts what stops everything', () => {
  it('two operators at once do not, 50 times over', async () => {
    for (let round = 0; round < 50; round++) {
      const id = await stopAll();
      const answers = await Promise.all([ledger.liftHold(id, operator('ada')), other.liftHold(id, operator('grace'))]);
      expect(answers.sort()).toEqual(['no admin', 'one more']);
      expect((await ledger.holds()).map((hold) => hold.id)).toContain(id);
    }
  });

  it('an operator and an admin at once do, whoever is the first, 50 times over', async () => {
    for (let round = 0; round < 50; round++) {
      const id = await stopAll();
      const answers = await Promise.all([ledger.liftHold(id, operator('ada')), other.liftHold(id, admin('grace'))]);
      expect(answers.sort()).toEqual(['lifted', 'one more']);
      expect(await ledger.holds()).toEqual([]);
    }
  });

  it('a second operator takes nobody’s place: the admin who comes third is the second of two', async () => {
    const id = await stopAll();
    expect(await ledger.liftHold(id, operator('ada'))).toBe('one more');
    expect(await ledger.liftHold(id, operator('eve'))).toBe('no admin');
    expect(await ledger.holds()).toMatchObject([{ id, liftAskedBy: 'ada' }]);
    expect(await ledger.liftHold(id, admin('ADA'))).toBe('one more');
    expect(await ledger.liftHold(id, operator('eve'))).toBe('lifted');
  });

  it('one on a single scope takes one person, an operator', async () => {
    const { id } = await ledger.placeHold({ kind: 'stop', scope: 'rule:x', reason: 'x', owner: 'ada' });
    expect(await ledger.liftHold(id, operator('eve'))).toBe('lifted');
    expect(await ledger.liftHold(id, operator('eve'))).toBe('no such hold');
  });
});
