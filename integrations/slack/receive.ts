import { z } from 'zod';
import { incidentId } from '../../domain/incident-id.js';
import type { RawRequest, Received } from '../contract/source.js';
import { VendorError } from '../contract/errors.js';
import { type Pressed, readValue, type Word, wordOf } from './button.js';
import { askSelf, createApi, type SlackApi } from './client.js';
import type { SlackDoor } from './config.js';
import { personOf } from './person.js';
import { proofOf } from './signature.js';

/** Of the 2 s that a door has, so that the ledger and the run have the rest: Slack shows a failure after 3 s. Milliseconds. */
const lookUpMs = 1_200;

/** Proves who sent it, and finds out at Slack itself who pressed. Never throws. A payload's `response_url` is never called. */
export async function receive(request: RawRequest, door: SlackDoor | undefined): Promise<Received> {
  if (!door)
    return { kind: 'later', because: 'The signature cannot be checked: set SLACK_SIGNING_SECRET and SLACK_USERS_TOKEN.' };
  const { headers, body, receivedAt, bodyHash } = request;
  const shown = { signature: headers['x-slack-signature'], timestamp: headers['x-slack-request-timestamp'] };
  const proof = proofOf(shown, body, door.signingSecret, Date.parse(receivedAt));
  if (proof === 'wrong') return unproven('No valid X-Slack-Signature: compare SLACK_SIGNING_SECRET with the app’s page.');
  if (proof === 'old') return unproven('The X-Slack-Request-Timestamp is more than five minutes away from this clock.');
  const payload = payloadIn(body);
  if (payload === undefined) return { kind: 'quarantined', because: 'signed, but without a payload that can be read' };
  const read = interaction.safeParse(payload);
  if (!read.success)
    return { kind: 'recorded', eventId: `body:${bodyHash}`, eventType: typeOf(payload), because: 'no press of a button' };
  const { actions, user } = read.data;
  const [action] = actions;
  const word = wordOf(action?.action_id ?? '');
  if (!action || !word)
    return {
      kind: 'recorded',
      eventId: `body:${bodyHash}`,
      eventType: 'block_actions',
      because: 'a press of something that is not a word on a plan',
    };
  const pressed = readValue(action.value ?? '');
  if (!pressed) return { kind: 'quarantined', because: 'signed, but the button does not carry what ours do' };
  return judge(door, request, { ...read.data, pressed, word, eventId: `${user.id}.${action.action_ts}` });
}

const unproven = (because: string): Received => ({ kind: 'refused', status: 401, because });

interface Press {
  pressed: Pressed;
  word: Word;
  eventId: string;
  team?: { id: string } | null | undefined;
  user: { id: string };
}

async function judge(door: SlackDoor, request: RawRequest, { pressed, word, eventId, team, user }: Press): Promise<Received> {
  const { ref, planHash } = pressed;
  try {
    const { api, home } = await connected(door, request);
    const known =
      team?.id === home ? await personOf(api, callOf(request), user.id, home) : { because: 'it comes from another workspace' };
    if ('because' in known)
      return { kind: 'recorded', eventId, eventType: word, incident: incidentId(ref), because: `refused: ${known.because}` };
    return { kind: 'approval', eventId, ref, decision: word, by: { id: known.email }, trust: 'signed', planHash };
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return { kind: 'later', because: `Who pressed cannot be told now: ${error.message}` };
  }
}

const callOf = ({ signal }: RawRequest) => ({ signal, now: () => Date.now() });

/** Which workspace a token belongs to never changes. */
const homes = new WeakMap<SlackDoor, string>();

async function connected(door: SlackDoor, request: RawRequest): Promise<{ api: SlackApi; home: string }> {
  const api = createApi(door.users, lookUpMs);
  const home = door.team ?? homes.get(door) ?? (await askSelf(api, callOf(request))).team;
  homes.set(door, home);
  return { api, home };
}

/** docs.slack.dev, "block_actions payload": what is used of it. Its names of people are not. */
const interaction = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id: z.string() }).nullish(),
  user: z.object({ id: z.string().regex(/^[UW][A-Z0-9]{1,30}$/) }),
  actions: z
    .array(
      z.object({
        action_id: z.string().max(255),
        action_ts: z.string().regex(/^[0-9]{1,12}\.[0-9]{1,9}$/),
        value: z.string().max(2_000).optional(),
      }),
    )
    .min(1),
});

/** A form with one field, whose value is JSON. */
function payloadIn(body: Buffer): unknown {
  const text = new URLSearchParams(body.toString('utf8')).get('payload');
  try {
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

const typeOf = (payload: unknown): string => {
  const type = (payload as { type?: unknown } | null)?.type;
  return typeof type === 'string' && /^[a-z_]{1,40}$/.test(type) ? type : 'unknown';
};
