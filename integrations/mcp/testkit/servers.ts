import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { McpServer as McpServerOne } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** What reached the tool. */
export interface Called {
  args: Record<string, unknown>;
  meta: Record<string, unknown>;
}

export interface RealServer {
  url: string;
  calls: Called[];
  /** Every HTTP request. */
  requests: { method: string; headers: IncomingMessage['headers'] }[];
  /** What the tool answers from now on; a function may throw, wait or never end. */
  answer: (make: () => Answer | Promise<Answer>) => void;
  /** Changes the tool's description in new sessions. */
  describe: (words: string) => void;
  close: () => Promise<void>;
}

type Answer = { content: { type: 'text'; text: string }[]; isError?: boolean };
export const text = (words: string, isError = false): Answer => ({ content: [{ type: 'text', text: words }], isError });

const where = { namespace: z.string(), name: z.string() };

/** State that all sessions of one server share. */
class Stage {
  calls: Called[] = [];
  words = 'Restart a deployment';
  make: () => Answer | Promise<Answer> = () => text('restarted');
  called(args: Record<string, unknown>, meta: unknown): Answer | Promise<Answer> {
    this.calls.push({ args, meta: (meta ?? {}) as Record<string, unknown> });
    return this.make();
  }
  /** The v1 line of the SDK. */
  one(): McpServerOne {
    const server = new McpServerOne({ name: 'kubernetes', version: '1' });
    const config = { description: this.words, inputSchema: where, annotations: { idempotentHint: true } };
    server.registerTool('rollout_restart', config, async (args, { _meta }) => this.called(args, _meta));
    return server;
  }
  /** The v2 line. */
  two(): McpServer {
    const server = new McpServer({ name: 'kubernetes', version: '1' });
    const config = { description: this.words, inputSchema: z.object(where), annotations: { idempotentHint: true } };
    server.registerTool('rollout_restart', config, async (args, { mcpReq }) => this.called(args, mcpReq._meta) as never);
    server.registerTool('ask_first', config, async (args, { mcpReq }) => {
      this.calls.push({ args, meta: mcpReq._meta as Record<string, unknown> });
      const confirm = inputRequired.elicit({
        message: 'Restart?',
        requestedSchema: { type: 'object', properties: { yes: { type: 'boolean' } } },
      });
      return inputRequired({ inputRequests: { confirm } });
    });
    return server;
  }
}

type Handler = (stage: Stage, request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function serve(path: string, handle: Handler): Promise<RealServer> {
  const stage = new Stage();
  const requests: RealServer['requests'] = [];
  const server: Server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', headers: request.headers });
    handle(stage, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    calls: stage.calls,
    requests,
    answer: (make) => void (stage.make = make),
    describe: (words) => void (stage.words = words),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** HTTP+SSE of 2024-11-05, as servers with SERVER_MODE=sse speak it. */
export function startSse(): Promise<RealServer> {
  const sessions = new Map<string, SSEServerTransport>();
  return serve('/sse', async (stage, request, response) => {
    const url = new URL(request.url ?? '/', 'http://server');
    if (request.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      await stage.one().connect(transport);
      return;
    }
    const session = sessions.get(url.searchParams.get('sessionId') ?? '');
    if (session) await session.handlePostMessage(request, response);
    else response.writeHead(404).end();
  });
}

/** Streamable HTTP of 2025-11-25 with sessions; it answers calls by a stream of their own. */
export function startInitialized(): Promise<RealServer> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  let ids = 0;
  return serve('/mcp', async (stage, request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => `session-${++ids}`,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await stage.one().connect(transport as never);
    await transport.handleRequest(request, response);
  });
}

/** Both revisions at one address, by the v2 line. */
export function startStateless(legacy: 'stateless' | 'reject' = 'stateless'): Promise<RealServer> {
  let handler: ReturnType<typeof createMcpHandler> | undefined;
  return serve('/mcp', async (stage, request, response) => {
    handler ??= createMcpHandler(() => stage.two(), { legacy });
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value);
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
    const url = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
    const answered = await handler.fetch(new Request(url, { method: request.method ?? 'GET', headers, ...body }));
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    if (answered.body) Readable.fromWeb(answered.body as never).pipe(response);
    else response.end();
  });
}
