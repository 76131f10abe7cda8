import { toNodeHandler } from '@modelcontextprotocol/node';
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import { type Request, type RequestHandler, Router } from 'express';
import type { ApiContext } from '../context.js';
import type { Entrance } from '../entrance.js';
import { jsonBody } from '../mount-routes.js';
import { Problem } from '../problem.js';
import { authInfoOf, createMcpEndpoint, type McpEndpoint } from './server.js';
import type { McpSettings } from './settings.js';
import { tools } from './tools/index.js';

/** The agent as an MCP server, where it is one. */
export interface Mcp extends Pick<McpSettings, 'hosts'> {
  endpoint: McpEndpoint;
}

/** As every body of the API. Bytes. */
const mostBytes = 64 * 1024;

/** Logs what is offered: whoever compares hashes sees that a list has changed. `undefined`: switched off. */
export async function openMcp({ on, hosts }: McpSettings, context: ApiContext): Promise<Mcp | undefined> {
  if (!on) {
    context.log.info('OPSSENTINEL_MCP is off: there is no MCP server at /mcp');
    return undefined;
  }
  const endpoint = createMcpEndpoint(tools, context, mostBytes);
  context.log.info(
    { tools: tools.length, sha256: await endpoint.listHash() },
    'MCP server at /mcp; sha256 is of its list of tools',
  );
  return { hosts, endpoint };
}

/** `/mcp`. The order is always: whom did they mean, not too often, who asks, how large is it; then the protocol. */
export function mountMcp({ hosts, endpoint: { handler } }: Mcp, entrance: Entrance): Router {
  const router = Router({ caseSensitive: true });
  const serve = toNodeHandler({ fetch: unstored(handler) }, { maxRequestBodySize: mostBytes });
  router.all('/mcp', enter(hosts, entrance), jsonBody(), async (request: Authenticated, response) => {
    await serve(request, response, request.body);
  });
  return router;
}

/** Answers are nobody's to keep, whatever the SDK says of them. */
const unstored =
  ({ fetch }: McpEndpoint['handler']): typeof fetch =>
  async (...given) => {
    const answer = await fetch(...given);
    answer.headers.set('cache-control', 'no-store, no-transform');
    return answer;
  };

/** Where the SDK's adapter looks for who asks. */
type Authenticated = Request & { auth?: ReturnType<typeof authInfoOf> };

function enter(hosts: readonly string[], entrance: Entrance): RequestHandler {
  return (request: Authenticated, _response, next) => {
    assertMeantForUs(request, [...hosts]);
    entrance.pass(request);
    request.auth = authInfoOf(entrance.authenticate(request));
    next();
  };
}

/**
 * A page in a browser can have its own name lead to this address (DNS rebinding); it cannot choose what the browser then writes as
 * `Host` and `Origin`. Specification 2026-07-28, Transports, "Security Warning": an Origin that is not known is answered 403.
 */
function assertMeantForUs(request: Request, hosts: string[]): void {
  if (!validateHostHeader(request.get('host'), hosts).ok)
    throw new Problem(
      403,
      'The Host header is no name of this API. Its names come from OPSSENTINEL_PUBLIC_URL and OPSSENTINEL_MCP_HOSTS.',
    );
  if (!validateOriginHeader(request.get('origin'), hosts).ok)
    throw new Problem(403, 'The Origin header is of another site: web pages of others may not use this API.');
}
