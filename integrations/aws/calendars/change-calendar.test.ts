import { describe, expect, it } from '@jest/globals';
import type { CalendarSubject } from '../../contract/calendar.js';
import type { Call } from '../../contract/call.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import type { AwsClient } from '../client.js';
import { connectSandbox } from '../testkit/samples.js';
import { changeCalendar } from './change-calendar.js';

const sandbox = shared(startTestSandbox);

const noon = '2026-12-18T12:00:00.000Z';
const read = (calendars: string[], at = noon, over: Partial<Call> = {}) =>
  changeCalendar.read(testCall(connectSandbox(sandbox.address), over), changeCalendar.params.parse({ calendars }), {
    at,
  } as CalendarSubject);
const calendar = (more: object): Promise<void> => sandbox.tell('aws', 'calendars', more);
const closedFor = (name: string, from: string, to: string) =>
  calendar({ name, events: [{ from: `2026-12-${from}Z`, to: `2026-12-${to}Z` }] });

describe('row 17: aws.ssm.change-calendar', () => {
  it('is open where no event is on', async () => {
    expect(await read(['prod-changes'])).toEqual({ closed: false, says: 'change calendar prod-changes is open' });
  });

  it('is closed while one is on, says which calendar and until when, and is open again at its end', async () => {
    await closedFor('prod-changes', '18T08:00:00', '18T18:00:00');
    expect(await read(['prod-changes'])).toEqual({
      closed: true,
      says: 'change calendar prod-changes is closed',
      until: '2026-12-18T18:00:00.000Z',
    });
    expect((await read(['prod-changes'], '2026-12-18T07:59:59.999Z')).closed).toBe(false);
    expect((await read(['prod-changes'], '2026-12-18T08:00:00.000Z')).closed).toBe(true);
    expect((await read(['prod-changes'], '2026-12-18T18:00:00.000Z')).closed).toBe(false);
  });

  it('one that is closed by default is open only while an event is on, and its end need not be known', async () => {
    await calendar({ name: 'windows', byDefault: 'CLOSED', events: [] });
    expect(await read(['windows'])).toEqual({ closed: true, says: 'change calendar windows is closed' });
    await calendar({
      name: 'windows',
      byDefault: 'CLOSED',
      events: [{ from: '2026-12-19T00:00:00Z', to: '2026-12-19T06:00:00Z' }],
    });
    expect(await read(['windows'])).toMatchObject({ closed: true, until: '2026-12-19T00:00:00.000Z' });
    expect(await read(['windows'], '2026-12-19T01:00:00.000Z')).toMatchObject({ closed: false });
  });

  it('of several, each that is closed is said, and the end of the last; one whose end is not known outlasts them', async () => {
    await closedFor('sales', '18T08:00:00', '18T18:00:00');
    await closedFor('audit', '18T10:00:00', '19T00:00:00');
    expect(await read(['prod-changes', 'sales', 'audit'])).toEqual({
      closed: true,
      says: 'change calendar sales, audit is closed',
      until: '2026-12-19T00:00:00.000Z',
    });
    await calendar({ name: 'forever', byDefault: 'CLOSED' });
    expect(await read(['sales', 'forever'])).not.toHaveProperty('until');
  });

  it('a name is asked for where the target is, an ARN in its own region and account', async () => {
    await closedFor('sales', '18T08:00:00', '18T18:00:00');
    const elsewhere = { place: { account: '444455556666', region: 'us-east-1' } };
    await expect(read(['sales'], noon, elsewhere)).rejects.toMatchObject({ fault: 'absent' });
    const arn = 'arn:aws:ssm:eu-west-1:111122223333:document/sales';
    expect(await read([arn], noon, elsewhere)).toMatchObject({ closed: true, says: 'change calendar sales is closed' });
    const asked = (await sandbox.ask('aws/trail')).events.at(-1) as { account: string; region: string };
    expect(asked).toMatchObject({ account: '444455556666', region: 'eu-west-1' });
  });

  it('reads with the role that reads', async () => {
    const place = { account: '111122223333', region: 'eu-west-1', role: 'OpsSentinelRead' };
    expect((await read(['prod-changes'], noon, { place })).closed).toBe(false);
    const { events } = await sandbox.ask('aws/trail');
    expect(events.at(-1)).toMatchObject({ operation: 'ssm:GetCalendarState', role: 'OpsSentinelRead' });
  });
});

describe('not knowing is not open', () => {
  it.each([
    ['a calendar that is not there', 'sales', 'absent'],
    ['a document that is none', 'OpsSentinel-RestartInstance', 'refused'],
  ])('%s', async (_what, name, fault) => {
    await expect(read(['prod-changes', name])).rejects.toMatchObject({ name: 'VendorError', fault });
  });

  it('an answer without a state, or with one that nobody knows', async () => {
    const answering = (State: string | undefined) =>
      ({ ssm: { getCalendarState: async () => ({ State }) } }) as unknown as AwsClient;
    for (const state of [undefined, 'MAYBE'])
      await expect(
        changeCalendar.read(testCall(answering(state)), { calendars: ['prod-changes'] }, { at: noon } as CalendarSubject),
      ).rejects.toMatchObject({ name: 'VendorError', fault: 'unavailable' });
  });

  it('an end that has passed is none of what is closed now', async () => {
    const ssm = { getCalendarState: async () => ({ State: 'CLOSED', NextTransitionTime: '2026-12-18T11:00:00Z' }) };
    const client = { ssm } as unknown as AwsClient;
    expect(await changeCalendar.read(testCall(client), { calendars: ['prod-changes'] }, { at: noon } as CalendarSubject)).toEqual(
      { closed: true, says: 'change calendar prod-changes is closed' },
    );
  });
});

it('takes names and ARNs of calendars, at least one', () => {
  const takes = (calendars: unknown): boolean => changeCalendar.params.safeParse({ calendars }).success;
  expect(takes(['prod-changes', 'arn:aws-cn:ssm:cn-north-1:111122223333:document/x.y_z'])).toBe(true);
  for (const wrong of [
    [],
    'prod-changes',
    ['a b'],
    ['ab'],
    ['arn:aws:s3:::bucket'],
    ['x\n'],
    Array.from({ length: 11 }, () => 'abc'),
  ])
    expect(takes(wrong)).toBe(false);
});
