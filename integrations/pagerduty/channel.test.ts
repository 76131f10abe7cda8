import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentRef } from '../../domain/incident.js';
import { type Sandbox, start } from '../../sandbox/start.js';
import type { CallWith } from '../contract/call.js';
import { pagerDutyChannel as channel } from './channels/pagerduty.js';
import { connectPagerDuty, type PagerDutyClient } from './client.js';
import { pagerDutyConfig } from './config.js';
import { pagerDutySource as source } from './sources/pagerduty.js';
import { call, type Loose } from './testkit/given.js';

let sandbox: Sandbox;
let with_: CallWith<PagerDutyClient>;
let ref: IncidentRef;

const client = (change: Record<string, string> = {}, deadlineMs?: number): CallWith<PagerDutyClient> => {
  const env = {
    PAGERDUTY_API_TOKEN: 'u+token',
    PAGERDUTY_FROM: 'opssentinel@sandbox',
    PAGERDUTY_USER_ID: 'PSBXAGENT',
    PAGERDUTY_ROUTING_KEY: 'a'.repeat(32),
    PAGERDUTY_API_URL: `${sandbox.address}/pagerduty`,
    PAGERDUTY_EVENTS_URL: `${sandbox.address}/pagerduty/`,
    ...change,
  };
  const config = pagerDutyConfig.parse(env);
  if (!config) throw new Error('not connected');
  return { ...call(), client: connectPagerDuty(config, deadlineMs) };
};

beforeAll(async () => {
  sandbox = await start({ port: 0, webhookUrl: '', webhookSecret: 'secret', speed: 0.01 });
  with_ = client();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await control('POST', 'reset');
  await control('POST', 'alarms/ec2-cpu-high', { state: 'ALARM' });
  ref = { source: 'pagerduty', externalId: (await control('GET', 'pagerduty/incidents')).incidents[0].id, generation: '0' };
});

async function control(method: string, path: string, body?: unknown): Promise<Loose> {
  const response = await fetch(`${sandbox.address}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}
const seen = (): Promise<Loose> => control('GET', `pagerduty/incidents/${ref.externalId}`);
const people = (deed: string, body: Loose = {}): Promise<Loose> =>
  control('POST', `pagerduty/incidents/${ref.externalId}/${deed}`, body);
const writes = async (): Promise<string[]> => (await control('GET', 'effects')).map((effect: Loose) => effect.operation);
const fault = (operation: string, kind: string): Promise<Loose> => control('POST', 'faults', { operation, kind });
const marker = 'opssentinel Q1 report';
const note = (text: string, phase = 'report'): Promise<void> =>
  channel.note(with_, { ref, marker: `opssentinel Q1 ${phase}`, text });
const read = async () => source.normalise(await source.read(with_, ref), ref, 'signed', []);

describe('M11: notes', () => {
  it('the same note twice is one note, and one write', async () => {
    await note('Restarted.');
    await note('Restarted.');
    expect((await seen()).notes).toMatchObject([{ content: `Restarted.\n[${marker}]` }]);
    expect(await writes()).toEqual(['POST /incidents/{id}/notes']);
  });

  it('another text of the same phase edits the note; another phase has its own', async () => {
    await note('Working.');
    await note('Done.');
    await note('Approval wanted.', 'approval');
    expect((await seen()).notes.map((one: Loose) => one.content)).toEqual([
      `Done.\n[${marker}]`,
      'Approval wanted.\n[opssentinel Q1 approval]',
    ]);
    expect(await writes()).toEqual([
      'POST /incidents/{id}/notes',
      'PUT /incidents/{id}/notes/{note_id}',
      'POST /incidents/{id}/notes',
    ]);
  });

  it('a marker that stands in the text is not added again', async () => {
    await note(`Done.   [${marker}]`);
    expect((await seen()).notes[0].content).toBe(`Done.   [${marker}]`);
  });

  it('a note whose answer was lost is found again', async () => {
    for (const kind of ['execute-then-reset', 'execute-then-500', 'half-body']) {
      await fault('POST /incidents/{id}/notes', kind);
      await expect(note(kind, kind)).rejects.toMatchObject({ vendor: 'pagerduty', fault: 'ambiguous' });
      await note(kind, kind);
    }
    expect((await seen()).notes.length).toBe(3);
  });

  it('an incident takes 2,000 notes: our own is edited all the same, and the next one is refused in plain words', async () => {
    await note('Working.');
    await people('note', { times: 1999 });
    await note('Done.');
    expect((await seen()).notes[0].content).toContain('Done.');
    await expect(note('One more.', 'approval')).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('2000'),
    });
  });

  it('never edits what a person wrote, even where it quotes our marker', async () => {
    await people('note', { content: `I saw [${marker}]` });
    await note('Done.');
    expect((await seen()).notes.map((one: Loose) => one.content)).toEqual([`I saw [${marker}]`, `Done.\n[${marker}]`]);
  });
});

describe('M11: resolving', () => {
  it('resolves what is open, and never touches what is resolved', async () => {
    expect(await channel.resolve?.(with_, ref)).toBe('resolved');
    expect(await channel.resolve?.(with_, ref)).toBe('was resolved');
    expect((await seen()).status).toBe('resolved');
    // Not even tried again: PagerDuty does not say what it answers to that.
    expect((await control('GET', 'calls')).map((one: Loose) => one.operation)).toEqual([
      'GET /incidents/{id}',
      'PUT /incidents/{id}',
      'GET /incidents/{id}',
    ]);
  });

  it('takes code 1001 for done, where somebody resolved it between our read and our write', async () => {
    const { client: real } = with_;
    const racing: PagerDutyClient = {
      ...real,
      rest: async (given, asked) => {
        const answer = await real.rest(given, asked);
        if (asked.method === 'GET') await people('resolve');
        return answer;
      },
    };
    expect(await channel.resolve?.({ ...with_, client: racing }, ref)).toBe('was resolved');
    expect((await seen()).status).toBe('resolved');
  });

  it('the simulator has the trap: setting acknowledged on a resolved incident re-opens it', async () => {
    await channel.resolve?.(with_, ref);
    await fetch(`${sandbox.address}/pagerduty/incidents/${ref.externalId}`, {
      method: 'PUT',
      headers: { authorization: 'Token token=t', from: 'opssentinel@sandbox' },
      body: '{"incident":{"type":"incident_reference","status":"acknowledged"}}',
    });
    expect((await seen()).status).toBe('triggered');
  });
});

describe('handing over to people', () => {
  const escalate = async (): Promise<void> => channel.escalate?.(with_, (await read()).incident);

  it('escalates past the silent agent once, however often it is asked', async () => {
    await escalate();
    await escalate();
    expect(await seen()).toMatchObject({ level: 2, assignees: ['PSBXUSR2'], woken: [{ user: 'PSBXUSR2' }] });
    expect(await writes()).toEqual(['PUT /incidents/{id}']);
  });

  it('wakes nobody else when its answer was lost', async () => {
    await fault('PUT /incidents/{id}', 'execute-then-reset');
    await expect(escalate()).rejects.toMatchObject({ fault: 'ambiguous' });
    await escalate();
    expect((await seen()).woken.length).toBe(1);
  });

  it('a first level that cannot be told from a person is not taken for one: people are asked', async () => {
    const unaware = client({ PAGERDUTY_USER_ID: '', PAGERDUTY_FROM: 'operator@sandbox' });
    await channel.escalate?.(unaware, (await read()).incident);
    expect((await seen()).assignees).toEqual(['PSBXUSR2']);
  });

  it('leaves alone what a person has, and what is resolved', async () => {
    await people('acknowledge');
    await escalate();
    await people('reassign', { to: 'PSBXUSR3' });
    await escalate();
    await people('resolve');
    await escalate();
    expect(await writes()).toEqual([]);
  });

  it("says who is on call at the incident's level or above, never the silent agent", async () => {
    const onCall = async () =>
      ((await source.onCall?.(with_, (await read()).incident)) ?? []).map(({ id, email }) => `${id} ${email}`);
    expect(await onCall()).toEqual(['PSBXUSR2 approver@sandbox', 'PSBXUSR3 operator@sandbox']);
    with_ = client({ PAGERDUTY_USER_ID: '' });
    expect(await onCall()).toEqual(['PSBXUSR2 approver@sandbox', 'PSBXUSR3 operator@sandbox']);
    with_ = client();
    await escalate();
    await control('POST', `pagerduty/incidents/${ref.externalId}/reassign`, { to: 'PSBXUSR3' });
    expect(await onCall()).toEqual(['PSBXUSR3 operator@sandbox']);
  });

  it('M11: pages by the Events API, once per key', async () => {
    const page = { dedupKey: 'opssentinel/Q1/verify', summary: 'x'.repeat(2000), details: { run: 'pagerduty:Q1' } };
    await channel.page?.(with_, page);
    await channel.page?.(with_, page);
    expect((await control('GET', 'pagerduty/pages')).pages).toMatchObject([
      { dedupKey: 'opssentinel/Q1/verify', times: 2, details: { run: 'pagerduty:Q1' } },
    ]);
    await expect(channel.page?.(client({ PAGERDUTY_ROUTING_KEY: '' }), page)).rejects.toThrow('PAGERDUTY_ROUTING_KEY');
  });
});

describe('reading', () => {
  it('brings incident and alert, whatever form the details have', async () => {
    for (const details of ['object', 'string', 'doubly-encoded']) {
      await control('POST', 'pagerduty/deliveries', { details });
      expect(await read()).toMatchObject({
        incident: { id: ref.externalId, status: 'triggered', service: { id: 'PSVC001', name: 'web staging' }, heldBy: [] },
        alert: { labels: { AlarmName: 'ec2-cpu-high', source_component: 'i-0aa11bb22cc33dd44' } },
      });
    }
  });

  it('waits a moment for alerts that PagerDuty shows later than the incident', async () => {
    await control('POST', 'pagerduty/deliveries', { alertLagMs: 30_000 });
    const slow = { ...with_, sleep: async () => void (await control('POST', 'pagerduty/deliveries', { alertLagMs: 0 })) };
    expect((await source.read(slow, ref)).alerts.length).toBe(1);
    await control('POST', 'pagerduty/deliveries', { alertLagMs: 30_000 });
    expect((await source.read(with_, ref)).alerts).toEqual([]);
  });

  it('is held by people who acknowledged, never by ourselves', async () => {
    await people('acknowledge', { by: 'PSBXAGENT' });
    expect((await read()).incident).toMatchObject({ status: 'acknowledged', heldBy: [] });
    await people('acknowledge');
    expect((await read()).incident.heldBy).toEqual([{ id: 'PSBXUSR2', name: 'On call, level 2' }]);
  });

  it('row 3: two alarms under one dedup key make one incident', async () => {
    await control('POST', 'alarms/ec2-cpu-high', { state: 'ALARM' });
    expect((await control('GET', 'pagerduty/incidents')).incidents.length).toBe(1);
  });
});

describe('a deadline over the whole request', () => {
  it.each([
    ['execute-then-timeout', 'unavailable'],
    ['slow-body', 'unavailable'],
  ])('%s on a read is %s', async (kind, expected) => {
    await fault('GET /incidents/{id}', kind);
    await expect(source.read(client({}, 150), ref)).rejects.toMatchObject({ fault: expected });
  });

  it('on a write it is ambiguous: it may have been done', async () => {
    await fault('PUT /incidents/{id}', 'execute-then-timeout');
    await expect(channel.resolve?.(client({}, 150), ref)).rejects.toMatchObject({ fault: 'ambiguous' });
    expect(await channel.resolve?.(with_, ref)).toBe('was resolved');
  });

  it('ends with the call that it belongs to', async () => {
    const cancelled = AbortSignal.timeout(50);
    await fault('GET /incidents/{id}', 'execute-then-timeout');
    await expect(source.read({ ...with_, signal: cancelled }, ref)).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

it('asks the simulator for nothing that it does not know', async () => {
  await note('x');
  expect(await control('GET', 'unknown')).toEqual([]);
});
