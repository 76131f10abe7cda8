import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../../domain/record.js';
import { until } from '../run/server.js';
import { sharedE2e } from './shared.js';
import { change, neverHelps, openToOthers } from './stage.js';

/** Fires while the automation runs, and tells nobody by itself. */
const errors = 'checkout-latency-p95-high';

// Slowly, so that what is meant to come in the middle of an effect does.
const e2e = sharedE2e((dir) => {
  openToOthers(dir);
  change(
    join(dir, 'ec2-status-check-failed.yaml'),
    'run: reboot-ec2-instance',
    'ladder:\n  - run: reboot-ec2-instance\n  - run: restart-ec2-instance',
  );
  const reboot = join(dir, 'runbooks/reboot-ec2-instance.yaml');
  change(reboot, 'undo: none', `undo: none\nstopOn: { check: aws.cloudwatch.alarm-ok, with: { alarm: ${errors} } }`);
  writeFileSync(join(dir, 'never-helps.yaml'), neverHelps(2));
}, 3);
afterEach(async () => {
  await e2e.sandbox.clear(errors);
  await e2e.sandbox.clear('ec2-status-check-failed');
});

const effects = () => e2e.sandbox.effects();
const timeline = (incident: string) => e2e.stack.ledger.timeline(incident);
const stops = async () =>
  (await e2e.control<{ operation: string }[]>('GET', 'calls')).filter(
    ({ operation }) => operation === 'ssm:StopAutomationExecution',
  ).length;
const begun = (incident: string) => e2e.line(incident, ({ once }) => once?.endsWith('.started') === true, 'it did not begin');
const endOf = (lines: readonly LedgerRecord[]) => lines.find(({ once }) => once?.endsWith('.ended'));
const asksFor = async (incident: string) => {
  const { data } = await e2e.line(incident, ({ phase }) => phase === 'outcome', 'it has no outcome');
  return data?.['ending'] as { kind: string; says: string; page: boolean };
};

describe('row 28: a running action is stopped when a named CloudWatch alarm fires', () => {
  it('the automation is stopped, its end is told, no further step is taken, and people have it', async () => {
    const [before, stopped] = [(await effects()).length, await stops()];
    const incident = await e2e.raise('ec2-status-check-failed');
    await begun(incident);
    await e2e.sandbox.raise(errors);
    expect(await e2e.ended(incident)).toBe('escalated');
    // SSM may not find at first what it has just begun: then it is asked again.
    expect(await stops()).toBeGreaterThan(stopped);
    expect((await effects()).slice(before).map(({ operation }) => operation)).toEqual(['ssm:StartAutomationExecution']);
    const lines = await timeline(incident);
    const line = lines.find(({ says }) => says.startsWith('stopped: '));
    expect(line?.says).toMatch(/^stopped: aws\.cloudwatch\.alarm-ok of checkout-latency-p95-high: alarm ALARM since /);
    expect(endOf(lines)).toMatchObject({ state: 'failed', says: expect.stringContaining('Cancelled') });
    expect(await asksFor(incident)).toMatchObject({
      page: true,
      says: expect.stringContaining('reboot-ec2-instance was stopped: aws.cloudwatch.alarm-ok of checkout-latency-p95-high'),
    });
  }, 90_000);
});

describe('row 42: cancelling a run in its effect', () => {
  it('stops what can be stopped, sees it to its end, verifies, and people have it; no further step', async () => {
    const [before, stopped] = [(await effects()).length, await stops()];
    const incident = await e2e.raise('ec2-status-check-failed');
    await begun(incident);
    await e2e.client.workflow.getHandle(`incident:${incident}`).cancel();
    expect(await e2e.ended(incident)).toBe('escalated');
    // SSM may not find at first what it has just begun: then it is asked again.
    expect(await stops()).toBeGreaterThan(stopped);
    expect((await effects()).length).toBe(before + 1);
    const lines = await timeline(incident);
    expect(endOf(lines)).toMatchObject({ state: 'failed', says: expect.stringContaining('Cancelled') });
    expect(lines.some(({ phase, state }) => phase === 'verify' && state === 'failed')).toBe(true);
    expect(await asksFor(incident)).toMatchObject({ page: true });
    await e2e.line(incident, ({ once }) => once === 'report', 'nobody was told');
  }, 90_000);

  it('what cannot be stopped is seen to its end, and what did not help is put back', async () => {
    const before = (await effects()).length;
    const known = await e2e.ids();
    await e2e.control('POST', 'grafana/alerts', { alerts: [{ labels: { alertname: 'Never helps', env: 'prod' } }] });
    const incident = await e2e.newest('grafana', known);
    await begun(incident);
    await e2e.client.workflow.getHandle(`incident:${incident}`).cancel();
    expect(await e2e.ended(incident)).toBe('escalated');
    const moves = (await effects()).slice(before).map(({ outcome }) => /(\d+) -> (\d+)/.exec(outcome)?.slice(1));
    expect(moves).toHaveLength(2);
    expect(moves[1]).toEqual([...(moves[0] ?? [])].reverse());
    expect((await timeline(incident)).some(({ phase, state }) => phase === 'undo' && state === 'ok')).toBe(true);
    expect(await asksFor(incident)).toMatchObject({ page: true });
  }, 90_000);
});

describe('row 46: a worker that dies in the second step of a ladder', () => {
  it('is followed by one that goes on with the second step; the first is never repeated', async () => {
    const before = (await effects()).length;
    const incident = await e2e.raise('disk-usage-high');
    const starts = async () => (await timeline(incident)).filter(({ once }) => once?.endsWith('.started'));
    await until(async () => (await starts()).length === 2, 'the second step did not begin', 45_000);
    const ends = (await timeline(incident)).filter(({ once }) => once?.endsWith('.ended')).length;
    await e2e.stack.killWorker();
    expect(ends).toBe(1);
    await e2e.stack.startWorker();
    expect(await e2e.ended(incident)).toBe('remediated');
    const done = (await effects()).slice(before);
    expect(done.map(({ operation }) => operation)).toEqual(['ssm:SendCommand', 'ssm:SendCommand']);
    expect(new Set(done.map(({ key }) => key)).size).toBe(2);
    expect(await starts()).toHaveLength(2);
    const lines = await timeline(incident);
    const [first, second] = await starts();
    const decided = lines.filter(({ phase }) => phase === 'plan').length;
    expect(decided).toBe(1);
    const verified = lines.filter(({ phase }) => phase === 'verify').map(({ data, state }) => [data?.['attemptKey'], state]);
    expect(verified).toEqual([
      [first?.data?.['attemptKey'], 'failed'],
      [second?.data?.['attemptKey'], 'ok'],
    ]);
  }, 120_000);
});
