import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Deploy } from '../domain/deploy.js';
import { incidentId, lifeIn } from '../domain/incident-id.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';

let postgres: TestPostgres;
let ledger: Ledger;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.ledgerUrl() });
});
afterEach(() => ledger.close());

const at = (minutes: number): string => new Date(Date.parse('2026-11-22T03:00:00Z') + minutes * 60_000).toISOString();
const epoch = (minutes: number): number => Date.parse(at(minutes));
const deploy = (change: Partial<Deploy> = {}): Deploy => ({
  id: 'run-1',
  service: 'checkout',
  says: 'checkout 1.4.2',
  startedAt: at(0),
  ...change,
});

describe('row 18: what was told of deployments', () => {
  it('begins, ends, and is told again in any order: it is one deployment', async () => {
    const beginning = deploy();
    const end = deploy({ endedAt: at(5) });
    for (const order of [
      [beginning, end],
      [end, beginning],
      [end, beginning, beginning, end],
    ]) {
      for (const told of order) await ledger.putDeploy('api', told);
      expect(await ledger.deploysOf(['checkout'], epoch(-60))).toEqual([{ ...end, from: 'api' }]);
    }
  });

  it('runs again under the same id once it begins after it had ended', async () => {
    await ledger.putDeploy('api', deploy({ endedAt: at(5) }));

    const again = deploy({ startedAt: at(9) });
    expect(await ledger.putDeploy('api', again)).toEqual(again);
  });

  it('the same id of another sender or another service is another deployment', async () => {
    await ledger.putDeploy('api', deploy());
    await ledger.putDeploy('grafana', deploy({ endedAt: at(1) }));
    await ledger.putDeploy('api', deploy({ service: 'web', endedAt: at(1) }));

    expect(await ledger.deploysOf(['checkout'], epoch(-60))).toHaveLength(2);
    expect((await ledger.deploysOf(['checkout'], epoch(-60))).filter(({ endedAt }) => endedAt === undefined)).toMatchObject([
      { from: 'api' },
    ]);
  });

  it('is found by any name of the service, whatever its case, and by no other', async () => {
    await ledger.putDeploy('api', deploy({ service: 'Checkout' }));

    expect(await ledger.deploysOf(['PSVC001', 'checkout'], epoch(-60))).toHaveLength(1);
    expect(await ledger.deploysOf(['check%', 'checkou_', ''], epoch(-60))).toEqual([]);
    expect(await ledger.deploysOf([], epoch(-60))).toEqual([]);
  });

  it('counts from its end; where nobody told an end, from its beginning', async () => {
    await ledger.putDeploy('api', deploy({ id: 'ended', startedAt: at(0), endedAt: at(90) }));
    await ledger.putDeploy('api', deploy({ id: 'open', startedAt: at(0) }));

    expect((await ledger.deploysOf(['checkout'], epoch(60))).map(({ id }) => id)).toEqual(['ended']);
    expect(await ledger.deploysOf(['checkout'], epoch(91))).toEqual([]);
  });

  it('keeps any text that a sender may write', async () => {
    const nasty = "'; drop table deploy; -- \0 \uD800 é";
    await ledger.putDeploy('api', deploy({ id: nasty, service: nasty, says: nasty, environment: nasty }));

    expect(await ledger.deploysOf([nasty], epoch(-60))).toHaveLength(1);
  });
});

describe('the newest life of an incident', () => {
  it('is the one that began last, by its row or by the journal, and no other incident is taken for it', async () => {
    expect(await ledger.latestLifeOf('grafana', 'a b')).toBeUndefined();
    await ledger.putIncident({ id: incidentId({ source: 'grafana', externalId: 'a b', generation: '0' }), startedAt: at(0) });
    expect(await ledger.latestLifeOf('grafana', 'a b')).toBe('0');
    await ledger.putIncident({
      id: incidentId({ source: 'grafana', externalId: 'a b', generation: '1790000000' }),
      startedAt: at(5),
    });
    expect(await ledger.latestLifeOf('grafana', 'a b')).toBe('1790000000');
    for (const externalId of ['a bc', 'a b:r17', 'a', 'a b_'])
      await ledger.putIncident({ id: incidentId({ source: 'grafana', externalId, generation: '0' }), startedAt: at(9) });
    expect(await ledger.latestLifeOf('grafana', 'a b')).toBe('1790000000');
    expect(await ledger.latestLifeOf('other', 'a b')).toBeUndefined();

    const incident = incidentId({ source: 'grafana', externalId: 'a b', generation: 'é_2' });
    await ledger.journal({ source: 'grafana', eventId: 'E9', eventType: 'firing', incident, result: 'started', says: '' });
    expect(await ledger.latestLifeOf('grafana', 'a b')).toBe('é_2');
  });

  it('every id gives its life back, whatever its parts are made of', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (source, externalId, generation) => {
        const ref = { source, externalId, generation };
        expect(lifeIn(incidentId(ref), ref)).toBe(generation);
      }),
    );
  });
});
