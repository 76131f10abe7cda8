import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { createHttp, type Kind } from '../wire/http.js';
import { withoutSecrets } from '../wire/secrets.js';
import type { SlackConfig } from './config.js';
import { faultOf } from './errors.js';

/** One method of the Web API. Exactly one request per call; throws VendorError, also for `ok: false`, which comes with HTTP 200. */
export type SlackApi = <Answer extends z.ZodType>(
  call: Pick<Call, 'signal' | 'now'>,
  request: SlackRequest<Answer>,
) => Promise<z.infer<Answer>>;

export interface SlackRequest<Answer extends z.ZodType> {
  /** e.g. `chat.postMessage`. */
  method: string;
  /** A read goes as a query, a write as JSON: not every method that reads takes JSON. */
  kind: Kind;
  args?: Readonly<Record<string, unknown>>;
  answer: Answer;
}

/** A message of ours, as far as it is needed to edit it. */
export interface Standing {
  /** Id of the channel. */
  channel: string;
  /** The message's time, which is its id. */
  ts: string;
  /** Hash of what it says. */
  content: string;
}

export interface SlackClient {
  api: SlackApi;
  /** Who we are here; asked once. */
  self: (call: Pick<Call, 'signal' | 'now'>) => Promise<Self>;
  /** Ids of channels by name, and our messages by marker, as far as this process has seen them. Losing it costs a look. */
  seen: { channels: Map<string, string>; messages: Map<string, Standing> };
}

/** `auth.test`. */
export interface Self {
  team: string;
  user: string;
  /** Of bot tokens. */
  bot: string | undefined;
}

const envelope = z.looseObject({ ok: z.boolean(), error: z.string().optional(), needed: z.string().optional() });

/** `deadlineMs`: per request. */
export function connectSlack(config: SlackConfig, deadlineMs?: number): SlackClient {
  const api = createApi(config, deadlineMs);
  let known: Self | undefined;
  return {
    api,
    self: async (call) => (known ??= await askSelf(api, call)),
    seen: { channels: new Map(), messages: new Map() },
  };
}

export function createApi({ token, apiUrl }: SlackConfig, deadlineMs?: number): SlackApi {
  const secrets = [token];
  const http = createHttp({ vendor: 'slack', secrets, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  return async (call, { method, kind, args = {}, answer }) => {
    const { body } = await http(call, {
      method: kind === 'read' ? 'GET' : 'POST',
      url: `${apiUrl}/${method}`,
      operation: method,
      headers: { authorization: `Bearer ${token}`, ...(kind === 'read' ? {} : jsonHeader) },
      ...(kind === 'read' ? { query: Object.entries(args).map(([name, value]) => [name, String(value)] as const) } : {}),
      ...(kind === 'write' ? { body: JSON.stringify(args) } : {}),
      kind,
      answer: envelope,
    });
    if (!body.ok) {
      const { error = 'no reason given', needed } = body;
      const words = `${method}: ${error}${needed === undefined ? '' : ` (needs ${needed})`}`;
      throw new VendorError('slack', faultOf(error, kind), withoutSecrets(words, secrets), undefined, error);
    }
    const read = answer.safeParse(body);
    if (read.success) return read.data;
    throw new VendorError(
      'slack',
      kind === 'write' ? 'ambiguous' : 'unavailable',
      `${method}: the answer is not what is documented`,
    );
  };
}

/** Without a charset Slack answers with a warning (docs.slack.dev, "Using the Slack Web API"). */
const jsonHeader = { 'content-type': 'application/json; charset=utf-8' };

const selfAnswer = z.object({ team_id: z.string(), user_id: z.string(), bot_id: z.string().optional() });

export async function askSelf(api: SlackApi, call: Pick<Call, 'signal' | 'now'>): Promise<Self> {
  const {
    team_id: team,
    user_id: user,
    bot_id: bot,
  } = await api(call, { method: 'auth.test', kind: 'read', answer: selfAnswer });
  return { team, user, bot };
}
