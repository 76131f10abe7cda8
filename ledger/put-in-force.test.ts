import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GuardVerdict } from '../domain/permit.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { heldUp } from './held-up.fixture.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';
import { admissionRequest, yes } from './requests.fixture.js';

let postgres: TestPostgres;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.ledgerUrl(), deadlineMs: 10_000 });
});
afterEach(() => ledger.close());

describe('what stops everything', () => {
  it('G5: takes two people within an hour to lift; one of them twice is one', async () => {
    const hold = await ledger.placeHold({ kind: 'stop', scope: 'all', reason: 'the region burns', owner: 'ada' });
    expect(await ledger.liftHold(hold.id, { by: 'ada', admin: true })).toBe('one more');
    expect(await ledger.liftHold(hold.id, { by: 'Ada', admin: true })).toBe('one more');
    expect(await ledger.holds()).toMatchObject([{ id: hold.id, liftAskedBy: 'Ada' }]);
    expect(await ledger.liftHold(hold.id, { by: 'grace', admin: false })).toBe('lifted');
    expect(await ledger.holds()).toEqual([]);
    expect(await ledger.liftHold(hold.id, { by: 'grace', admin: false })).toBe('no such hold');
  });
});

describe('what asks people from a moment on', () => {
  it('begins before an admission or after it, never while one is judged, which would not know of it; a stop waits for nobody', async () => {
    const url = await postgres.ledgerUrl();
    const here = await openLedger({ url, deadlineMs: 10_000 });
    const place = (kind: 'demotion' | 'stop') => here.placeHold({ kind, scope: 'rule:r', reason: 'r', owner: 'ada' });
    let until = 0;
    const demoted = await heldUp(
      url,
      async ({ untilSomebodyWaits }) => {
        await place('stop');
        const placed = place('demotion');
        await untilSomebodyWaits();
        until = Date.now();
        return { placed };
      },
      "select pg_advisory_xact_lock(hashtext('admission'))",
    );
    expect(Date.parse((await demoted.placed).since)).toBeGreaterThanOrEqual(until);
    await here.close();
  });
});

describe('what a guard wants in force', () => {
  const tripped = (): GuardVerdict[] => [
    ...yes(),
    {
      guard: 'brake',
      verdict: 'refuse',
      limit: '3/10m',
      found: 'too many',
      setBy: 'default',
      places: [{ kind: 'brake', scope: 'domain:d', reason: 'too many' }],
    },
  ];

  it('stands from then on where only whether it would be admitted was asked', async () => {
    const { preState: _none, ...request } = admissionRequest();
    expect(await ledger.preview(request, yes)).toEqual(yes());
    expect(await ledger.holds()).toEqual([]);
    expect(await ledger.preview(request, tripped)).toEqual(tripped());
    expect(await ledger.holds()).toMatchObject([{ kind: 'brake', scope: 'domain:d', reason: 'too many', owner: 'opssentinel' }]);
  });

  it('stands from then on where it was refused, and once: however many trip it at the same time', async () => {
    const twenty = Array.from({ length: 20 }, (_, n) => admissionRequest({ attemptKey: `key-${n}` }));
    const [asked, wanted] = [twenty.slice(0, 10), twenty.slice(10)];
    const admissions = await Promise.all([
      ...wanted.map((request) => ledger.admit(request, tripped)),
      ...asked.map(({ preState: _none, ...request }) => ledger.preview(request, tripped)),
    ]);
    expect(admissions[0]).toMatchObject({ admitted: false, refusedBy: { guard: 'brake' } });
    expect(await ledger.holds()).toMatchObject([{ kind: 'brake', scope: 'domain:d' }]);
  });

  it('is placed by an admission alone', async () => {
    await ledger.admit(admissionRequest(), tripped);
    expect(await ledger.holds()).toHaveLength(1);
  });

  it('is placed beside holds of other kinds on the same scope, and not a second time', async () => {
    for (const kind of ['stop', 'freeze'] as const)
      await ledger.placeHold({ kind, scope: 'domain:d', reason: 'the region burns', owner: 'ada' });
    for (const n of [1, 2]) await ledger.admit(admissionRequest({ attemptKey: `key-${n}` }), tripped);
    expect((await ledger.holds()).map(({ kind }) => kind).sort()).toEqual(['brake', 'freeze', 'stop']);
  });

  it('and where nothing trips, whoever only asks waits for no admission', async () => {
    const url = await postgres.ledgerUrl();
    const here = await openLedger({ url, deadlineMs: 2_000 });
    await heldUp(
      url,
      async () => expect(await here.preview(admissionRequest(), yes)).toEqual(yes()),
      "select pg_advisory_xact_lock(hashtext('admission'))",
    );
    await here.close();
  });
});
