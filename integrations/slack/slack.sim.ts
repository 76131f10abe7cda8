import { z } from 'zod';
import type { JsonObject } from '../../domain/json.js';
import type { CreateSimulator, Simulator } from '../contract/simulator.js';
import { json, withOrder } from '../wire/simulated/body.js';
import { answerMethod, settings, type Sim } from './simulated/methods.js';
import { press, pressOrder } from './simulated/press.js';
import { createWorkspace, type SimChannel, team, tokens } from './simulated/workspace.js';

const mount = /^\/slack\/api\/([A-Za-z.]+)$/;

const channelOrder = z.strictObject({ channel: z.string(), archived: z.boolean().optional(), member: z.boolean().optional() });
const sayOrder = z.strictObject({
  channel: z.string(),
  text: z.string().default('hello'),
  metadata: z.record(z.string(), z.json()).default({}),
});

/** Errors that a status of the sandbox's faults becomes: Slack says them with HTTP 200, except for 429 and what a proxy answers. */
const refusals: Readonly<Record<number, string>> = {
  400: 'invalid_arguments',
  401: 'invalid_auth',
  403: 'missing_scope',
  404: 'channel_not_found',
  409: 'is_archived',
};

/** The methods of the Web API that are used, and a person who presses buttons (Source: docs.slack.dev). */
const createSlack: CreateSimulator = (world): Simulator => {
  const sim: Sim = { world, workspace: createWorkspace(), settings: settings.parse({}), lastPost: new Map() };
  const shown = ({ id, name, member, archived, messages }: SimChannel): JsonObject => ({
    id,
    name,
    member,
    archived,
    messages: messages as unknown as JsonObject[],
  });
  return {
    vendor: 'slack',
    claims: ({ path }) => path.startsWith('/slack/'),
    operation: ({ method, path }) => mount.exec(path)?.[1] ?? `${method} ${path}`,
    answer: (request) => {
      const method = mount.exec(request.path)?.[1];
      const answer = method === undefined ? undefined : answerMethod(sim, method, request);
      return answer ?? json(501, { ok: false, error: `SANDBOX: ${request.method} ${request.path} is not simulated` });
    },
    refusal: (_request, status) => {
      const error = refusals[status];
      if (error !== undefined) return json(200, { ok: false, error });
      const headers: Record<string, string> = status === 429 ? { 'retry-after': '1' } : {};
      return { ...json(status, { ok: false, error: status === 429 ? 'ratelimited' : 'internal_error' }), headers };
    },
    received: () => ({ messages: sim.workspace.channels.reduce((sum, { messages }) => sum + messages.length, 0) }),
    controls: {
      'GET /channels': 'the channels with their messages, the newest first',
      'POST /press': 'a person presses a button: who, which, and how it is delivered',
      'POST /say': 'somebody else writes into a channel',
      'POST /channel': 'archives a channel, or takes the app out of it',
      'POST /settings': 'how often one may post, and whether everything fails',
    },
    control: ({ method, path, body }) => {
      switch (`${method} ${path}`) {
        case 'GET /channels':
          return { channels: sim.workspace.channels.map(shown) };
        case 'POST /press':
          return withOrder(pressOrder, body, (order) => press(sim, order));
        case 'POST /say':
          return withOrder(sayOrder, body, ({ channel, text, metadata }) => {
            const ts = sim.workspace.nextTs(world.now());
            sim.workspace.channel(channel)?.messages.unshift({ ts, text, blocks: [], metadata, user: 'USBXUSR04', edited: 0 });
            return { ts };
          });
        case 'POST /channel':
          return withOrder(channelOrder, body, ({ channel, ...change }) => {
            const found = sim.workspace.channel(channel);
            return found ? shown(Object.assign(found, change)) : { error: `There is no channel ${channel}.` };
          });
        case 'POST /settings':
          return withOrder(settings, body, (given) => {
            sim.settings = given;
            return { ...given };
          });
        default:
          return undefined;
      }
    },
    environment: ({ address, webhookSecret }) => ({
      SLACK_API_URL: `${address}/slack/api`,
      SLACK_BOT_TOKEN: tokens.bot,
      SLACK_SIGNING_SECRET: webhookSecret,
      SLACK_USERS_TOKEN: tokens.users,
      SLACK_TEAM_ID: team.id,
    }),
    reset: () => {
      sim.workspace.reset();
      sim.settings = settings.parse({});
      sim.lastPost.clear();
    },
  };
};

export default createSlack;
