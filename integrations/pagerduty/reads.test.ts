import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Incident } from '../../domain/incident.js';
import { pagerDutySource as source } from './sources/pagerduty.js';
import type { Loose } from './testkit/given.js';
import { openStage, type Stage } from './testkit/stage.js';

let stage: Stage;
const longAgo = '2020-01-01T00:00:00.000Z';

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.control('POST', 'reset'));

const alarm = (name: string): Promise<Loose> => stage.control('POST', `alarms/${name}`, { state: 'ALARM' });
const open = async (): Promise<Loose[]> => (await stage.control('GET', 'pagerduty/incidents')).incidents;
const poll = async (since = longAgo) => (await source.poll?.(stage.client(), since)) ?? [];

describe('polling, for whoever cannot be reached by webhooks', () => {
  it('finds what is open and nobody has, oldest first, as deliveries by our own token', async () => {
    for (const name of ['ec2-cpu-high', 'disk-usage-high', 'service-overload']) await alarm(name);
    const [first, held] = await open();
    await stage.control('POST', `pagerduty/incidents/${held.id}/acknowledge`, {});
    expect(await poll()).toMatchObject([
      {
        eventId: `poll:${first.id}:${new Date(first.createdAt).toISOString()}`,
        kind: 'triggered',
        ref: { source: 'pagerduty', externalId: first.id, generation: '0' },
        actor: null,
        trust: 'token',
      },
      { kind: 'triggered' },
    ]);
  });

  it('row 2: says the same of the same incident every time, and holds no text of it', async () => {
    await alarm('ec2-cpu-high');
    const [one, again] = [await poll(), await poll()];
    expect(again.map(({ eventId }) => eventId)).toEqual(one.map(({ eventId }) => eventId));
    expect(JSON.stringify(one)).not.toContain('ALARM');
  });

  it('finds what was opened again since, whenever it was made; not what was opened before', async () => {
    await alarm('ec2-cpu-high');
    const [{ id }] = await open();
    // PagerDuty's times are whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const since = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
    expect(await poll(since)).toEqual([]);
    for (const deed of ['resolve', 'reopen']) await stage.control('POST', `pagerduty/incidents/${id}/${deed}`, {});
    const [{ reopenedAt }] = await open();
    const generation = String(Date.parse(reopenedAt) / 1000);
    expect(await poll(since)).toMatchObject([{ kind: 'reopened', ref: { externalId: id, generation } }]);
    expect(await poll(new Date(Date.now() + 60_000).toISOString())).toEqual([]);
  });

  it('leaves the last requests of the minute to notes, escalations and pages', async () => {
    await stage.control('POST', 'pagerduty/deliveries', { remaining: 20 });
    const slept: number[] = [];
    const call = { ...stage.client(), sleep: async (ms: number) => void slept.push(ms) };
    await source.poll?.(call, longAgo);
    // Before the first request nothing is known of the budget.
    expect(slept).toEqual([20_000]);
  });

  it('says how long to wait when it is throttled, and needs no right to write', async () => {
    await stage.control('POST', 'faults', { operation: 'GET /incidents', kind: '429' });
    await expect(poll()).rejects.toMatchObject({ fault: 'throttled', retryAfterMs: 1_000 });
    await alarm('ec2-cpu-high');
    await poll();
    expect((await stage.calls()).filter((operation) => !operation.startsWith('GET'))).toEqual([]);
  });
});

describe('who is on call for a team', () => {
  it('is everybody whom one of its policies has on call, without the silent agent', async () => {
    expect(await source.teamOnCall?.(stage.client(), 'PTEAM01')).toMatchObject([
      { id: 'PSBXUSR2', email: 'approver@sandbox' },
      { id: 'PSBXUSR3', email: 'operator@sandbox' },
    ]);
  });

  it('is nobody for a team without a policy: not the whole account', async () => {
    expect(await source.teamOnCall?.(stage.client(), 'PTEAM99')).toEqual([]);
    expect(await stage.calls()).toEqual(['GET /escalation_policies']);
  });
});

describe('deployments, from change events of the incident’s service', () => {
  const incident = { service: { id: 'PSVC001', name: 'web staging' } } as Incident;
  const deploys = (since: string) => source.deploys?.(stage.client(), incident, since);
  const change = (body: Loose): Promise<Loose> => stage.control('POST', 'pagerduty/changes', body);

  it('each began and ended when it was told, oldest first; other services and what was before are left out', async () => {
    await change({ service: 'PSVC001', summary: 'web 1.4.2', at: '2026-09-30T08:00:00Z' });
    await change({ service: 'PSVC001', summary: 'web 1.4.1', at: '2026-09-30T07:00:00Z' });
    await change({ service: 'PSVC001', summary: 'web 1.4.0', at: '2026-09-29T08:00:00Z' });
    await change({ service: 'PSVC002', summary: 'another', at: '2026-09-30T08:00:00Z' });
    expect(await deploys('2026-09-30T00:00:00.000Z')).toMatchObject([
      {
        service: 'web staging',
        says: 'web 1.4.1 (deploys)',
        startedAt: '2026-09-30T07:00:00.000Z',
        endedAt: '2026-09-30T07:00:00.000Z',
      },
      { says: 'web 1.4.2 (deploys)' },
    ]);
  });

  it('what we changed ourselves is no deployment, or we would hold ourselves up', async () => {
    const call = stage.client({ PAGERDUTY_CHANGE_ROUTING_KEY: 'c'.repeat(32) });
    await call.client.change(call, { summary: 'OpsSentinel acted', at: new Date().toISOString(), details: {} });
    expect((await stage.control('GET', 'pagerduty/changes')).changes).toHaveLength(1);
    expect(await deploys(longAgo)).toEqual([]);
  });
});

it('asks the simulator for nothing that it does not know', async () => {
  await poll();
  expect(await stage.control('GET', 'unknown')).toEqual([]);
});
