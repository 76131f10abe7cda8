import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { temporalBinary } from '../../cli/local/temporal.js';
import { until } from '../run/server.js';
import { root } from '../support/root.js';
import { type E2e, openE2e } from './stage.js';

const run = promisify(execFile);

let e2e: E2e;
beforeAll(async () => {
  e2e = await openE2e();
}, 120_000);
afterAll(() => e2e.close(), 30_000);
afterEach(async () => {
  expect(await e2e.violations()).toEqual([]);
});

interface SandboxIncident {
  id: string;
  status: string;
  woken: unknown[];
  notes: { content: string }[];
}
const external = (incident: string) => incident.split(':')[1] ?? '';
const atPagerDuty = (incident: string) => e2e.control<SandboxIncident>('GET', `pagerduty/incidents/${external(incident)}`);
const ticketOf = async (incident: string) => {
  const { tickets } = await e2e.control<{ tickets: { correlation_id: string; state: string }[] }>('GET', 'servicenow/tickets');
  return tickets.find((one) => one.correlation_id === `opssentinel:${incident}`);
};
const effectsOf = async () => (await e2e.sandbox.effects()).length;

describe('an incident of PagerDuty, from webhook to verified result', () => {
  it('M1, M13, rows 2, 3, 39, 40, 43, 50: one run and one effect, whatever is delivered; a note; our own words start nothing', async () => {
    const incident = await e2e.raise('ec2-cpu-high');
    const { statuses } = await e2e.control<{ statuses: number[] }>('POST', 'pagerduty/resend', {
      incident: external(incident),
      times: 20,
      newWebhookId: true,
    });
    expect(statuses).toHaveLength(20);
    expect(statuses.every((status) => status >= 200 && status < 300)).toBe(true);
    expect(await e2e.ended(incident)).toBe('remediated');
    expect(await effectsOf()).toBe(1);
    const told = await atPagerDuty(incident);
    expect(told.status).toBe('resolved');
    expect(told.notes).toHaveLength(1);
    expect(told.notes[0]?.content).toMatch(/^OpsSentinel: nothing for you to do[.]/);
    await until(async () => (await ticketOf(incident))?.state === '6', 'its ticket was not resolved, as its rule says', 20_000);
    // The note and the resolve have come back as webhooks by now, after the run has closed.
    await e2e.control('POST', 'pagerduty/resend', { incident: external(incident), times: 3 });
    expect(await e2e.runs()).toBe(1);
    expect(await effectsOf()).toBe(1);
  });

  it('row 20, N5: the cooldown holds, and a new worker changes nothing', async () => {
    await e2e.stack.killWorker();
    await e2e.stack.startWorker();
    const before = await effectsOf();
    const incident = await e2e.raise('ec2-cpu-high');
    expect(await e2e.ended(incident)).toBe('escalated');
    expect(await effectsOf()).toBe(before);
    const guards = await e2e.line(incident, ({ phase, state }) => phase === 'guards' && state === 'refused', 'nobody refused');
    expect(guards.says).toMatch(/^REFUSED by cooldown: acted .* ago [(]Q0SBX\d+[)], free /);
    const told = await atPagerDuty(incident);
    expect(told.woken.length).toBeGreaterThan(0);
    expect(told.notes[0]?.content).toMatch(/^OpsSentinel: YOU ARE NEEDED[.]/);
    await e2e.sandbox.clear('ec2-cpu-high');
  });

  it('row 45: a step that does not help is followed by the next', async () => {
    const before = await effectsOf();
    const incident = await e2e.raise('ec2-memory-high');
    expect(await e2e.ended(incident)).toBe('remediated');
    expect(await effectsOf()).toBe(before + 2);
  });

  it('rows 31, 34, 35: nothing runs before somebody on call approves exactly this plan; a worker may die meanwhile', async () => {
    const before = await effectsOf();
    const incident = await e2e.raise('ec2-cpu-high-prod');
    const asked = await e2e.line(incident, ({ phase, state }) => phase === 'approval' && state === 'waiting', 'nobody was asked');
    const planHash = String(asked.data?.['planHash']);
    await e2e.stack.killWorker();
    await e2e.stack.startWorker();
    await expect(e2e.api.approver.approve(incident, { planHash: '0123456789abcdef' })).rejects.toThrow(/another plan/);
    await expect(e2e.api.admin.approve(incident, { planHash })).rejects.toThrow(/not on call/);
    await expect(e2e.api.viewer.approve(incident, { planHash })).rejects.toThrow();
    expect(await effectsOf()).toBe(before);
    expect(await e2e.api.approver.approve(incident, { planHash })).toMatchObject({ accepted: true });
    expect(await e2e.ended(incident)).toBe('remediated');
    expect(await effectsOf()).toBe(before + 1);
    const { notes } = await atPagerDuty(incident);
    expect(notes).toHaveLength(2);
    expect(notes.some(({ content }) => content.startsWith('OpsSentinel: no word is wanted any more. It was approved by'))).toBe(
      true,
    );
  });

  it('rows 14, 48: one query tells event, rule, decision and result', async () => {
    const [row] = await e2e.api.viewer.incidents();
    const evidence = await e2e.api.viewer.evidence(row?.id ?? '');
    const text = JSON.stringify(evidence);
    for (const wanted of ['rule_hash', 'plan_hash', 'event_id', 'attempt_key', 'verified', row?.rule ?? 'no rule'])
      expect(text).toContain(wanted);
  });
});

describe('what must not act does not', () => {
  it('row 26: a stop is seen by everything that comes after it; lifting it frees the next', async () => {
    const before = await effectsOf();
    const hold = await e2e.api.operator.stop({ scope: 'rule:ec2-status-check-failed', reason: 'a test' });
    const held = await e2e.raise('ec2-status-check-failed');
    expect(await e2e.ended(held)).toBe('escalated');
    expect(await effectsOf()).toBe(before);
    await e2e.api.operator.resume(hold.id);
    await e2e.sandbox.clear('ec2-status-check-failed');
    const free = await e2e.raise('ec2-status-check-failed');
    expect(await e2e.ended(free)).toBe('remediated');
  });

  it('row 1: a wrong signature is refused, and nothing starts', async () => {
    const runs = await e2e.runs();
    const body = JSON.stringify({ event: { id: 'x', event_type: 'incident.triggered' } });
    for (const signature of ['', 'v1=', `v1=${'0'.repeat(64)}`, `v2=${'0'.repeat(64)}`]) {
      const headers = { 'content-type': 'application/json', 'x-pagerduty-signature': signature };
      const { status } = await fetch(`${e2e.stack.file.api}/pagerduty/autonomous/action`, { method: 'POST', body, headers });
      expect(status).toBe(401);
    }
    expect(await e2e.runs()).toBe(runs);
  });
});

describe('M16: approved from Temporal', () => {
  it('`temporal workflow signal --name approve` lets a waiting run go on', async () => {
    const fresh = await openE2e();
    try {
      const incident = await fresh.raise('ec2-cpu-high-prod');
      const asked = await fresh.line(
        incident,
        ({ phase, state }) => phase === 'approval' && state === 'waiting',
        'nobody was asked',
      );
      const { path } = await temporalBinary({ cacheDir: `${root}/.cache`, tell: () => undefined });
      const input = JSON.stringify({ by: 'ada', planHash: String(asked.data?.['planHash']).slice(0, 8) });
      const where = ['--address', fresh.stack.file.temporal, '--namespace', fresh.stack.settings.temporal.namespace];
      await run(path, ['workflow', 'signal', '-w', `incident:${incident}`, '--name', 'approve', '--input', input, ...where]);
      expect(await fresh.ended(incident)).toBe('remediated');
      const word = await fresh.line(incident, ({ phase, state }) => phase === 'approval' && state === 'ok', 'nobody approved');
      expect(word.says).toMatch(/identity not checked/);
      expect(await fresh.violations()).toEqual([]);
    } finally {
      await fresh.close();
    }
  }, 120_000);
});
