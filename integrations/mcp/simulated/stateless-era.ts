import type { JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { error, header, type Message, object, result } from './rpc.js';
import { info, type SimulatedServer } from './server.js';
import { toolsOf } from './tools.js';

const version = '2026-07-28';
export const versionKey = 'io.modelcontextprotocol/protocolVersion';
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';

/** contracts 7, 2026-07-28: stateless, every request carries its version and its capabilities, headers and body must agree. */
export function answerStateless(request: WireRequest, message: Message, server: SimulatedServer): WireResponse {
  const mismatch = mismatchIn(request, message);
  if (mismatch) return error(400, message.id, -32020, mismatch);
  const asked = message.meta[versionKey];
  // contracts 7: unknown version 400 -32022.
  if (asked !== version)
    return error(400, message.id, -32022, 'Unsupported protocol version', { supported: [version], requested: asked ?? null });
  // contracts 7: clientCapabilities are required.
  if (message.meta[capabilitiesKey] === undefined) return error(400, message.id, -32602, `_meta lacks ${capabilitiesKey}`);
  if (message.id === undefined) return { status: 202 };
  if (message.method === 'server/discover') return complete(message, { ...cacheable, ...discovery });
  if (message.method === 'tools/list') return complete(message, { ...cacheable, ...server.tools(message) });
  // contracts 7: unknown method 404 -32601; `initialize`, `ping` and the like are no methods any more.
  if (message.method !== 'tools/call') return error(404, message.id, -32601, `Method not found: ${message.method}`);
  return answerCall(request, message, server);
}

/** contracts 7: list results need ttlMs and cacheScope. */
const cacheable = { ttlMs: 60_000, cacheScope: 'public' };

const discovery = {
  supportedVersions: [version],
  capabilities: { tools: {} },
  _meta: { 'io.modelcontextprotocol/serverInfo': info },
};

const complete = (message: Message, value: JsonObject): WireResponse => result(message, { resultType: 'complete', ...value });

function answerCall(request: WireRequest, message: Message, server: SimulatedServer): WireResponse {
  const mismatch = mirrorMismatch(request, message, server);
  if (mismatch) return error(400, message.id, -32020, mismatch);
  // contracts 7, MRTR: the server asks in its result, and the client would send the call again with the answer.
  if (server.behaviour.outcome === 'asks' && message.params['name'] === 'rollout_restart')
    return result(message, {
      resultType: 'input_required',
      inputRequests: {
        confirm: { method: 'elicitation/create', params: { message: 'Restart?', requestedSchema: confirmation } },
      },
      requestState: 'c2FuZGJveA',
    });
  const called = server.call(message);
  return 'result' in called ? complete(message, called.result) : error(200, message.id, called.code, called.message);
}

const confirmation = { type: 'object', properties: { yes: { type: 'boolean' } } };

/** contracts 7: MCP-Protocol-Version, Mcp-Method, and Mcp-Name for tools/call, checked against the body. */
function mismatchIn({ headers }: WireRequest, { method, params, meta }: Message): string | undefined {
  if (header(headers, 'mcp-protocol-version') !== meta[versionKey]) return 'MCP-Protocol-Version and the body differ';
  if (header(headers, 'mcp-method') !== method) return 'Mcp-Method and the body differ';
  if (method === 'tools/call' && header(headers, 'mcp-name') !== params['name']) return 'Mcp-Name and the body differ';
  return undefined;
}

/** contracts 7: what a tool marks with x-mcp-header travels as `Mcp-Param-*` too. */
function mirrorMismatch({ headers }: WireRequest, { params }: Message, { behaviour }: SimulatedServer): string | undefined {
  const tool = toolsOf(behaviour).find(({ name }) => name === params['name']);
  const properties = object(object(tool?.['inputSchema'])['properties']);
  const args = object(params['arguments']);
  return Object.entries(properties).flatMap(([name, property]) => {
    const mirrored = object(property)['x-mcp-header'];
    if (typeof mirrored !== 'string' || args[name] === undefined) return [];
    return header(headers, `mcp-param-${mirrored.toLowerCase()}`) === args[name]
      ? []
      : [`Mcp-Param-${mirrored} and the body differ`];
  })[0];
}
