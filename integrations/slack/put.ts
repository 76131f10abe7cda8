import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallWith } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import type { Written } from './blocks.js';
import type { SlackClient, Standing } from './client.js';

export type SlackCall = CallWith<SlackClient>;

/** Where a message belongs, by which mark it is found again, and from when on it can stand there (ISO 8601, UTC). */
export interface Place {
  /** `#name` or id. */
  room: string;
  /** `opssentinel <incident> <phase>`. */
  marker: string;
  since: string;
}

const eventType = 'opssentinel';
const mostPages = 10;
const mostSeen = 500;
/** Slack's clock and the ledger's. Milliseconds. */
const skewMs = 300_000;

const postedAnswer = z.object({ channel: z.string(), ts: z.string() });

/**
 * Posts, or edits what stands under the same marker; nothing when it says so already. A repeat finds by the channel's history what an
 * earlier process, or an answer that was lost, has left. `edit`: what does not stand there is not posted.
 */
export async function put(call: SlackCall, place: Place, { text, blocks }: Written, edit = false): Promise<void> {
  const { client } = call;
  const content = createHash('sha256')
    .update(JSON.stringify([text, blocks]))
    .digest('hex')
    .slice(0, 32);
  const there = await standing(call, place);
  if (there ? there.content === content : edit) return;
  const metadata = { event_type: eventType, event_payload: { marker: place.marker, content } };
  const message = { text, blocks, metadata, parse: 'none', link_names: false };
  if (there) {
    const { channel, ts } = there;
    forget(client, place);
    await client.api(call, { method: 'chat.update', kind: 'write', args: { channel, ts, ...message }, answer: z.object({}) });
    remember(client, place, { channel, ts, content });
    return;
  }
  const channel = await channelOf(call, place.room);
  const args = { channel, ...message, unfurl_links: false, unfurl_media: false };
  const posted = await client.api(call, { method: 'chat.postMessage', kind: 'write', args, answer: postedAnswer });
  remember(client, place, { ...posted, content });
}

const keyOf = ({ room, marker }: Place): string => `${room} ${marker}`;
const forget = ({ seen }: SlackClient, place: Place): void => void seen.messages.delete(keyOf(place));

function remember({ seen }: SlackClient, place: Place, message: Standing): void {
  seen.messages.set(keyOf(place), message);
  const [oldest] = seen.messages.keys();
  if (seen.messages.size > mostSeen && oldest !== undefined) seen.messages.delete(oldest);
}

const paged = z.object({ next_cursor: z.string().optional() }).optional();
const history = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      user: z.string().optional(),
      bot_id: z.string().optional(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.looseObject({ marker: z.unknown(), content: z.unknown() }) })
        .optional()
        .catch(undefined),
    }),
  ),
  response_metadata: paged,
});

/** Only what we have posted ourselves: everybody's app may write such a marker. */
async function standing(call: SlackCall, place: Place): Promise<Standing | undefined> {
  const { client } = call;
  const known = client.seen.messages.get(keyOf(place));
  if (known) return known;
  const channel = await channelOf(call, place.room);
  const self = await client.self(call);
  const oldest = ((Date.parse(place.since) - skewMs) / 1000).toFixed(6);
  let cursor = '';
  for (let page = 0; page < mostPages; page += 1) {
    const args = { channel, oldest, limit: 200, include_all_metadata: true, ...(cursor === '' ? {} : { cursor }) };
    const answer = await client.api(call, { method: 'conversations.history', kind: 'read', args, answer: history });
    const ours = answer.messages.find(
      ({ user, bot_id: bot, metadata }) =>
        (user === self.user || (bot !== undefined && bot === self.bot)) &&
        metadata?.event_type === eventType &&
        metadata.event_payload.marker === place.marker,
    );
    if (ours) {
      const message = { channel, ts: ours.ts, content: String(ours.metadata?.event_payload.content) };
      remember(client, place, message);
      return message;
    }
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') return undefined;
  }
  return undefined;
}

const joined = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string().optional() })),
  response_metadata: paged,
});

/** History and edits want an id. Among those channels alone that the bot is a member of: elsewhere it can read nothing. */
async function channelOf(call: SlackCall, room: string): Promise<string> {
  if (!room.startsWith('#')) return room;
  const { channels } = call.client.seen;
  const known = channels.get(room);
  if (known !== undefined) return known;
  let cursor = '';
  for (let page = 0; page < mostPages; page += 1) {
    const args = {
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: 999,
      ...(cursor === '' ? {} : { cursor }),
    };
    const answer = await call.client.api(call, { method: 'users.conversations', kind: 'read', args, answer: joined });
    for (const { id, name } of answer.channels) if (name !== undefined) channels.set(`#${name}`, id);
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '' || channels.has(room)) break;
  }
  const found = channels.get(room);
  if (found === undefined)
    throw new VendorError('slack', 'absent', `there is no channel ${room} that the app is a member of; invite it there`);
  return found;
}
