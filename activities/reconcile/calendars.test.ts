import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { catalogueOf } from '../../integrations/catalogue.js';
import { startTestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { shared } from '../../integrations/contract/testkit/shared.js';
import { createRegistry } from '../../integrations/registry.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { assemble } from '../../rules/language/assemble.js';
import type { RuleSet } from '../../rules/language/set.js';
import { readYaml } from '../../rules/language/yaml.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { hash, incident, policy, target } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { calendarsNow } from '../situation/calendars.js';
import type { ReconcileDeps } from './deps.js';
import { createReconcileActivities } from './index.js';

// Real calendars over the wire, and the real ledger.

const sandbox = shared(startTestSandbox);
let postgres: TestPostgres;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl() });
});
afterEach(() => ledger.close());

const now = Math.floor(Date.now() / 1_000) * 1_000;
const iso = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
const named =
  'calendars:\n  - { use: aws.ssm.change-calendar, with: { calendars: [prod-changes] } }\n  - { use: http.ical, with: { calendar: freezes } }';

function setWith(more: string): RuleSet {
  const catalogue = catalogueOf(createRegistry({}).registry);
  const text = policy(more).replaceAll('read: R, act: A', 'read: OpsSentinelRead, act: OpsSentinelAct');
  const { documents, problems } = readYaml('x.yaml', text);
  const loaded = assemble(documents, problems, '/rules', catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ says }) => says).join('\n'));
  return loaded.set;
}

function deps(more = named, change: Partial<ReconcileDeps> = {}): ReconcileDeps {
  const set = setWith(more);
  return {
    registry: createRegistry(sandbox.environment()).registry,
    ledger,
    rules: () => set,
    now: Date.now,
    takeIn: async () => 'duplicate',
    signs: { succeeded: () => undefined, failed: () => undefined, subscription: () => undefined },
    ...change,
  };
}
const round = (of = deps()) => new MockActivityEnvironment().run(() => createReconcileActivities(of).sweep());
const closeChanges = (account: string) =>
  sandbox.tell('aws', 'calendars', { account, events: [{ from: iso(-10), to: iso(20) }] });
const maintain = (services: string[], to = 20) =>
  sandbox.tell('pagerduty', 'maintenance', { services, from: iso(-10), to: iso(to), description: 'database move' });

describe('row 17, row 27: calendars outside are looked at although nothing has happened', () => {
  it('what is closed is known with its place or service, until when, and who looked', async () => {
    await closeChanges('444455556666');
    await maintain(['PSVC002']);
    await round();
    expect(await ledger.closedCalendars()).toMatchObject([
      {
        from: 'aws.ssm.change-calendar',
        scope: 'environment:prod in 444455556666/eu-west-1',
        says: 'change calendar prod-changes is closed',
        until: iso(20),
        by: 'reconciliation',
      },
      { from: 'pagerduty.maintenance-windows', scope: 'service:PSVC002', says: 'maintenance "database move"' },
    ]);
  });

  it('and is open again with the next round', async () => {
    await maintain(['PSVC002']);
    await round();
    await sandbox.reset();
    await round();
    expect(await ledger.closedCalendars()).toEqual([]);
  });

  it('what cannot be read is left as it was, and keeps no round from its incidents', async () => {
    await maintain(['PSVC002']);
    await round();
    const before = await ledger.closedCalendars();
    await sandbox.fault('GET /maintenance_windows', '503', { times: 100 });
    await sandbox.fault('ssm:GetCalendarState', '403', { times: 100 });
    expect(await round()).toMatchObject([{ source: 'pagerduty' }]);
    expect(await ledger.closedCalendars()).toEqual(before);
  });

  it('a ledger that cannot take it keeps no round from its incidents either', async () => {
    await maintain(['PSVC002']);
    const away = { ...ledger, putCalendars: () => Promise.reject(new Error('away')) };
    expect(await round(deps(named, { ledger: away }))).toMatchObject([{ source: 'pagerduty' }]);
  });
});

describe('row 17, row 27: what a guard has read is seen too, and decides nothing', () => {
  const guard = (of: ReconcileDeps) => {
    const about = { incident: 'pagerduty:Q1', ref: incident().ref, trust: 'signed' as const };
    const server = target({ type: 'aws.ec2.instance', environment: 'prod', account: '444455556666' });
    const service = incident({ service: { id: 'PSVC002', name: 'checkout' } });
    return new MockActivityEnvironment().run(() =>
      calendarsNow(of as unknown as ActivityDeps, about, service, server, of.rules()),
    );
  };

  it('under its incident’s name', async () => {
    await maintain(['PSVC002']);
    await guard(deps());
    expect(await ledger.closedCalendars()).toMatchObject([{ scope: 'service:PSVC002', by: 'the guard for pagerduty:Q1' }]);
  });

  it('it reads for itself: what was seen closed and is open is open, and what cannot be written is read all the same', async () => {
    await maintain(['PSVC002']);
    await round();
    await sandbox.reset();
    expect(await guard(deps())).toMatchObject({ words: expect.not.arrayContaining([expect.objectContaining({ closed: true })]) });
    await maintain(['PSVC002']);
    const away = { ...ledger, putCalendars: () => Promise.reject(new Error('away')) };
    expect(await guard(deps(named, { ledger: away }))).toMatchObject({
      words: expect.arrayContaining([expect.objectContaining({ closed: true, says: 'maintenance "database move"' })]),
    });
  });
});
