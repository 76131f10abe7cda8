import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { examineReconciliation } from '../../cli/doctor/reconciliation.js';
import { reconcileId } from '../../workflows/ids.js';
import type { Reconciled } from '../../workflows/reconcile/reconcile.js';
import { until } from '../run/server.js';
import { sharedE2e } from './shared.js';

const e2e = sharedE2e();
beforeAll(async () => {
  // The worker makes it beside everything else.
  await until(() => newest().then(Boolean, () => false), 'there is no Schedule', 30_000);
  await rounds(1);
}, 60_000);
afterEach(async () => {
  await e2e.control('POST', 'pagerduty/deliveries', { lost: false });
  await e2e.control('POST', 'pagerduty/subscription/enable');
  await e2e.control('DELETE', 'faults');
});

interface AtPagerDuty {
  id: string;
  status: string;
  notes: unknown[];
}
const schedule = () => e2e.client.schedule.getHandle(reconcileId);
const newest = async () => (await schedule().describe()).info.recentActions.at(-1)?.action.workflow;
const effects = async () => (await e2e.sandbox.effects()).length;
const enabled = async () =>
  (await e2e.control<{ operation: string }[]>('GET', 'effects')).filter(({ operation }) => operation.endsWith('/enable')).length;

/** A round that begins after this, to its end. */
async function round(): Promise<Reconciled> {
  const before = (await newest())?.firstExecutionRunId;
  await until(async () => {
    if ((await newest())?.firstExecutionRunId !== before) return true;
    await schedule().trigger('SKIP');
    return false;
  }, 'no round began');
  const { workflowId = '', firstExecutionRunId } = (await newest()) ?? {};
  return (await e2e.client.workflow.getHandle(workflowId, firstExecutionRunId).result()) as Reconciled;
}

async function rounds(count: number): Promise<Reconciled[]> {
  const all: Reconciled[] = [];
  for (let one = 0; one < count; one += 1) all.push(await round());
  return all;
}

const begunIn = (all: readonly Reconciled[]) => all.flatMap(({ sources }) => sources).reduce((sum, { begun }) => sum + begun, 0);

/** Raises an alarm of which no webhook comes; gives PagerDuty's id of the incident. */
async function unheard(alarm: string): Promise<string> {
  await e2e.control('POST', 'pagerduty/deliveries', { lost: true });
  const ids = async () =>
    (await e2e.control<{ incidents: AtPagerDuty[] }>('GET', 'pagerduty/incidents')).incidents.map(({ id }) => id);
  const known = await ids();
  await e2e.sandbox.raise(alarm);
  let fresh: string | undefined;
  await until(async () => (fresh = (await ids()).find((id) => !known.includes(id))) !== undefined, 'no incident was opened');
  return fresh as string;
}

const scrape = async () => (await fetch(`http://127.0.0.1:${e2e.stack.settings.ports.workerMetrics}/metrics`)).text();
/** Sum of a metric's samples whose labels hold all of these. */
async function sum(metric: string, ...labels: string[]): Promise<number> {
  const lines = (await scrape())
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && labels.every((one) => line.includes(one)));
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

describe('an incident of which no webhook ever came', () => {
  it('row 4, N9, I3: is found and handled exactly once, whatever comes later and however often is looked', async () => {
    const id = await unheard('ec2-cpu-high');
    const incident = `pagerduty:${id}`;
    const before = await effects();
    const [found] = await rounds(1);
    expect(found?.sources).toMatchObject([{ source: 'pagerduty', begun: 1, missed: [{ incident }] }]);
    expect(await e2e.ended(incident)).toBe('remediated');
    const runs = await e2e.runs();
    expect(begunIn(await rounds(9))).toBe(0);
    const { statuses } = await e2e.control<{ statuses: number[] }>('POST', 'pagerduty/resend', { incident: id, times: 3 });
    expect(statuses.every((status) => status >= 200 && status < 300)).toBe(true);
    expect(begunIn(await rounds(1))).toBe(0);
    expect(await e2e.runs()).toBe(runs);
    expect(await effects()).toBe(before + 1);
    expect((await e2e.control<AtPagerDuty>('GET', `pagerduty/incidents/${id}`)).notes).toHaveLength(1);

    const told = await e2e.line(incident, ({ once }) => once === 'reconcile', 'the timeline does not say how it was found');
    expect(told.says).toMatch(/^no webhook came: found by reconciliation .* after it was opened$/);
    const events = JSON.stringify((await e2e.api.viewer.evidence(incident))['events']);
    expect(events).toContain(`reconcile:${id}:0`);
    expect(events).toContain('found by reconciliation');
  }, 120_000);

  it('row 4: a run that waits, as for an approval, is not begun again', async () => {
    const id = await unheard('ec2-cpu-high-prod');
    expect(begunIn(await rounds(1))).toBe(1);
    const planHash = await e2e.asked(`pagerduty:${id}`);
    expect(begunIn(await rounds(3))).toBe(0);
    await e2e.api.approver.reject(`pagerduty:${id}`, { planHash });
    expect(await e2e.ended(`pagerduty:${id}`)).toBe('escalated');
  }, 60_000);

  it('row 4: a stale one is recorded once; nobody is asked, woken or written to, and a webhook that comes even later changes nothing', async () => {
    const before = await effects();
    const id = await unheard('ec2-status-check-failed');
    await e2e.control('POST', `pagerduty/incidents/${id}/age`, { minutes: 95 });
    const [found] = await rounds(1);
    expect(found?.sources[0]).toMatchObject({ begun: 1 });
    expect(await e2e.ended(`pagerduty:${id}`)).toBe('ignored');
    const outcome = await e2e.line(`pagerduty:${id}`, ({ phase }) => phase === 'outcome', 'it did not end');
    expect(outcome.says).toMatch(/^ignored: found by reconciliation, too old to act on: 1 h 35 min$/);
    await e2e.control('POST', 'pagerduty/resend', { incident: id, times: 2 });
    await rounds(2);
    expect(await effects()).toBe(before);
    const { notes, woken } = await e2e.control<AtPagerDuty & { woken: unknown[] }>('GET', `pagerduty/incidents/${id}`);
    expect([notes, woken]).toEqual([[], []]);
    const phases = (await e2e.api.viewer.timeline(`pagerduty:${id}`)).map(({ phase }) => phase);
    expect(phases).toEqual(['webhook', 'alert', 'webhook', 'outcome']);
    await e2e.sandbox.clear('ec2-status-check-failed');
  }, 60_000);

  it('one that a human has acknowledged is recorded, never acted on', async () => {
    const before = await effects();
    const id = await unheard('ec2-status-check-failed');
    await e2e.control('POST', `pagerduty/incidents/${id}/acknowledge`, {});
    await rounds(1);
    expect(await e2e.ended(`pagerduty:${id}`)).toBe('ignored');
    const outcome = await e2e.line(`pagerduty:${id}`, ({ phase }) => phase === 'outcome', 'it did not end');
    expect(outcome.says).toContain('On call, level 2 has it');
    expect(await effects()).toBe(before);
    await e2e.sandbox.clear('ec2-status-check-failed');
  }, 60_000);

  it('one that is opened again is a life of its own, and is found as that', async () => {
    const id = await unheard('ec2-status-check-failed');
    await e2e.control('POST', `pagerduty/incidents/${id}/acknowledge`, {});
    await rounds(1);
    await e2e.ended(`pagerduty:${id}`);
    await e2e.control('POST', `pagerduty/incidents/${id}/resolve`, {});
    expect(begunIn(await rounds(1))).toBe(0);
    await e2e.control('POST', `pagerduty/incidents/${id}/reopen`, {});
    const [found] = await rounds(1);
    expect(found?.sources[0]?.missed.map(({ incident }) => incident)).toEqual([
      expect.stringMatching(`^pagerduty:${id}:r[0-9]+$`),
    ]);
    await e2e.ended(found?.sources[0]?.missed[0]?.incident ?? '');
    await e2e.sandbox.clear('ec2-status-check-failed');
  }, 60_000);

  it('row N9: what was missed is counted once each, with how late it was found', async () => {
    // The worker that counts follows the ledger.
    await until(async () => (await sum('opssentinel_reconcile_missed_total')) >= 6, 'not all are counted', 20_000);
    expect(await sum('opssentinel_reconcile_missed_total')).toBe(6);
    expect(await sum('opssentinel_reconcile_missed_total', 'late="true"')).toBe(1);
    expect(await sum('opssentinel_reconcile_gap_seconds_count', 'source="pagerduty"')).toBe(6);
    expect(await sum('opssentinel_reconcile_gap_seconds_sum', 'late="true"')).toBeGreaterThanOrEqual(95 * 60);
    expect(await sum('opssentinel_reconcile_last_success_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000 - 600);
    expect(await sum('opssentinel_reconcile_failures_total')).toBe(0);
  }, 30_000);
});

describe('webhooks that come as they should', () => {
  it('reconciliation begins nothing, and says nothing', async () => {
    const incident = await e2e.raise('disk-usage-high');
    expect(begunIn(await rounds(2))).toBe(0);
    expect(await e2e.ended(incident)).toBe('remediated');
    expect((await e2e.api.viewer.timeline(incident)).some(({ once }) => once === 'reconcile')).toBe(false);
  }, 60_000);
});

const doctor = () => examineReconciliation({ address: e2e.stack.file.temporal }, e2e.stack.settings.temporal.namespace);

describe('a subscription that PagerDuty has suspended', () => {
  it('row N9: is reported, in the round, the metric, the journal and by doctor, and not touched unless allowed', async () => {
    await rounds(1);
    expect(await sum('opssentinel_subscription_enabled', 'source="pagerduty"')).toBe(1);
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'subscription PSBXWHS', state: 'ok' }));
    await e2e.control('POST', 'pagerduty/subscription/suspend');
    const [found] = await rounds(1);
    expect(found?.sources[0]?.subscriptions).toMatchObject([{ id: 'PSBXWHS', state: 'suspended' }]);
    expect(found?.switchedOn).toMatchObject([
      { enabled: false, says: expect.stringContaining('PAGERDUTY_REENABLE_SUBSCRIPTION=true') },
    ]);
    expect(await sum('opssentinel_subscription_enabled', 'source="pagerduty"')).toBe(0);
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'subscription PSBXWHS', state: 'fail' }));
    const hour = new Date().toISOString().slice(0, 13);
    expect(await e2e.stack.ledger.journalCount({ eventId: `subscription:PSBXWHS:suspended:${hour}` })).toBe(1);
    expect(await enabled()).toBe(0);
    expect(await e2e.control('GET', 'pagerduty/subscription')).toMatchObject({ disabled: true });
  }, 60_000);

  it('one that somebody has switched off is reported too', async () => {
    await e2e.control('POST', 'pagerduty/subscription/deactivate');
    const [found] = await rounds(1);
    expect(found?.sources[0]?.subscriptions).toMatchObject([{ id: 'PSBXWHS', state: 'inactive' }]);
    expect(found?.switchedOn).toEqual([]);
  }, 30_000);
});

describe('a PagerDuty that is dead', () => {
  it('fails the round visibly, and the next one finds what was missed meanwhile', async () => {
    await e2e.control('POST', 'faults', [{ operation: 'GET /incidents', kind: '403', times: 1 }]);
    await expect(round()).rejects.toThrow();
    expect(await sum('opssentinel_reconcile_failures_total', 'source="pagerduty"')).toBe(1);
    expect(await doctor()).toContainEqual(
      expect.objectContaining({ check: 'reconciliation', state: 'fail', says: expect.stringContaining('GET /incidents') }),
    );
    await rounds(1);
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'reconciliation pagerduty', state: 'ok' }));
  }, 60_000);
});
