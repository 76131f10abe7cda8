import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Decision } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import type { FollowerDefinition, FollowerReads } from '../contract/follower.js';
import type { PagerDutyClient } from './client.js';
import { pagerDutyChangeEvents } from './followers/change-events.js';
import { pagerDutyPages } from './followers/pages.js';
import { pagerDutyStatusUpdates } from './followers/status-updates.js';
import type { Loose } from './testkit/given.js';
import { openStage, type Stage } from './testkit/stage.js';

let stage: Stage;
let id = '';
let seq = 0;
const on = { PAGERDUTY_STATUS_UPDATES: 'true', PAGERDUTY_CHANGE_ROUTING_KEY: 'c'.repeat(32) };

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.control('POST', 'reset');
  await stage.control('POST', 'alarms/ec2-cpu-high', { state: 'ALARM' });
  id = (await stage.control('GET', 'pagerduty/incidents')).incidents[0].id;
});

const line = (change: Partial<LedgerRecord>): LedgerRecord => ({
  seq: ++seq,
  at: '2026-11-22T03:13:44.123Z',
  incident: `pagerduty:${id}`,
  phase: 'execute',
  state: 'ok',
  says: 'Success, 3 of 3 steps',
  once: 'execute.k1.ended',
  prev: '0',
  hash: '1',
  ...change,
});
const started = (): LedgerRecord =>
  line({ state: 'info', once: 'execute.k1.started', data: { operation: 'aws.ssm.start-automation' }, says: 'started' });

function reads(change: { urgency?: string; waits?: boolean; timeline?: LedgerRecord[] } = {}): FollowerReads {
  const { urgency = 'high', waits = true, timeline = [] } = change;
  const decision = {
    concluded: 'act',
    incident: { ref: { source: 'pagerduty', externalId: id, generation: '0' }, urgency },
    plan: {
      rule: { name: 'ec2-cpu-high' },
      target: { id: 'arn:i-0aa11', name: 'i-0aa11' },
      steps: [{ action: 'aws.ssm.start-automation', waits }],
    },
  } as unknown as Decision;
  return {
    decision: async () => decision,
    timeline: async () => timeline,
    link: (incident) => `http://localhost:8080/i/${incident}`,
  };
}

/** As the follower's own loop does: only the lines that it wants. */
async function follow(
  follower: FollowerDefinition<PagerDutyClient>,
  lines: LedgerRecord[],
  env: Record<string, string> = on,
  read = reads(),
): Promise<void> {
  const wanted = lines.filter((one) => follower.wants?.(one) ?? true);
  if (wanted.length > 0) await follower.deliver(stage.client(env), wanted, read);
}
const changes = async (): Promise<Loose[]> => (await stage.control('GET', 'pagerduty/changes')).changes;

describe('change events', () => {
  it('tell what was done, where, and where to look', async () => {
    await follow(pagerDutyChangeEvents, [started(), line({})]);
    expect(await changes()).toMatchObject([
      {
        summary: 'OpsSentinel acted on i-0aa11: Success, 3 of 3 steps',
        source: 'opssentinel',
        timestamp: '2026-11-22T03:13:44.123Z',
        details: { incident: `pagerduty:${id}`, rule: 'ec2-cpu-high' },
        links: [{ href: `http://localhost:8080/i/pagerduty:${id}` }],
      },
    ]);
  });

  it('an undo is told; what failed or is unknown is not', async () => {
    await follow(pagerDutyChangeEvents, [line({ phase: 'undo' }), line({ state: 'failed' }), line({ state: 'unknown' })]);
    expect((await changes()).map(({ summary }) => summary)).toEqual(['OpsSentinel put back on i-0aa11: Success, 3 of 3 steps']);
  });

  it('an action that has no end to wait for is told when it began', async () => {
    await follow(pagerDutyChangeEvents, [started()], on, reads({ waits: false }));
    expect(await changes()).toHaveLength(1);
  });

  it('lines that come again after a crash are not sent again', async () => {
    const lines = [line({}), line({})];
    await stage.control('POST', 'faults', { operation: 'POST /v2/change/enqueue', kind: 'execute-then-500', after: 1 });
    await expect(follow(pagerDutyChangeEvents, lines)).rejects.toMatchObject({ fault: 'ambiguous' });
    await follow(pagerDutyChangeEvents, lines);
    expect(await changes()).toHaveLength(2);
  });

  it('keep the limits of the Events API: 1,024 characters of summary, 512 KB in all', async () => {
    await follow(pagerDutyChangeEvents, [line({ says: 'ü'.repeat(5_000) })]);
    expect((await changes())[0].summary).toHaveLength(1024);
    const call = stage.client(on);
    const details = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`d${index}`, '😀'.repeat(5_000)]));
    let largest = 0;
    await call.client.change(call, { summary: 'x', at: '2026-11-22T03:13:44.123Z', details });
    for (const change of await changes()) largest = Math.max(largest, Buffer.byteLength(JSON.stringify(change)));
    expect(largest).toBeLessThan(512 * 1024);
  });

  it('are off without a key, and ask nothing of PagerDuty', async () => {
    const before = await stage.calls();
    await follow(pagerDutyChangeEvents, [line({})], {});
    expect(await stage.calls()).toEqual(before);
  });
});

describe('M11: status updates', () => {
  const updates = async (): Promise<string[]> => (await stage.control('GET', `pagerduty/incidents/${id}`)).statusUpdates;

  it('one per incident, however many steps and however often the lines come', async () => {
    await follow(pagerDutyStatusUpdates, [started(), started()]);
    await follow(pagerDutyStatusUpdates, [started()]);
    expect(await updates()).toEqual([expect.stringContaining(`[opssentinel pagerduty:${id} status]`)]);
  });

  it('a lost answer is found again', async () => {
    await stage.control('POST', 'faults', { operation: 'POST /incidents/{id}/status_updates', kind: 'execute-then-reset' });
    await expect(follow(pagerDutyStatusUpdates, [started()])).rejects.toMatchObject({ fault: 'ambiguous' });
    await follow(pagerDutyStatusUpdates, [started()]);
    expect(await updates()).toHaveLength(1);
  });

  it.each([
    ['unless PAGERDUTY_STATUS_UPDATES is true', {}, reads()],
    ['for low urgency', on, reads({ urgency: 'low' })],
  ])('none %s', async (_when, env, read) => {
    await follow(pagerDutyStatusUpdates, [started()], env, read);
    expect(await updates()).toEqual([]);
  });
});

describe('our own page', () => {
  const outcome = (kind: string): LedgerRecord => line({ phase: 'outcome', once: 'outcome', data: { kind, effects: 1 } });
  const woken = (says: string): LedgerRecord => line({ phase: 'approval', state: 'info', once: 'woken.approval', says });
  const page = async (): Promise<Loose> => {
    const call = stage.client();
    await call.client.enqueue(call, { action: 'trigger', dedupKey: `opssentinel/pagerduty:${id}`, summary: 'x', details: {} });
  };
  const pages = async (): Promise<string[]> =>
    (await stage.control('GET', 'pagerduty/pages')).pages.map(({ action }: Loose) => action);

  it('is resolved, by its key, when the incident was remediated after all', async () => {
    await page();
    await follow(
      pagerDutyPages,
      [outcome('remediated')],
      {},
      reads({ timeline: [woken('paged by pagerduty, because escalating failed')] }),
    );
    expect(await pages()).toEqual(['resolve']);
  });

  it('stays while people are still needed', async () => {
    await page();
    const timeline = [woken('paged by pagerduty, because escalating failed')];
    await follow(pagerDutyPages, [outcome('escalated')], {}, reads({ timeline }));
    expect(await pages()).toEqual(['trigger']);
  });

  it('nothing is sent where nobody was paged, or without a routing key', async () => {
    await follow(pagerDutyPages, [outcome('remediated')], {}, reads({ timeline: [woken('escalated to the people on call')] }));
    const paged = reads({ timeline: [woken('paged by pagerduty, because escalating failed')] });
    await follow(pagerDutyPages, [outcome('remediated')], { PAGERDUTY_ROUTING_KEY: '' }, paged);
    expect((await stage.effects()).map(({ operation }) => operation)).toEqual([]);
  });
});
