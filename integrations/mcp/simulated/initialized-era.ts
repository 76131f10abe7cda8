import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { error, header, type Message, messageIn, object, result } from './rpc.js';
import { info, type SimulatedServer } from './server.js';

/** Newest first (contracts 7: Revisions). */
const versions = ['2025-11-25', '2025-06-18', '2025-03-26'];

/** Streamable HTTP of 2025-11-25 and before: `initialize`, a session, and answers as plain JSON. */
export interface InitializedEra {
  answer: (request: WireRequest, server: SimulatedServer) => WireResponse;
  /** Sessions that are open. */
  sessions: Set<string>;
}

export function createInitializedEra(): InitializedEra {
  const sessions = new Set<string>();
  const answer = (request: WireRequest, server: SimulatedServer): WireResponse => {
    const { method, headers } = request;
    const session = header(headers, 'mcp-session-id');
    // 2025-11-25 transports, Listening for Messages: a server that offers no stream answers 405.
    if (method === 'GET') return { status: 405, headers: { allow: 'POST, DELETE' } };
    if (method === 'DELETE') return { status: sessions.delete(session) ? 200 : 404 };
    if (method !== 'POST') return { status: 405, headers: { allow: 'POST, DELETE' } };
    // Sending Messages: a client MUST accept both.
    const accept = header(headers, 'accept');
    if (!accept.includes('application/json') || !accept.includes('text/event-stream'))
      return error(406, undefined, -32000, 'Not Acceptable: Client must accept both application/json and text/event-stream');
    const message = messageIn(request);
    if (!message) return error(400, undefined, -32700, 'Parse error');
    if (message.method === 'initialize') return initialize(message, sessions);
    // Session Management: 400 without one, 404 for one that is not known (any more).
    if (session === '') return error(400, message.id, -32000, 'Bad Request: Mcp-Session-Id header is required');
    if (!sessions.has(session)) return error(404, message.id, -32001, 'Session not found');
    const version = header(headers, 'mcp-protocol-version');
    if (version !== '' && !versions.includes(version))
      return error(400, message.id, -32000, `Bad Request: Unsupported protocol version: ${version}`);
    if (message.id === undefined) return { status: 202 };
    return dispatch(message, server);
  };
  return { answer, sessions };
}

function initialize(message: Message, sessions: Set<string>): WireResponse {
  const asked = String(message.params['protocolVersion']);
  const id = randomUUID();
  sessions.add(id);
  const answered = result(message, {
    protocolVersion: versions.includes(asked) ? asked : (versions[0] ?? ''),
    capabilities: { tools: { listChanged: false } },
    serverInfo: info,
  });
  return { ...answered, headers: { 'mcp-session-id': id } };
}

function dispatch(message: Message, server: SimulatedServer): WireResponse {
  if (message.method === 'ping') return result(message, {});
  if (message.method === 'tools/list') return result(message, server.tools(message));
  if (message.method !== 'tools/call') return error(200, message.id, -32601, `Method not found: ${message.method}`);
  // 2025-11-25 schema, URLElicitationRequiredError: without a stream this is how input is asked for.
  if (server.behaviour.outcome === 'asks' && object(message.params)['name'] === 'rollout_restart')
    return error(200, message.id, -32042, 'This request needs a person to confirm it', {
      elicitations: [{ mode: 'url', elicitationId: 'e1', url: 'https://example.com/confirm', message: 'Restart?' }],
    });
  const called = server.call(message);
  return 'result' in called ? result(message, called.result) : error(200, message.id, called.code, called.message);
}
