import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../run/server.js';
import { type E2e, openE2e } from './stage.js';

let e2e: E2e;
beforeAll(async () => {
  e2e = await openE2e(withChannels);
}, 120_000);
afterAll(() => e2e.close(), 30_000);
afterEach(async () => {
  expect(await e2e.violations()).toEqual([]);
});

/** The shipped policy, with one channel for all teams. */
function withChannels(rulesDir: string): void {
  const file = join(rulesDir, 'opssentinel.yaml');
  const policy = readFileSync(file, 'utf8');
  writeFileSync(file, policy.replace(/slack: "#\w+-oncall"/g, 'slack: "#web-oncall"'));
}

interface Message {
  text: string;
  blocks: { type: string }[];
}
const messages = async (): Promise<Message[]> => {
  const { channels } = await e2e.control<{ channels: { name: string; messages: Message[] }[] }>('GET', 'slack/channels');
  return channels.find(({ name }) => name === 'web-oncall')?.messages ?? [];
};
const about = async (incident: string): Promise<Message[]> =>
  (await messages()).filter(
    (one) => JSON.stringify(one).includes(`/i/${incident.split(':')[1]}`) || JSON.stringify(one).includes(incident),
  );
const hasButtons = (message: Message | undefined): boolean => message?.blocks.some(({ type }) => type === 'actions') === true;

const press = (order: object) =>
  e2e.control<{ answers: { status: number; body: string }[] }>('POST', 'slack/press', { channel: 'web-oncall', ...order });

/** Asked, and the buttons stand in the channel. */
async function askedFor(alarm: string): Promise<{ incident: string; planHash: string }> {
  const incident = await e2e.raise(alarm);
  const asked = await e2e.line(incident, ({ phase, state }) => phase === 'approval' && state === 'waiting', 'nobody was asked');
  await until(async () => (await about(incident)).some(hasButtons), 'Slack shows no buttons', 20_000);
  return { incident, planHash: String(asked.data?.['planHash']) };
}
const refusal = (incident: string, says: RegExp) =>
  e2e.line(
    incident,
    (line) => line.phase === 'approval' && line.state === 'refused' && says.test(line.says),
    `no refusal ${says}`,
  );

describe('Slack', () => {
  it('dead, it delays nothing: people are woken and told at PagerDuty, and the channel hears of it when Slack is back', async () => {
    await e2e.control('POST', 'slack/settings', { failing: 'internal_error' });
    const incident = await e2e.raise('ec2-cpu-high-prod');
    const asked = await e2e.line(incident, ({ phase, state }) => phase === 'approval' && state === 'waiting', 'nobody was asked');
    const planHash = String(asked.data?.['planHash']);
    await e2e.line(incident, ({ once }) => once === 'woken.approval', 'nobody was woken');
    expect(await e2e.api.approver.reject(incident, { planHash, reason: 'not now' })).toMatchObject({ accepted: true });
    await e2e.ended(incident);
    const { notes } = await e2e.control<{ notes: { content: string }[] }>('GET', `pagerduty/incidents/${incident.split(':')[1]}`);
    expect(notes.length).toBeGreaterThan(0);
    expect(await about(incident)).toEqual([]);

    await e2e.control('POST', 'slack/settings', {});
    await until(async () => (await about(incident)).length > 0, 'Slack was not told when it was back', 60_000);
    // What was asked meanwhile is answered: nobody is asked for a word that moves nothing.
    expect((await about(incident)).some(hasButtons)).toBe(false);
    await e2e.sandbox.clear('ec2-cpu-high-prod');
  }, 120_000);

  it('row 33: approved by a button, with the person’s verified identity in the audit; by nobody else', async () => {
    const { incident, planHash } = await askedFor('ec2-cpu-high-prod');
    const before = (await e2e.sandbox.effects()).filter(({ vendor }) => vendor === 'aws').length;

    // Not of this workspace, a bot, another workspace, an old press: no word at all.
    for (const order of [{ user: 'USBXUSR05' }, { user: 'USBXUSR06' }, { team: 'TELSEWHER' }, { user: 'U404' }]) {
      const { answers } = await press(order);
      expect(answers).toEqual([{ status: 200, body: '' }]);
    }
    expect((await press({ age: 400 })).answers).toMatchObject([{ status: 401 }]);
    expect(await e2e.stack.ledger.approvals(incident, planHash)).toEqual([]);

    // Of this workspace and not on call, whatever the payload calls them: refused, in the audit and in the channel.
    await press({ user: 'bystander@sandbox' });
    await refusal(incident, /^bystander@sandbox \(slack\): refused, bystander@sandbox is not on call/);
    await until(
      async () => JSON.stringify(await about(incident)).includes('bystander@sandbox (slack): refused'),
      'the channel does not say so',
      20_000,
    );

    // On call, and shown another plan.
    const value = JSON.stringify({ v: 1, source: 'pagerduty', id: incident.split(':')[1], life: '0', plan: 'd'.repeat(64) });
    await press({ value });
    await refusal(incident, /^approver@sandbox \(slack\): refused, it is for another plan/);
    expect((await e2e.sandbox.effects()).filter(({ vendor }) => vendor === 'aws')).toHaveLength(before);

    // The very same request three times is one word.
    const { answers } = await press({ times: 3 });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await e2e.ended(incident)).toBe('remediated');
    const accepted = (await e2e.stack.ledger.approvals(incident, planHash)).filter((one) => one.accepted);
    expect(accepted).toMatchObject([
      { by: 'approver@sandbox', via: 'slack', verifiedIdentity: true, decision: 'approve', planHash },
    ]);
    expect(JSON.stringify(await e2e.api.viewer.evidence(incident))).toContain('approved by approver@sandbox (slack)');
    expect((await e2e.sandbox.effects()).filter(({ vendor }) => vendor === 'aws')).toHaveLength(before + 1);

    await until(async () => (await about(incident)).length === 2, 'the report is not in the channel', 20_000);
    await until(async () => !(await about(incident)).some(hasButtons), 'the buttons still stand there', 20_000);
    const [report, question] = await about(incident);
    expect(report?.text).toMatch(/^OpsSentinel: nothing for you to do[.]/);
    expect(question?.text).toMatch(/no word is wanted any more/);
    expect(JSON.stringify(question)).toContain('approved by approver@sandbox (slack)');
  }, 90_000);
});
