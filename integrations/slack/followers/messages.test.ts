import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../../../domain/record.js';
import type { CallWith } from '../../contract/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import { readValue } from '../button.js';
import type { SlackClient } from '../client.js';
import { connected, decision, incident, ledger, type Loose, planHash, question, type Told } from '../testkit/given.js';
import { slackMessages } from './messages.js';

let sandbox: TestSandbox;
let call: CallWith<SlackClient>;
let told: Told;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(async () => {
  await sandbox.reset();
  call = connected(sandbox);
  told = ledger();
});
afterAll(() => sandbox.close());

const deliver = (...lines: LedgerRecord[]): Promise<void> =>
  slackMessages.deliver(
    call,
    lines.filter((line) => slackMessages.wants?.(line)),
    told.reads,
  );
const channel = async (name = 'web-oncall'): Promise<Loose> =>
  (await sandbox.ask('slack/channels')).channels.find((one: Loose) => one.name === name);
const messages = async (name?: string): Promise<Loose[]> => (await channel(name)).messages;
const buttons = (message: Loose): Loose[] => message.blocks.find(({ type }: Loose) => type === 'actions')?.elements ?? [];
const shown = (message: Loose): string =>
  message.blocks
    .filter(({ type }: Loose) => type === 'rich_text')
    .flatMap(({ elements }: Loose) => elements)
    .flatMap(({ elements }: Loose) => elements)
    .map(({ text }: Loose) => text)
    .join('\n');

describe('where a word is wanted', () => {
  it('row 33: two buttons carry the whole plan hash, and ask once more with the exact values', async () => {
    await deliver(told.ask());
    const [message, ...others] = await messages();
    expect(others).toEqual([]);
    expect(message.text).toBe(question.split('\n')[0]);
    const [approve, reject] = buttons(message);
    expect([approve.text.text, reject.text.text]).toEqual(['Approve', 'Reject']);
    const ref = { source: 'pagerduty', externalId: 'Q1', generation: '0' };
    for (const { value } of [approve, reject]) expect(readValue(value)).toEqual({ ref, planHash });
    expect(approve.confirm.text.text).toMatch(
      /^restart-ec2-instance \(SSM Automation OpsSentinel-RestartInstance version 7\) on i-0aa11[.] Plan 5b1e07c2, until \d\d:\d\d:\d\dZ[.]$/,
    );
  });

  it('the reminder edits, a word that was refused is added, and the buttons stay', async () => {
    const first = told.ask();
    await deliver(first);
    await deliver(told.ask({ text: question.replace('WANTED.', 'WANTED (reminder).') }));
    await deliver(told.word('mallory@example.com', { state: 'refused' }));
    const [message, ...others] = await messages();
    expect(others).toEqual([]);
    expect(shown(message)).toContain('WANTED (reminder)');
    expect(shown(message)).toContain('mallory@example.com (slack): refused');
    expect(buttons(message)).toHaveLength(2);
  });

  it.each([
    ['approve', 'Approved'],
    ['reject', 'Rejected'],
  ])('whoever says %s anywhere takes the buttons away, by name', async (word, says) => {
    await deliver(told.ask());
    await deliver(told.word('ada@example.com', { word }));
    const [message] = await messages();
    expect(buttons(message)).toEqual([]);
    expect(shown(message)).toMatch(/no word is wanted any more[.]/);
    expect(shown(message)).toMatch(new RegExp(`by ada@example.com \\(slack\\)[^]*${says}`));
    expect(shown(message)).not.toContain('opssentinel approve');
  });

  it('of two that are wanted, one leaves the buttons; the same again does too; two take them', async () => {
    told.decide(decision(2));
    await deliver(told.ask());
    await deliver(told.word('ada@example.com'), told.word('ADA@example.com'));
    expect(buttons((await messages())[0])).toHaveLength(2);
    await deliver(told.word('grace@example.com'));
    expect(buttons((await messages())[0])).toEqual([]);
  });

  it('the run that ended takes them away too; a plan that changed and time that ran out likewise', async () => {
    await deliver(told.ask());
    await deliver(told.report('OpsSentinel: YOU ARE NEEDED. Nobody approved.'));
    expect((await messages()).map(buttons)).toEqual([[], []]);

    await sandbox.reset();
    call = connected(sandbox);
    told = ledger();
    await deliver(told.ask());
    told.decide(decision(1, { hash: 'c'.repeat(64) }));
    await deliver(told.word('mallory@example.com', { state: 'refused' }));
    expect(buttons((await messages())[0])).toEqual([]);

    await sandbox.reset();
    call = connected(sandbox);
    told = ledger();
    const soon = { expiresAt: new Date(call.now() + 60_000).toISOString() };
    await deliver(told.ask(soon));
    call = { ...call, now: () => Date.now() + 61_000 };
    await deliver(told.word('mallory@example.com', { state: 'refused' }));
    expect(buttons((await messages())[0])).toEqual([]);
  });

  it('told late, a question that is settled is asked nobody', async () => {
    const lines = [told.ask(), told.word('ada@example.com'), told.report('OpsSentinel: nothing for you to do.')];
    await deliver(...lines);
    expect((await messages()).map(({ text }) => text)).toEqual(['OpsSentinel: nothing for you to do.']);
  });
});

describe('a message per phase', () => {
  it('told again, by this process or the next one, it is one message', async () => {
    const ask = told.ask();
    await deliver(ask);
    const lines = [ask, told.report('OpsSentinel: nothing for you to do.')];
    for (let time = 0; time < 2; time += 1) await deliver(...lines);
    call = connected(sandbox);
    await deliver(...lines);
    const standing = await messages();
    expect(standing.map(({ text }) => text)).toEqual([
      'OpsSentinel: nothing for you to do.',
      expect.stringContaining('no word is wanted any more'),
    ]);
    expect(standing.map(({ edited }) => edited)).toEqual([0, 1]);
  });

  it('is found behind many others, page by page, and another app’s mark is none', async () => {
    await sandbox.tell('slack', 'settings', { page: 3 });
    const line = told.report('OpsSentinel: nothing for you to do.');
    const metadata = { event_type: 'opssentinel', event_payload: { marker: `opssentinel ${incident} report`, content: 'x' } };
    await sandbox.tell('slack', 'say', { channel: 'web-oncall', metadata });
    await deliver(line);
    for (let more = 0; more < 8; more += 1) await sandbox.tell('slack', 'say', { channel: 'web-oncall', metadata });
    call = connected(sandbox);
    await deliver(line);
    expect((await messages()).filter(({ bot_id: bot }) => bot !== undefined)).toHaveLength(1);
  });

  it('stands where the line says, by name or id; a line without a channel is told nobody', async () => {
    const { id } = await channel('checkout-oncall');
    await deliver(told.report('OpsSentinel: hands off.', id));
    expect(await messages('checkout-oncall')).toHaveLength(1);
    const nowhere = told.line({ phase: 'report', state: 'ok', says: 'x', once: 'report', data: { text: 'x' } });
    expect(slackMessages.wants?.(nowhere)).toBe(false);
  });

  it('nothing that an alert says becomes a mention, a link or a format', async () => {
    const bad = '<!channel> <@U123> <https://evil.example|click> @here & ```x``` *y*';
    await deliver(told.report(`OpsSentinel: ${bad}\nWhy     ${bad}`));
    const [message] = await messages();
    expect(message.text).toBe(
      'OpsSentinel: &lt;!channel&gt; &lt;@U123&gt; &lt;https://evil.example|click&gt; @here &amp; ```x``` *y*',
    );
    // Literal, in elements of the type text alone.
    expect(shown(message)).toBe(`OpsSentinel: ${bad}\nWhy     ${bad}`);
    const marked = message.blocks.filter(({ type }: Loose) => type !== 'rich_text');
    expect(JSON.stringify(marked)).not.toContain('evil');
    expect(marked).toEqual([
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: `<http://localhost:8080/i/${incident}|Open the incident>`, verbatim: true }],
      },
    ]);
  });

  it('however long it is, Slack takes it', async () => {
    told.decide(decision(1, { target: { name: 'i-'.repeat(500) }, steps: [{ runbook: 'r', says: '😀'.repeat(2_000) }] }));
    await deliver(told.ask({ text: `${'😀'.repeat(4_000)}\n${'x'.repeat(40_000)}` }));
    const [message] = await messages();
    expect(buttons(message)[0].confirm.text.text).toMatch(/Plan 5b1e07c2, until/);
  });

  it('of several targets the dialog names each', async () => {
    const each = ['i-0aa11', 'i-0bb22', 'i-0cc33'].map((name) => ({ target: { name } }));
    told.decide(decision(1, { rollout: { each } }));
    await deliver(told.ask());
    expect(buttons((await messages())[0])[0].confirm.text.text).toContain(
      ' on 3 targets: i-0aa11, i-0bb22, i-0cc33. Plan 5b1e07c2',
    );
  });

  it('of an incident whose id fits into no button there are none, and the commands stand there', async () => {
    told.decide(decision(1, { ref: { source: 'alertmanager', externalId: 'x'.repeat(3_000), generation: '0' } }));
    await deliver(told.ask());
    const [message] = await messages();
    expect(buttons(message)).toEqual([]);
    expect(shown(message)).toContain('opssentinel approve');
  });
});

describe('Slack does not take it', () => {
  const line = () => told.report('OpsSentinel: nothing for you to do.');

  it.each([
    ['internal_error', 'unavailable'],
    ['invalid_auth', 'forbidden'],
    ['token_revoked', 'forbidden'],
    ['ratelimited', 'throttled'],
  ])('%s with HTTP 200 is %s, says no token, and is told later', async (failing, fault) => {
    const one = line();
    await sandbox.tell('slack', 'settings', { failing });
    const error: Error = await deliver(one).then(
      () => new Error('it was taken'),
      (caught: Error) => caught,
    );
    expect(error).toMatchObject({ name: 'VendorError', fault });
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toMatch(/xox[bp]-/);
    await sandbox.tell('slack', 'settings', {});
    await deliver(one);
    expect(await messages()).toHaveLength(1);
  });

  it.each([
    ['a channel that nobody invited us to', { member: false }],
    ['an archived channel', { archived: true }],
  ])('%s is left out for good, and the others are told', async (_what, change) => {
    await sandbox.tell('slack', 'channel', { channel: 'web-oncall', ...change });
    await expect(deliver(line())).rejects.toMatchObject({ fault: 'absent', message: expect.stringContaining('#web-oncall') });
    await deliver(told.report('OpsSentinel: hands off.', '#checkout-oncall'));
    expect(await messages('checkout-oncall')).toHaveLength(1);
  });

  it('too many at once: Retry-After is what the follower waits, and nothing is told twice', async () => {
    await sandbox.tell('slack', 'settings', { paceMs: 60_000 });
    const ask = told.ask();
    const report = told.report('OpsSentinel: nothing for you to do.');
    await sandbox.tell('slack', 'say', { channel: 'web-oncall' });
    told.decide(decision());
    await deliver(report);
    const other = told.line({
      phase: 'undo',
      state: 'ok',
      says: 'x',
      once: 'gaveBack',
      data: { text: 'Given back.', slack: '#web-oncall' },
    });
    await expect(deliver(ask, report, other)).rejects.toMatchObject({ fault: 'throttled', retryAfterMs: 1_000 });
    await sandbox.tell('slack', 'settings', {});
    await deliver(ask, report, other);
    expect((await messages()).filter(({ bot_id: bot }) => bot).map(({ text }) => text)).toEqual([
      'Given back.',
      'OpsSentinel: nothing for you to do.',
    ]);
  });

  it('of what was lent on several targets each has a message of its own', async () => {
    told.decide(decision());
    const gaveBack = (which: string, text: string) =>
      told.line({ phase: 'undo', state: 'ok', says: text, once: `gaveBack ${which}`, data: { text, slack: '#web-oncall' } });
    await deliver(gaveBack('1 of 2', 'Left behind.'), gaveBack('2 of 2', 'Given back.'));
    expect((await messages()).map(({ text }) => text)).toEqual(['Given back.', 'Left behind.']);
  });

  it('an answer that was lost is looked for, and found', async () => {
    await sandbox.fault('chat.postMessage', 'execute-then-reset');
    const one = line();
    await expect(deliver(one)).rejects.toMatchObject({ fault: 'ambiguous' });
    await deliver(one);
    expect(await messages()).toHaveLength(1);
  });
});
