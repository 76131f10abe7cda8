import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.js';
import type { CreateSimulator, Simulator, WireRequest, WireResponse } from '../contract/simulator.js';
import { withOrder } from '../wire/simulated/body.js';
import { createCluster } from './simulated/cluster.js';
import { createInitializedEra } from './simulated/initialized-era.js';
import { error, header, messageIn } from './simulated/rpc.js';
import { createServer } from './simulated/server.js';
import { answerStateless, versionKey } from './simulated/stateless-era.js';
import { type Behaviour, sha256Of, toolsOf } from './simulated/tools.js';

const mount = '/mcp/kubernetes';
const token = 'sandbox-mcp-token';

/** What `POST /_sandbox/mcp/behave` takes; what is not said is as it was at the beginning. */
const behaviour = z.strictObject({
  era: z.enum(['both', '2025', '2026']).default('both'),
  description: z.string().optional(),
  outcome: z.enum(['runs', 'fails', 'asks']).default('runs'),
  says: z.string().optional(),
});

/** What `POST /_sandbox/mcp/break` takes. */
const broken = z.strictObject({ namespace: z.string(), name: z.string() });

const beginning: Behaviour = { era: 'both', outcome: 'runs' };

/** A Kubernetes MCP server on streamable HTTP, both revisions at one address (contracts 7: createMcpHandler). */
const createMcp: CreateSimulator = (world): Simulator => {
  const cluster = createCluster(world);
  const initialized = createInitializedEra();
  const server = createServer(world, cluster, { ...beginning });
  let lastMeta: JsonObject = {};

  const answer = (request: WireRequest): WireResponse => {
    const refusal = unproven(request);
    if (refusal) return refusal;
    const message = request.method === 'POST' ? messageIn(request) : undefined;
    if (message?.method === 'tools/call') lastMeta = message.meta;
    const stateless = message?.meta[versionKey] !== undefined;
    if (message && stateless && server.behaviour.era !== '2025') return answerStateless(request, message, server);
    // contracts 7, 2026-07-28: no initialize; GET and DELETE answer 405.
    if (server.behaviour.era === '2026')
      return request.method === 'POST' ? error(400, message?.id, -32600, `_meta lacks ${versionKey}`) : { status: 405 };
    return initialized.answer(request, server);
  };

  return {
    vendor: 'mcp',
    claims: ({ path }) => path === mount,
    operation: operationOf,
    answer,
    refusal: (_request, status) => error(status, undefined, -32000, `SANDBOX: scripted ${status}`),
    controls: {
      'GET /state': 'open sessions, and the `_meta` of the latest call',
      'POST /behave': 'which revision it speaks, how its tools are described and how they end',
      'POST /break': 'a deployment does not roll out: `{"namespace": "shop", "name": "checkout"}`',
    },
    control: async ({ method, path, body }) => {
      if (method === 'GET' && path === '/state') return { sessions: initialized.sessions.size, meta: lastMeta };
      if (method !== 'POST') return undefined;
      if (path === '/behave')
        return withOrder(behaviour, body, (given) => {
          Object.assign(server.behaviour, wiped, given);
          return { ...given } as JsonObject;
        });
      if (path === '/break')
        return withOrder(broken, body, ({ namespace, name }) => ({ broken: cluster.break(namespace, name) }));
      return undefined;
    },
    environment: ({ address }) => ({ MCP_SERVERS: JSON.stringify({ kubernetes: entry(address) }) }),
    reset: () => {
      cluster.reset();
      initialized.sessions.clear();
      Object.assign(server.behaviour, wiped, beginning);
      lastMeta = {};
    },
  };
};

const wiped = { description: undefined, says: undefined };

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : 'of no name');

const operationOf = (request: WireRequest): string => {
  if (request.method !== 'POST') return request.method;
  const message = messageIn(request);
  if (!message) return 'POST';
  return message.method === 'tools/call' ? `tools/call ${textOf(message.params['name'])}` : message.method;
};

/** contracts 7: 401 names where rights are got; a foreign Origin is refused with 403, for a page must not reach a local server. */
function unproven({ headers }: WireRequest): WireResponse | undefined {
  if (header(headers, 'origin') !== '') return error(403, undefined, -32000, 'Forbidden: Origin');
  if (header(headers, 'authorization') === `Bearer ${token}`) return undefined;
  const challenge = 'Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource", scope="mcp"';
  return { ...error(401, undefined, -32000, 'Unauthorized'), headers: { 'www-authenticate': challenge } };
}

/** The entry of MCP_SERVERS that reaches it, with what gives a deployment pinned as it is at the beginning. */
function entry(address: string): JsonObject {
  const [get] = toolsOf(beginning);
  return {
    url: `${address}${mount}`,
    token,
    account: '111122223333',
    region: 'eu-west-1',
    reads: {
      deployment: {
        tool: 'get_deployment',
        sha256: get ? sha256Of(get) : '',
        arguments: { namespace: { from: 'target.namespace' }, name: { from: 'target.name' } },
      },
    },
  };
}

export default createMcp;
