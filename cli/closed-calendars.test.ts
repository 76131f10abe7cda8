import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClosedCalendar } from '../api/shapes.js';
import { startBench } from '../api/testkit/bench.js';
import { openLedger } from '../ledger/open.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { closedItems, closedLines } from './closed-calendars.js';
import { createConsole } from './testkit/console.js';

const now = Date.parse('2026-11-23T12:00:00.000Z');
const minutes = (count: number): string => new Date(now + count * 60_000).toISOString();
const closed = (change: Partial<ClosedCalendar> = {}): ClosedCalendar => ({
  from: 'aws.ssm.change-calendar',
  scope: 'environment:prod in 444455556666/eu-west-1',
  says: 'change calendar prod-changes is closed',
  allow: [],
  until: minutes(60),
  readAt: minutes(-3),
  by: 'the guard for pagerduty:Q1',
  ...change,
});

describe('row 17: calendars outside, as holds shows them', () => {
  it('say what, for what, until when, and when and by whom it was read', () => {
    expect(closedLines([closed()], now)).toEqual([
      'closed: change calendar prod-changes is closed (aws.ssm.change-calendar), for environment:prod in 444455556666/eu-west-1, until 13:00:00Z, as read 3 min ago by the guard for pagerduty:Q1',
    ]);
  });

  it('what was read long ago says so, and what has no known end', () => {
    const { until: _until, ...endless } = closed({ readAt: minutes(-16), allow: ['additive'] });
    expect(closedLines([endless], now)).toEqual([
      expect.stringMatching(
        /until it opens, lets additive through, as read 16 min ago by .*; nobody has looked since, so it may have changed$/,
      ),
    ]);
    expect(closedItems([closed({ readAt: minutes(-15) })], now)).toMatchObject([{ old: false }]);
  });

  it('one that closes many services is one line, as read last', () => {
    const many = ['service:B', 'service:A'].map((scope, index) => closed({ scope, readAt: minutes(-20 + index * 15) }));
    expect(closedItems(many, now)).toMatchObject([
      { kind: 'calendar', scopes: ['service:A', 'service:B'], readAt: minutes(-5), old: false },
    ]);
    expect(closedLines([...many, closed({ until: minutes(90) })], now)).toHaveLength(2);
  });
});

describe('row 17, row 27: opssentinel holds', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('prints them below the holds, by the API alone, which asks no vendor', async () => {
    const ledger = await openLedger({ url: await postgres.freshUrl() });
    const bench = await startBench({ deps: { ledger } });
    const stage = createConsole();
    const holds = (...more: string[]) =>
      stage.run(['holds', ...more], { OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('viewer') });
    try {
      expect((await holds()).out).toBe('Nothing is held.\n');
      const at = Date.now();
      const iso = (ms: number): string => new Date(at + ms).toISOString();
      const { until: _until, ...seen } = closed({ readAt: iso(-200_000) });
      await ledger.putCalendars([{ ...seen, allow: [], closed: true, asked: '{}', until: iso(3_600_000) }]);
      expect((await holds()).out).toMatch(
        /^Nothing is held[.]\nclosed: change calendar prod-changes is closed \(aws[.]ssm[.]change-calendar\), for environment:prod in \S+, until .*, as read 3 min ago by the guard for pagerduty:Q1\n$/,
      );
      await ledger.placeHold({ kind: 'stop', scope: 'all', reason: 'a test', owner: 'ada' });
      expect(JSON.parse((await holds('-o', 'json')).out)).toMatchObject({
        kind: 'HoldList',
        items: [{ kind: 'stop' }, { kind: 'calendar', from: 'aws.ssm.change-calendar', until: iso(3_600_000), old: false }],
      });
      expect(await (await bench.get('/api/v1/holds', 'viewer')).json()).toMatchObject({
        holds: [{ kind: 'stop' }],
        closed: [{ ...seen, until: iso(3_600_000) }],
      });
    } finally {
      await bench.close();
      await ledger.close();
      rmSync(stage.dir, { recursive: true, force: true });
    }
  });
});
