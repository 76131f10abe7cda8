import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentRef } from '../../../domain/incident.js';
import type { CallWith } from '../../contract/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import type { ServiceNowClient } from '../client.js';
import { serviceNowSource as source } from '../sources/servicenow.js';
import { connected, control, type Loose } from '../testkit/given.js';
import { serviceNowChannel as channel } from './servicenow.js';

let sandbox: TestSandbox;
let call: CallWith<ServiceNowClient>;
let ref: IncidentRef;
let number = '';
const ask = control(() => sandbox.address);
const seen = (): Promise<Loose> => ask('GET', `servicenow/tickets/${number}`);
const edited = (fields: Loose): Promise<Loose> => ask('POST', `servicenow/tickets/${number}`, fields);
const behave = (change: Loose): Promise<Loose> => ask('POST', 'servicenow/behaviour', change);
const writes = async (): Promise<string[]> => (await sandbox.effects()).map(({ outcome }) => outcome);
const read = async () => source.normalise(await source.read(call, ref), ref, 'signed', []);
const escalate = async (): Promise<void> => channel.escalate?.(call, (await read()).incident);
const note = (text: string, phase = 'report'): Promise<void> =>
  channel.note(call, { ref, marker: `opssentinel servicenow:1 ${phase}`, text });

beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(async () => {
  await sandbox.reset();
  call = { ...connected(sandbox), incident: 'servicenow:1' };
  const ticket = await ask('POST', 'servicenow/tickets', {
    short_description: 'Checkout is slow',
    business_service: 'checkout',
    cmdb_ci: 'checkout-web',
    assignment_group: 'Web operations',
    category: 'Software',
    urgency: '3',
  });
  number = ticket.number;
  ref = { source: 'servicenow', externalId: ticket.sys_id, generation: '0' };
});
afterAll(() => sandbox.close());

it('serves tickets of ServiceNow, and pages nobody by itself', () => {
  expect(channel.serves(ref)).toBe(true);
  expect(channel.serves({ ...ref, source: 'pagerduty' })).toBe(false);
  expect(channel.page).toBeUndefined();
});

describe('notes', () => {
  it('the same twice is one entry; another text is another, for a journal cannot be edited', async () => {
    await note('Working.');
    await note('Working.');
    await note('Done.');
    await note('Done.');
    expect((await seen()).notes).toEqual([
      'Working.\n[opssentinel servicenow:1 report]',
      'Done.\n[opssentinel servicenow:1 report]',
    ]);
  });

  it('one whose answer was lost is found again', async () => {
    for (const kind of ['execute-then-reset', 'execute-then-500', 'half-body'] as const) {
      await sandbox.fault('PATCH incident/{sys_id}', kind);
      await expect(note(kind, kind)).rejects.toMatchObject({ fault: 'ambiguous' });
      await note(kind, kind);
    }
    expect((await seen()).notes).toHaveLength(3);
  });

  it('what is closed is read-only, and left alone', async () => {
    await edited({ state: '7', close_code: 'User error', close_notes: 'x' });
    await note('Done.');
    expect(await writes()).toEqual([]);
  });
});

describe('resolving', () => {
  it('resolves what is open, once', async () => {
    expect(await channel.resolve?.(call, ref)).toBe('resolved');
    expect(await channel.resolve?.(call, ref)).toBe('was resolved');
    expect(await seen()).toMatchObject({ state: '6', close_code: 'Solution provided' });
    expect(await writes()).toEqual(['state 1 → 6']);
  });

  it('one whose answer was lost was resolved', async () => {
    await sandbox.fault('PATCH incident/{sys_id}', 'execute-then-reset');
    await expect(channel.resolve?.(call, ref)).rejects.toMatchObject({ fault: 'ambiguous' });
    expect(await channel.resolve?.(call, ref)).toBe('was resolved');
  });

  it('with sync on, this side is written to, and PagerDuty’s follows', async () => {
    await behave({ pagerDuty: 'sync' });
    await sandbox.alarm('ec2-cpu-high', 'ALARM');
    const [{ id }] = (await ask('GET', 'pagerduty/incidents')).incidents;
    await edited({ x_pd_integration_incident: id });
    await channel.resolve?.(call, ref);
    const status = async (): Promise<string> => (await ask('GET', `pagerduty/incidents/${id}`)).status;
    while ((await status()) !== 'resolved') await call.sleep(10);
    expect(await writes()).toEqual(['state 1 → 6']);
  });
});

describe('handing over to people', () => {
  it('makes it new and urgent, says so on it, and says that nobody was woken: another channel pages', async () => {
    await edited({ state: '2', assigned_to: 'opssentinel' });
    const first = escalate();
    await expect(first).rejects.toMatchObject({ fault: 'conflict', message: expect.stringContaining('wakes nobody') });
    await expect(escalate()).rejects.toMatchObject({ fault: 'conflict' });
    const { state, urgency, impact, assigned_to: assigned, notes } = await seen();
    expect([state, urgency, impact, assigned]).toEqual(['1', '1', '2', '']);
    expect(notes).toEqual([expect.stringContaining('YOU ARE NEEDED')]);
    expect(await writes()).toEqual(['state 2 → 1, work note']);
  });

  it('takes it from nobody: what a person works on, or what is over, is left alone', async () => {
    await edited({ state: '2', assigned_to: 'agent.one' });
    await escalate();
    await edited({ state: '6', close_code: 'User error', close_notes: 'x' });
    await escalate();
    expect(await writes()).toEqual([]);
  });

  it('a person’s ticket that nobody has begun is raised, and stays theirs', async () => {
    const { assigned_to: assigned } = await edited({ assigned_to: 'agent.one' });
    await expect(escalate()).rejects.toMatchObject({ fault: 'conflict' });
    expect(await seen()).toMatchObject({ state: '1', urgency: '1', assigned_to: assigned });
  });
});

describe('reading', () => {
  it('brings service, group and labels with their names', async () => {
    const { incident, alert } = await read();
    expect(incident).toMatchObject({
      id: number,
      status: 'triggered',
      urgency: 'low',
      service: { name: 'checkout' },
      url: `${sandbox.address}/servicenow/nav_to.do?uri=incident.do%3Fsys_id%3D${ref.externalId}`,
      heldBy: [],
    });
    expect(alert.labels).toEqual({ cmdb_ci: 'checkout-web', category: 'Software' });
  });

  it('is held by a person, by user name and with an address; never by ourselves', async () => {
    await edited({ assigned_to: 'agent.one' });
    expect((await read()).incident).toMatchObject({
      status: 'acknowledged',
      heldBy: [{ id: 'agent.one', name: 'Agent One', email: 'agent.one@sandbox' }],
    });
    await edited({ assigned_to: 'opssentinel' });
    expect((await read()).incident).toMatchObject({ status: 'triggered', heldBy: [] });
  });

  it('what is not there, or may not be read, is absent', async () => {
    await behave({ hidden: [number] });
    await expect(read()).rejects.toMatchObject({ fault: 'absent' });
  });
});
