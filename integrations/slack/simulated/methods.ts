import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest, WireResponse } from '../../contract/simulator.js';
import { json, objectIn } from '../../wire/simulated/body.js';
import { blocks, mostText } from './blocks.js';
import { bot, type SimChannel, type SimMessage, team, tokens, users, type Workspace } from './workspace.js';

// Every method answers a refusal with HTTP 200 and `ok: false` (Source: docs.slack.dev/apis/web-api, "Evaluating responses").

export const settings = z.strictObject({
  /** Posts in one channel within this many ms of the one before are answered with 429; Slack allows one a second. 0: never. */
  paceMs: z.int().nonnegative().default(0),
  /** `error` of every answer, if set: `invalid_auth`, `internal_error`. */
  failing: z.string().nullable().default(null),
  /** Messages a page of history has at most. */
  page: z.int().positive().default(200),
});
export type Settings = z.infer<typeof settings>;

export interface Sim {
  world: SandboxWorld;
  workspace: Workspace;
  settings: Settings;
  lastPost: Map<string, number>;
}

const ok = (body: JsonObject = {}): WireResponse => json(200, { ok: true, ...body });
const no = (error: string, more: JsonObject = {}): WireResponse => json(200, { ok: false, error, ...more });

type Method = (sim: Sim, args: JsonObject) => WireResponse;

const posting = z.object({
  channel: z.string(),
  text: z.string(),
  blocks: blocks.optional(),
  metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.json()) }).optional(),
  parse: z.enum(['none', 'full']).optional(),
  link_names: z.boolean().optional(),
  ts: z.string().optional(),
});
type Posting = z.infer<typeof posting>;

const writable = (sim: Sim, named: string): SimChannel | string => {
  const channel = sim.workspace.channel(named);
  if (!channel) return 'channel_not_found';
  if (channel.archived) return 'is_archived';
  return channel.member ? channel : 'not_in_channel';
};

function checked(args: JsonObject): Posting | string {
  const read = posting.safeParse(args);
  if (!read.success) return read.error.issues.some(({ path }) => path[0] === 'blocks') ? 'invalid_blocks' : 'invalid_arguments';
  return JSON.stringify(read.data.blocks ?? []).length > mostText ? 'msg_blocks_too_long' : read.data;
}

const contentOf = ({ text, blocks: given = [], metadata }: Posting): Pick<SimMessage, 'text' | 'blocks' | 'metadata'> => ({
  text,
  blocks: given as JsonObject[],
  metadata: metadata ?? {},
});

// Source: docs.slack.dev/reference/methods/chat.postMessage
const postMessage: Method = (sim, args) => {
  const message = checked(args);
  if (typeof message === 'string') return no(message);
  const channel = writable(sim, message.channel);
  if (typeof channel === 'string') return no(channel);
  const { world, lastPost, workspace } = sim;
  const before = lastPost.get(channel.id);
  if (before !== undefined && world.now() - before < sim.settings.paceMs)
    return { ...no('ratelimited'), status: 429, headers: { 'retry-after': '1' } };
  lastPost.set(channel.id, world.now());
  const ts = workspace.nextTs(world.now());
  channel.messages.unshift({ ts, ...contentOf(message), user: bot.user, bot_id: bot.id, edited: 0 });
  world.effect({ vendor: 'slack', operation: 'chat.postMessage', target: `#${channel.name}`, key: '', outcome: message.text });
  return ok({ channel: channel.id, ts });
};

// Source: docs.slack.dev/reference/methods/chat.update
const update: Method = (sim, args) => {
  const message = checked(args);
  if (typeof message === 'string') return no(message);
  const channel = writable(sim, message.channel);
  if (typeof channel === 'string') return no(channel);
  const there = channel.messages.find(({ ts }) => ts === message.ts);
  if (!there) return no('message_not_found');
  if (there.bot_id !== bot.id) return no('cant_update_message');
  Object.assign(there, contentOf(message), { edited: there.edited + 1 });
  sim.world.effect({ vendor: 'slack', operation: 'chat.update', target: `#${channel.name}`, key: '', outcome: message.text });
  return ok({ channel: channel.id, ts: there.ts, text: message.text });
};

// Source: docs.slack.dev/reference/methods/conversations.history
const history: Method = ({ workspace, settings: { page } }, args) => {
  // By id alone: a name is not found.
  const channel = workspace.channels.find(({ id }) => id === args['channel']);
  if (!channel) return no('channel_not_found');
  if (!channel.member) return no('not_in_channel');
  const oldest = Number(args['oldest'] ?? 0);
  const from = Number(args['cursor'] ?? 0);
  const all = channel.messages.filter(({ ts }) => Number(ts) > oldest);
  const most = Math.min(page, Number(args['limit'] ?? 100));
  const some = all.slice(from, from + most).map(({ metadata, edited: _edited, ...message }) => ({
    type: 'message',
    ...message,
    ...(String(args['include_all_metadata']) === 'true' ? { metadata } : {}),
  }));
  const next = from + most < all.length ? String(from + most) : '';
  return ok({ messages: some as JsonObject[], has_more: next !== '', response_metadata: { next_cursor: next } });
};

// Source: docs.slack.dev/reference/methods/users.conversations
const conversations: Method = ({ workspace }) =>
  ok({
    channels: workspace.channels.filter(({ member, archived }) => member && !archived).map(({ id, name }) => ({ id, name })),
    response_metadata: { next_cursor: '' },
  });

// Source: docs.slack.dev/reference/methods/users.info
const usersInfo: Method = (_sim, args) => {
  const user = users.find(({ id }) => id === args['user']);
  if (!user) return no('user_not_found');
  const { id, name, email, flags = {} } = user;
  const usual = { deleted: false, is_bot: false, is_app_user: false, is_email_confirmed: true };
  return ok({ user: { id, team_id: team.id, name, ...usual, ...flags, profile: { email, display_name: name } } });
};

// Source: docs.slack.dev/reference/methods/auth.test
const authTest: Method = (_sim, { token }) =>
  ok({
    url: `https://${team.domain}.slack.com/`,
    team: 'Sandbox',
    team_id: team.id,
    ...(token === tokens.bot
      ? { user: 'opssentinel', user_id: bot.user, bot_id: bot.id }
      : { user: 'reader', user_id: 'USBXUSR09' }),
  });

const methods: Readonly<Record<string, { scope: 'posts' | 'users' | 'any'; answer: Method }>> = {
  'chat.postMessage': { scope: 'posts', answer: postMessage },
  'chat.update': { scope: 'posts', answer: update },
  'conversations.history': { scope: 'posts', answer: history },
  'users.conversations': { scope: 'posts', answer: conversations },
  'users.info': { scope: 'users', answer: usersInfo },
  'auth.test': { scope: 'any', answer: authTest },
};

/** One request to `/slack/api/<method>`; `undefined`: no such method is simulated. */
export function answerMethod(sim: Sim, method: string, { headers, query, body }: WireRequest): WireResponse | undefined {
  const known = methods[method];
  if (!known) return undefined;
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (token !== tokens.bot && token !== tokens.users) return no(token === undefined ? 'not_authed' : 'invalid_auth');
  if (known.scope === 'posts' && token !== tokens.bot)
    return no('missing_scope', { needed: 'chat:write', provided: 'users:read' });
  if (sim.settings.failing !== null) return no(sim.settings.failing);
  // `users.info` and other reads do not take JSON.
  const args = { ...Object.fromEntries(query), ...(method.startsWith('chat.') ? objectIn(body) : {}), token };
  return known.answer(sim, args);
}
