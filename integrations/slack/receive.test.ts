import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RawRequest, Received } from '../contract/source.js';
import { rawRequest } from '../contract/testkit/raw-request.js';
import { startTestSandbox, type TestSandbox } from '../contract/testkit/sandbox.js';
import { valueOf } from './button.js';
import { slackDoor } from './config.js';
import { receive } from './receive.js';
import { type Loose, planHash } from './testkit/given.js';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const ref = { source: 'pagerduty', externalId: 'Q1', generation: '0' };
const door = (change: Record<string, string | undefined> = {}) => slackDoor.parse({ ...sandbox.environment(), ...change });

/** A press as Slack sends it; whatever a test changes of it is signed as it is. */
const payloadOf = (change: Loose = {}, action: Loose = {}): Loose => ({
  type: 'block_actions',
  team: { id: 'TSANDBOX1', domain: 'sandbox' },
  user: { id: 'USBXUSR02', username: 'somebody', name: 'operator@sandbox', team_id: 'TSANDBOX1' },
  response_url: `${sandbox.address}/slack/response-url`,
  actions: [
    {
      type: 'button',
      action_id: 'opssentinel.approve',
      action_ts: '1763868600.000001',
      value: valueOf({ ref, planHash }),
      ...action,
    },
  ],
  ...change,
});

function signed(body: Buffer, age = 0): RawRequest {
  const now = Date.now();
  const timestamp = String(Math.floor(now / 1000) - age);
  const secret = sandbox.environment()['SLACK_SIGNING_SECRET'] ?? '';
  const signature = createHmac('sha256', secret)
    .update(Buffer.concat([Buffer.from(`v0:${timestamp}:`), body]))
    .digest('hex');
  const headers = { 'x-slack-signature': `v0=${signature}`, 'x-slack-request-timestamp': timestamp };
  return rawRequest(body, { headers, receivedAt: new Date(now).toISOString() });
}
const form = (payload: unknown): Buffer => Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
const press = async (payload: Loose = payloadOf(), with_ = door()): Promise<Received> => receive(signed(form(payload)), with_);
const calls = async (): Promise<string[]> => (await sandbox.ask('calls')).map(({ operation }: Loose) => operation);

it('row 33: the word of whoever pressed, by the address that the workspace has of them, on the plan that they were shown', async () => {
  expect(await press()).toEqual({
    kind: 'approval',
    eventId: 'USBXUSR02.1763868600.000001',
    ref,
    decision: 'approve',
    by: { id: 'approver@sandbox' },
    trust: 'signed',
    planHash,
  });
  expect(await press(payloadOf({}, { action_id: 'opssentinel.reject' }))).toMatchObject({ decision: 'reject' });
  // Who, and nothing that the payload names: no address of it is called.
  expect(await calls()).toEqual(['users.info', 'users.info']);
});

it('without SLACK_TEAM_ID the workspace is the token’s own, asked once', async () => {
  const unset = door({ SLACK_TEAM_ID: undefined });
  expect(await press(payloadOf(), unset)).toMatchObject({ kind: 'approval' });
  expect(await press(payloadOf(), unset)).toMatchObject({ kind: 'approval' });
  expect(await calls()).toEqual(['auth.test', 'users.info', 'users.info']);
});

describe('whoever is nobody of ours is refused, and that is written down', () => {
  it.each([
    ['somebody whom Slack does not know', { user: { id: 'U404' } }, 'Slack knows no user U404'],
    ['somebody of another workspace', { team: { id: 'TELSEWHER' } }, 'it comes from another workspace'],
    ['a press without a workspace', { team: null }, 'it comes from another workspace'],
    ['a guest by Slack Connect', { user: { id: 'USBXUSR05' } }, 'the user USBXUSR05 belongs to another workspace'],
    ['a bot', { user: { id: 'USBXUSR06' } }, 'USBXUSR06 is a bot'],
    ['somebody who has left', { user: { id: 'USBXUSR07' } }, 'the user USBXUSR07 has left the workspace'],
    [
      'an address that is not confirmed',
      { user: { id: 'USBXUSR08' } },
      'Slack shows no confirmed e-mail address of the user USBXUSR08',
    ],
  ])('%s', async (_what, change, says) => {
    expect(await press(payloadOf(change))).toMatchObject({
      kind: 'recorded',
      incident: 'pagerduty:Q1',
      because: `refused: ${says}`,
    });
  });
});

describe('what is not proven says nothing', () => {
  it('T11: one bit of it changed, an old one, none', async () => {
    const right = signed(form(payloadOf()));
    const bad = Buffer.from(right.body);
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
    for (const request of [
      { ...right, body: bad },
      { ...right, headers: {} },
      {
        ...right,
        headers: {
          ...right.headers,
          'x-slack-request-timestamp': String(Number(right.headers['x-slack-request-timestamp']) - 1),
        },
      },
      signed(right.body, 400),
      signed(right.body, -400),
    ])
      expect(await receive(request, door())).toMatchObject({ kind: 'refused', status: 401 });
    expect(await calls()).toEqual([]);
  });

  it('nothing configured: whoever sends shall send it again', async () => {
    expect(await receive(signed(form(payloadOf())), undefined)).toMatchObject({
      kind: 'later',
      because: expect.stringContaining('SLACK_SIGNING_SECRET'),
    });
  });
});

describe('what is signed and no word', () => {
  it.each([
    ['another button', payloadOf.bind(undefined, {}, { action_id: 'somebody.elses' }), 'recorded'],
    ['a dialog', () => ({ type: 'view_submission' }), 'recorded'],
    ['no type', () => ({}), 'recorded'],
    ['no user', payloadOf.bind(undefined, { user: {} }), 'recorded'],
    ['an id that is none', payloadOf.bind(undefined, { user: { id: '../users.list' } }), 'recorded'],
    ['a value of no plan', payloadOf.bind(undefined, {}, { value: '{"plan":"x"}' }), 'quarantined'],
    ['no value', payloadOf.bind(undefined, {}, { value: undefined }), 'quarantined'],
    [
      'a short hash',
      payloadOf.bind(undefined, {}, { value: JSON.stringify({ v: 1, source: 'pagerduty', id: 'Q1', life: '0', plan: 'aa' }) }),
      'quarantined',
    ],
  ])('%s', async (_what, payload, kind) => {
    expect(await press(payload())).toMatchObject({ kind });
    expect(await calls()).toEqual([]);
  });

  it.each(['', 'payload=', 'payload=%7B', 'a=b', '{"payload":1}', '\u0000'])('%p is kept', async (text) => {
    expect((await receive(signed(Buffer.from(text)), door())).kind).toMatch(/quarantined|recorded/);
  });
});

describe('Slack cannot tell who it is', () => {
  it.each(['500', '429', '401', 'execute-then-reset'] as const)('%s: nothing was said, and no token comes out', async (kind) => {
    await sandbox.fault('users.info', kind);
    const received = await press();
    expect(received).toMatchObject({ kind: 'later' });
    expect(JSON.stringify(received)).not.toMatch(/xox[bp]-|throw-away/);
    expect(await press()).toMatchObject({ kind: 'approval' });
  });
});

describe('the door’s settings', () => {
  it('a signing secret without a token that reads people stops the start', () => {
    const { error } = slackDoor.safeParse({ SLACK_SIGNING_SECRET: 'x'.repeat(32) });
    expect(error?.issues.map(({ path, message }) => `${path.join()} ${message}`)).toEqual([
      expect.stringMatching(/^SLACK_USERS_TOKEN is not set, although SLACK_SIGNING_SECRET is/),
    ]);
  });

  it.each([{ SLACK_SIGNING_SECRET: '  ' }, { SLACK_USERS_TOKEN: 'xoxp-1' }, {}])('%j: closed', (env) => {
    expect(slackDoor.parse(env)).toBeUndefined();
  });

  it.each([{ SLACK_TEAM_ID: 'sandbox' }, { SLACK_SIGNING_SECRET: 'short' }, { SLACK_API_URL: 'slack.com' }])(
    '%j is wrong',
    (change) => {
      const right = { SLACK_SIGNING_SECRET: 'x'.repeat(32), SLACK_USERS_TOKEN: 'xoxp-1' };
      expect(slackDoor.safeParse({ ...right, ...change }).success).toBe(false);
    },
  );
});
