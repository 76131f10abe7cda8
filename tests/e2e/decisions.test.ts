import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { guards } from '../../guards/index.js';
import { parse } from 'yaml';
import { sharedE2e } from './shared.js';

const e2e = sharedE2e(adjust);

/** The shipped rules, changed: CPU only observes in staging and is a JSON file, two rules claim failed status checks, none claims memory. */
function adjust(rulesDir: string): void {
  const file = (name: string) => join(rulesDir, name);
  const cpu = parse(readFileSync(file('ec2-cpu-high.yaml'), 'utf8')) as object;
  writeFileSync(
    file('ec2-cpu-high.json'),
    JSON.stringify({ ...cpu, mode: { staging: 'observe', prod: 'approve' } }, undefined, 2),
  );
  rmSync(file('ec2-cpu-high.yaml'));
  const status = readFileSync(file('ec2-status-check-failed.yaml'), 'utf8');
  writeFileSync(file('another-status.yaml'), status.replace('rule: ec2-status-check-failed', 'rule: another-status'));
  rmSync(file('ec2-memory-high.yaml'));
}

const production = 'i-0cc33dd44ee55ff66';
const atPagerDuty = (incident: string) =>
  e2e.control<{ status: string; woken: unknown[]; notes: { content: string }[] }>(
    'GET',
    `pagerduty/incidents/${incident.split(':')[1]}`,
  );
const noEffect = async () => expect(await e2e.sandbox.effects()).toEqual([]);
const setInstance = (change: object) => e2e.control('POST', 'aws/settings', { instance: { id: production, ...change } });
const asItWas = () => setInstance({ state: 'running', tags: { Name: 'web-1', opssentinel: 'allow' } });

async function askedFor(alarm: string): Promise<{ incident: string; planHash: string }> {
  const incident = await e2e.raise(alarm);
  return { incident, planHash: await e2e.asked(incident) };
}

describe('what rules conclude, from webhook to note', () => {
  it('M5, row 8, row 12, row 15: a rule in a JSON file only observes in staging: the note says what would have been done, nothing is', async () => {
    const incident = await e2e.raise('ec2-cpu-high');
    expect(await e2e.ended(incident)).toBe('observed');
    await noEffect();
    const { notes, woken, status } = await atPagerDuty(incident);
    const asked = await e2e.line(incident, ({ once }) => once === 'guards.observed', 'no guard was asked');
    expect(((asked.data?.['verdicts'] ?? []) as { guard: string }[]).map(({ guard }) => guard)).toEqual(
      guards.map(({ id }) => id),
    );
    expect(notes).toHaveLength(1);
    expect(notes[0]?.content).toMatch(
      /^OpsSentinel: observing only; nothing was done[.] It would have run restart-ec2-instance on i-0aa11bb22cc33dd44[.]/,
    );
    expect(woken).toEqual([]);
    expect(status).toBe('triggered');
  });

  it('row 13: two rules match: nobody acts, and a human is told which two', async () => {
    const incident = await e2e.raise('ec2-status-check-failed');
    expect(await e2e.ended(incident)).toBe('escalated');
    await noEffect();
    const { notes, woken } = await atPagerDuty(incident);
    expect(woken.length).toBeGreaterThan(0);
    expect(notes[0]?.content).toMatch(/^OpsSentinel: YOU ARE NEEDED[.]/);
    for (const rule of ['another-status', 'ec2-status-check-failed']) expect(notes[0]?.content).toContain(rule);
  });

  it('no rule matches: the reason is recorded rule by rule, and nobody is paged by us', async () => {
    const incident = await e2e.raise('ec2-memory-high');
    expect(await e2e.ended(incident)).toBe('ignored');
    const match = await e2e.line(incident, ({ phase }) => phase === 'match', 'nothing was recorded');
    const verdicts = match.data?.['verdicts'] as {
      rule: string;
      matched: boolean;
      failedAt: string;
      conditions: { place: string; found: string }[];
    }[];
    expect(verdicts.map(({ rule, matched }) => [rule, matched])).toEqual([
      ['another-status', false],
      ['disk-usage-high', false],
      ['ec2-cpu-high', false],
      ['ec2-status-check-failed', false],
      ['ecs-service-down', false],
      ['service-overload', false],
    ]);
    for (const { failedAt, conditions } of verdicts)
      expect(conditions.find(({ place }) => place === failedAt)?.found).toMatch(/CWAgent|mem_used_percent|PSVC001/);
    expect(await atPagerDuty(incident)).toMatchObject({ woken: [], notes: [], status: 'triggered' });
    await noEffect();
  });
});

/** M16: what somebody finds who opens the run in Temporal's Web UI. */
async function readsLikeALog(incident: string): Promise<void> {
  const handle = e2e.client.workflow.getHandle(`incident:${incident}`);
  const description = await handle.describe();
  expect(await description.staticSummary()).toBe(`pagerduty incident ${incident.split(':')[1]}`);
  expect(await description.staticDetails()).toMatch(/^Begun by incident[.]triggered/);
  const { events = [] } = await handle.fetchHistory();
  const text = (payload: { data?: Uint8Array | null } | null | undefined) =>
    String(JSON.parse(Buffer.from(payload?.data ?? []).toString('utf8') || '""'));
  const begun = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
  const shown = begun.map(
    (event) => text(event.userMetadata?.summary) || String(event.activityTaskScheduledEventAttributes?.activityType?.name),
  );
  expect(shown.filter((one) => one === 'restart-ec2-instance: Lambda ops-restart-instance version 7')).toHaveLength(2);
  // A line for people on every activity, never its bare type.
  for (const type of ['decide', 'preview', 'ask', 'judgeApproval', 'admit', 'verify', 'report'])
    expect(shown).not.toContain(type);
  expect(shown).toEqual(expect.arrayContaining(['asks the people on call for their word', 'tells how it ended']));
  expect((events ?? []).length).toBeLessThanOrEqual(100);
  expect(description.typedSearchAttributes.getAll().length).toBeGreaterThan(3);
}

describe('row 29: what held when a human was asked is read again just before acting', () => {
  it.each<[string, object, RegExp]>([
    ['the target has lost its opt-in tag', { tags: { Name: 'web-1' } }, /opssentinel=allow/],
    ['the target has become protected', { tags: { Name: 'web-1', opssentinel: 'never' } }, /opssentinel/],
    ['what the rule requires holds no more', { state: 'stopped' }, /target[.]state == "running"/],
    ['the target is gone', { state: 'terminated' }, /./],
  ])('approved, but %s: refused, nothing runs, people have it', async (_what, change, found) => {
    const { incident, planHash } = await askedFor('ec2-cpu-high-prod');
    await setInstance(change);
    expect(await e2e.api.approver.approve(incident, { planHash })).toMatchObject({ accepted: true });
    expect(await e2e.ended(incident)).toBe('escalated');
    await noEffect();
    const refused = await e2e.line(incident, ({ phase, state }) => phase === 'guards' && state === 'refused', 'nobody refused');
    expect(refused.says).toMatch(found);
    await asItWas();
    await e2e.sandbox.clear('ec2-cpu-high-prod');
  });

  it('row 5: the alert clears while an approval is waited for: cancelled, and a word that comes later moves nothing', async () => {
    const { incident, planHash } = await askedFor('ec2-cpu-high-prod');
    await e2e.sandbox.clear('ec2-cpu-high-prod');
    expect(await e2e.ended(incident)).toBe('resolved-itself');
    await expect(e2e.api.approver.approve(incident, { planHash })).rejects.toThrow(/ended|over|not/i);
    await noEffect();
  });

  it('M16, row 34: with everything as it was, the very same plan runs once, a second word adds nothing, and the run reads like a log', async () => {
    const { incident, planHash } = await askedFor('ec2-cpu-high-prod');
    expect(await e2e.api.approver.approve(incident, { planHash })).toMatchObject({ accepted: true });
    // Single use: the same word again is answered, counts once, and allows nothing more; after the end it is refused.
    await e2e.api.approver.approve(incident, { planHash }).catch(() => undefined);
    expect(await e2e.ended(incident)).toBe('remediated');
    expect((await e2e.stack.ledger.approvals(incident, planHash)).filter(({ accepted }) => accepted)).toHaveLength(1);
    await expect(e2e.api.approver.approve(incident, { planHash })).rejects.toThrow();
    expect(await e2e.sandbox.effects()).toHaveLength(1);
    await readsLikeALog(incident);
  });
});
