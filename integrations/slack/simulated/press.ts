import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { Sim } from './methods.js';
import { bot, team, users } from './workspace.js';

/** What `POST /_sandbox/slack/press` takes: who presses what, on the newest message that has it. */
export const pressOrder = z.strictObject({
  /** Id or e-mail. */
  user: z.string().default('USBXUSR02'),
  /** Label of the button, or its `action_id`. */
  button: z.string().default('Approve'),
  channel: z.string().optional(),
  /** The workspace that it comes from. */
  team: z.string().default(team.id),
  /** Delivers the very same request so often. */
  times: z.int().min(1).max(5).default(1),
  /** How old it is when it arrives. Seconds. */
  age: z.int().default(0),
  /** A value instead of the button's own. */
  value: z.string().optional(),
});

interface Button {
  action_id: string;
  value: string;
  text: { text: string };
}

/**
 * A press as Slack delivers it: a form with one field, signed (Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload,
 * and "Verifying requests from Slack"). Answers with what the door said.
 */
export async function press(sim: Sim, order: z.infer<typeof pressOrder>): Promise<JsonObject> {
  const { world, workspace } = sim;
  const found = workspace.channels
    .filter(({ id, name }) => order.channel === undefined || [id, name, `#${name}`].includes(order.channel))
    .flatMap((channel) =>
      channel.messages.map((message) => ({ channel, message, button: buttonIn(message.blocks, order.button) })),
    )
    .filter(({ button }) => button !== undefined)
    .sort((one, other) => Number(other.message.ts) - Number(one.message.ts))[0];
  if (!found?.button) return { error: `No message has the button ${order.button}.` };
  const { channel, message, button } = found;
  const user = users.find(({ id, email }) => order.user === id || order.user === email);
  const id = user?.id ?? order.user;
  const now = world.now() - order.age * 1000;
  const payload = {
    type: 'block_actions',
    user: { id, username: user?.name ?? 'nobody', name: 'approver@sandbox', team_id: order.team },
    api_app_id: bot.app,
    container: { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: false },
    trigger_id: `${message.ts}.trigger`,
    team: { id: order.team, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel.id, name: channel.name },
    message: { type: 'message', ts: message.ts, text: message.text, user: bot.user, bot_id: bot.id, blocks: message.blocks },
    // Nobody may call it: it is a trap.
    response_url: `${world.address()}/slack/response-url`,
    actions: [
      { type: 'button', block_id: 'sandbox', ...button, value: order.value ?? button.value, action_ts: workspace.nextTs(now) },
    ],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', world.settings.webhookSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const answers: JsonObject[] = [];
  for (let time = 0; time < order.times; time += 1)
    answers.push(await deliver(`${world.settings.apiUrl}/webhooks/slack`, body, timestamp, `v0=${signature}`));
  return { answers, user: id, button: button.action_id };
}

/** Slack waits 3 s. */
async function deliver(url: string, body: string, timestamp: string, signature: string): Promise<JsonObject> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  };
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(3_000) });
    return { status: response.status, body: await response.text() };
  } catch {
    return { status: 0, body: '' };
  }
}

function buttonIn(blocks: readonly JsonObject[], wanted: string): Button | undefined {
  const elements = blocks
    .filter((block) => block['type'] === 'actions')
    .flatMap((block) => block['elements'] as unknown as Button[]);
  return elements.find(({ action_id: id, text }) => id === wanted || text.text === wanted);
}
