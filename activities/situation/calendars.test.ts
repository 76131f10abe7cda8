import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { freezesOf } from '../../decide/freezes.js';
import type { CalendarFacts } from '../../domain/calendar.js';
import type { Incident } from '../../domain/incident.js';
import type { Risk } from '../../domain/plan.js';
import { calmFacts, calmState, standard } from '../../guards/facts.fixture.js';
import { freeze } from '../../guards/freeze.js';
import { catalogueOf } from '../../integrations/catalogue.js';
import { startTestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { shared } from '../../integrations/contract/testkit/shared.js';
import { createRegistry } from '../../integrations/registry.js';
import { assemble } from '../../rules/language/assemble.js';
import type { RuleSet } from '../../rules/language/set.js';
import { readYaml } from '../../rules/language/yaml.js';
import { hash, incident, policy, target } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { calendarsNow } from './calendars.js';

// What a policy and an incident's source say of "not now", read over the wire from the simulators, and what the guard makes of it.

const sandbox = shared(startTestSandbox);

const now = Math.floor(Date.now() / 1_000) * 1_000;
const iso = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
const server = target({ type: 'aws.ec2.instance', environment: 'staging' });
const elsewhere = incident({ ref: { source: 'cloudwatch', externalId: 'x', generation: '0' }, service: { id: 'x', name: 'x' } });

function setWith(more: string): RuleSet {
  const catalogue = catalogueOf(createRegistry({}).registry);
  const { documents, problems } = readYaml(
    'x.yaml',
    policy(more).replaceAll('read: R, act: A', 'read: OpsSentinelRead, act: OpsSentinelAct'),
  );
  const loaded = assemble(documents, problems, '/rules', catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ says }) => says).join('\n'));
  return loaded.set;
}

interface Asked {
  of?: Incident;
  environment?: string;
  settings?: Record<string, string>;
}

async function facts(
  more: string,
  { of = elsewhere, environment = 'staging', settings = {} }: Asked = {},
): Promise<CalendarFacts> {
  const set = setWith(more);
  const { registry } = createRegistry({ ...sandbox.environment(), ...settings });
  const deps = { registry, now: () => now } as unknown as ActivityDeps;
  const about = { incident: 'pagerduty:Q1', ref: of.ref, trust: 'signed' as const };
  const on = { ...server, environment, account: environment === 'prod' ? '444455556666' : '111122223333' };
  const read = new MockActivityEnvironment().run(() => calendarsNow(deps, about, of, on, set));
  const { words, unknown } = (await read) as CalendarFacts;
  return { words: [...freezesOf(set, environment, now), ...words], unknown };
}

/** What the guard says of acting now. */
function guard(calendars: CalendarFacts, risk: Risk = 'disruptive') {
  const { step, ...rest } = calmFacts({ now, calendars });
  return freeze.judge({ ...rest, step: { ...step, risk } }, calmState(), standard);
}

const change = (more = '') => `calendars:\n  - { use: aws.ssm.change-calendar, with: { calendars: [prod-changes] }${more} }`;
const file = (more = '') => `calendars:\n  - { use: http.ical, with: { calendar: freezes${more} } }`;
const closeChanges = (from: number, to: number, account = '111122223333') =>
  sandbox.tell('aws', 'calendars', { account, events: [{ from: iso(from), to: iso(to) }] });
const stamp = (minutes: number): string => iso(minutes).replaceAll(/[-:]|\.\d+/g, '');
const event = (from: number, to: number) =>
  sandbox.tell('http', 'freezes.ics', {
    body: `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Year-end freeze\r\nDTSTART:${stamp(from)}\r\nDTEND:${stamp(to)}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  });

describe('row 17: a change-freeze calendar blocks what would be done, not only what is scheduled', () => {
  it('without a calendar, and with open ones, nothing is in the way', async () => {
    expect(guard(await facts(''))).toMatchObject({ verdict: 'allow', found: 'none' });
    expect(guard(await facts(change()))).toMatchObject({ verdict: 'allow', found: 'open (aws.ssm.change-calendar)' });
    expect(guard(await facts(file()))).toMatchObject({ verdict: 'allow', found: 'open (http.ical)' });
  });

  it('a closed SSM calendar refuses until it opens', async () => {
    await closeChanges(-10, 20);
    expect(guard(await facts(change()))).toEqual({
      verdict: 'refuse',
      limit: 'open',
      found: 'change calendar prod-changes is closed (aws.ssm.change-calendar)',
      freeAt: iso(20),
    });
  });

  it('an event of a calendar file refuses until it is over', async () => {
    await event(-10, 20);
    expect(guard(await facts(file()))).toEqual({
      verdict: 'refuse',
      limit: 'open',
      found: '"Year-end freeze" in the calendar freezes (http.ical)',
      freeAt: iso(20),
    });
    expect(guard(await facts(file(', match: "Release*"')))).toMatchObject({ verdict: 'allow' });
  });

  it('a freeze of the policy refuses until its end', async () => {
    const freezes = `freezes:\n  - { name: sale, from: ${iso(-10).slice(0, 19)}Z, to: ${iso(20).slice(0, 19)}Z }`;
    expect(guard(await facts(freezes))).toMatchObject({ verdict: 'refuse', found: 'freeze sale (x.yaml:2)', freeAt: iso(20) });
  });

  it('is asked by the role that reads, in the account of the target', async () => {
    await closeChanges(-10, 20, '444455556666');
    expect(guard(await facts(change()))).toMatchObject({ verdict: 'allow' });
    expect(guard(await facts(change(), { environment: 'prod' }))).toMatchObject({ verdict: 'refuse' });
    expect((await sandbox.ask('aws/trail')).events.at(-1)).toMatchObject({
      operation: 'ssm:GetCalendarState',
      account: '444455556666',
      role: 'OpsSentinelRead',
    });
  });

  it('holds in the environments that are named, and lets through the risks that are', async () => {
    await closeChanges(-10, 20);
    expect((await facts(change(', env: [prod]'))).words).toEqual([]);
    const said = await facts(change(', env: [staging], allow: [additive]'));
    expect(guard(said, 'additive')).toMatchObject({ verdict: 'allow', found: expect.stringContaining('lets additive through') });
    expect(guard(said, 'disruptive')).toMatchObject({ verdict: 'refuse' });
  });

  it.each([
    ['the calendar is not there', 'calendars:\n  - { use: aws.ssm.change-calendar, with: { calendars: [nothing] } }', {}],
    ['it may not be read', change(), { fault: ['ssm:GetCalendarState', '403'] }],
    ['the file is broken', file(), { body: 'BEGIN:VCALENDAR' }],
    ['nobody answers', file(), { settings: { HTTP_CALENDARS: 'freezes=http://127.0.0.1:1/x.ics' } }],
    ['no address is configured under that name', file(), { settings: { HTTP_CALENDARS: 'other=http://127.0.0.1:1/x.ics' } }],
    ['its integration is not connected', file(), { settings: { HTTP_CALENDARS: '', HTTP_PROBES: '' } }],
  ] as [string, string, { fault?: [string, '403']; body?: string; settings?: Record<string, string> }][])(
    'not knowing is not open: %s',
    async (_what, more, { fault, body, settings = {} }) => {
      if (fault) await sandbox.fault(...fault);
      if (body !== undefined) await sandbox.tell('http', 'freezes.ics', { body });
      const said = await facts(more, { settings });
      expect(said).toMatchObject({ words: [], unknown: [{ because: expect.stringMatching(/\S/) }] });
      expect(guard(said)).toMatchObject({ verdict: 'refuse', found: expect.stringMatching(/^not known: /) });
    },
  );

  it('one that cannot tell does not hide another that is closed', async () => {
    await closeChanges(-10, 20);
    await sandbox.tell('http', 'freezes.ics', { body: 'broken' });
    const both = `${change()}\n  - { use: http.ical, with: { calendar: freezes } }`;
    expect(guard(await facts(both))).toMatchObject({
      verdict: 'refuse',
      found: expect.stringContaining('prod-changes'),
      freeAt: iso(20),
    });
  });
});

describe('row 27: nothing is done on a service in maintenance', () => {
  const maintain = (services: string[], from: number, to: number) =>
    sandbox.tell('pagerduty', 'maintenance', { services, from: iso(from), to: iso(to), description: 'database move' });

  it('the windows of an incident’s own source are asked although no policy names them', async () => {
    expect(guard(await facts('', { of: incident() }))).toMatchObject({
      verdict: 'allow',
      found: 'open (pagerduty.maintenance-windows)',
    });
    await maintain(['PSVC001'], -10, 20);
    expect(guard(await facts('', { of: incident() }))).toEqual({
      verdict: 'refuse',
      limit: 'open',
      found: 'maintenance "database move" (pagerduty.maintenance-windows)',
      freeAt: iso(20),
    });
  });

  it('a window covers its services and no others, while it lasts', async () => {
    await maintain(['PSVC002'], -10, 20);
    await maintain(['PSVC001'], 10, 20);
    await maintain(['PSVC001'], -20, -10);
    expect(guard(await facts('', { of: incident() }))).toMatchObject({ verdict: 'allow' });
    expect(guard(await facts('', { of: incident({ service: { id: 'PSVC002', name: 'checkout' } }) }))).toMatchObject({
      verdict: 'refuse',
    });
  });

  it('where PagerDuty cannot tell, nobody knows: refused', async () => {
    await sandbox.fault('GET /maintenance_windows', '503');
    expect(guard(await facts('', { of: incident() }))).toMatchObject({
      verdict: 'refuse',
      found: expect.stringMatching(/^not known: pagerduty\.maintenance-windows, /),
    });
  });

  it('of incidents from elsewhere they are asked only where the policy says of which service', async () => {
    await maintain(['PSVC001'], -10, 20);
    expect((await facts('')).words).toEqual([]);
    const named = 'calendars:\n  - { use: pagerduty.maintenance-windows, with: { service: PSVC001 } }';
    expect(guard(await facts(named))).toMatchObject({ verdict: 'refuse' });
  });

  it('an integration that is not connected is not asked unless the policy names it', async () => {
    const settings = { PAGERDUTY_API_TOKEN: '', PAGERDUTY_FROM: '' };
    expect(await facts('', { of: incident(), settings })).toEqual({ words: [], unknown: [] });
    expect(
      (await facts('calendars:\n  - { use: pagerduty.maintenance-windows }', { of: incident(), settings })).unknown,
    ).toHaveLength(1);
  });
});
