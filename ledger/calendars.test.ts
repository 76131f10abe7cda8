import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CalendarSeen } from '../domain/calendar.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';

let postgres: TestPostgres;
let ledger: Ledger;
let now: number;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  now = Date.parse('2026-11-23T12:00:00.000Z');
  ledger = await openLedger({ url: await postgres.ledgerUrl(), now: () => now });
});
afterEach(() => ledger.close());

const minutes = (count: number): string => new Date(now + count * 60_000).toISOString();
const seen = (change: Partial<CalendarSeen> = {}): CalendarSeen => ({
  from: 'aws.ssm.change-calendar',
  scope: 'environment:prod in 444455556666/eu-west-1',
  asked: '{"calendars":["prod-changes"]}',
  closed: true,
  says: 'change calendar prod-changes is closed',
  allow: ['additive'],
  until: minutes(60),
  readAt: minutes(0),
  by: 'the guard for pagerduty:Q1',
  ...change,
});

describe('row 17: what was seen of the calendars outside', () => {
  it('is given back as it was seen, whatever somebody wrote in it', async () => {
    const { until: _until, ...endless } = seen({ scope: 'environment:staging', says: 'year-end \0 freeze \uD800' });
    await ledger.putCalendars([seen(), endless]);
    expect(await ledger.closedCalendars()).toEqual([seen(), { ...endless, says: 'year-end \uFFFD freeze \uFFFD' }]);
  });

  it('is not there any more once it was seen open, is over, or was seen long ago', async () => {
    await ledger.putCalendars([seen()]);
    await ledger.putCalendars([seen({ closed: false, readAt: minutes(1) })]);
    expect(await ledger.closedCalendars()).toEqual([]);
    await ledger.putCalendars([seen({ readAt: minutes(2) })]);
    expect(await ledger.closedCalendars()).toHaveLength(1);
    now += 60 * 60_000;
    expect(await ledger.closedCalendars()).toEqual([]);
    const { until: _until, ...endless } = seen({ readAt: minutes(0) });
    await ledger.putCalendars([endless]);
    expect(await ledger.closedCalendars()).toHaveLength(1);
    now += 25 * 60 * 60_000;
    expect(await ledger.closedCalendars()).toEqual([]);
  });

  it('the latest look stands, in whatever order several are written, and once for each calendar, place and wish', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(50), closed: fc.boolean() }), { minLength: 1, maxLength: 6 }),
        async (looks) => {
          const scope = `service:${Math.random()}`;
          for (const { at, closed } of looks) await ledger.putCalendars([seen({ scope, closed, readAt: minutes(at - 50) })]);
          const newest = Math.max(...looks.map(({ at }) => at));
          // Of two looks at the same moment the one that was written last.
          const last = looks.filter(({ at }) => at === newest).at(-1);
          const found = (await ledger.closedCalendars()).filter((one) => one.scope === scope);
          expect(found.map(({ readAt }) => readAt)).toEqual(last?.closed === true ? [minutes(newest - 50)] : []);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('the same one twice in one look is one; another wish or another place is another', async () => {
    await ledger.putCalendars([seen(), seen(), seen({ asked: '{}' }), seen({ scope: 'environment:staging' })]);
    expect(await ledger.closedCalendars()).toHaveLength(3);
    await ledger.putCalendars([]);
  });

  it('several who write the same ones at once, in whatever order they asked, do not wait for each other for ever', async () => {
    const all = Array.from({ length: 300 }, (_, index) => seen({ scope: `service:P${index}` }));
    const back = [...all].reverse();
    for (let round = 0; round < 6; round++)
      await Promise.all([all, back, all, back, all, back].map((looks) => ledger.putCalendars(looks)));
    expect(await ledger.closedCalendars()).toHaveLength(300);
  });

  it('nothing that admits reads it: there it stands among no holds', async () => {
    await ledger.putCalendars([seen()]);
    expect(await ledger.holds()).toEqual([]);
  });
});
