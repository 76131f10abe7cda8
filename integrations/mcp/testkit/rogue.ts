import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server gives for one method: a status, headers and a body of its choice. `id` is the request's. */
export type Script = (
  request: { id: unknown; params: Record<string, unknown> },
  response: ServerResponse,
  raw: IncomingMessage,
) => void;

export interface Rogue {
  url: string;
  /** Methods of JSON-RPC as they came; a request without a body by its HTTP method. */
  asked: string[];
  /** Answers this method so, from now on. */
  on: (method: string, script: Script) => void;
  reset: () => void;
  close: () => Promise<void>;
}

export const tool = {
  name: 'rollout_restart',
  description: 'Restart a deployment',
  inputSchema: { type: 'object', properties: { namespace: { type: 'string' }, name: { type: 'string' } } },
};

export const give = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** A result of 2026-07-28, or another JSON-RPC answer. */
export const result =
  (value: object): Script =>
  ({ id }, response) =>
    give(response, 200, { jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });
export const failure =
  (status: number, code: number, message: string, headers: Record<string, string> = {}): Script =>
  ({ id }, response) =>
    give(response, status, { jsonrpc: '2.0', id, error: { code, message } }, headers);

const cacheable = { ttlMs: 0, cacheScope: 'private' };
export const listing = (tools: object[], more: object = {}): Script => result({ ...cacheable, tools, ...more });

const beginning = (): Map<string, Script> =>
  new Map<string, Script>([
    ['server/discover', result({ ...cacheable, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })],
    ['tools/list', listing([tool])],
    ['tools/call', result({ content: [{ type: 'text', text: 'restarted' }] })],
  ]);

/** A server of 2026-07-28 that does on one method what no honest one would. */
export async function startRogue(): Promise<Rogue> {
  let scripts = beginning();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      const method = typeof body['method'] === 'string' ? body['method'] : (request.method ?? '');
      asked.push(method);
      const script = scripts.get(method);
      if (script) script({ id: body['id'], params: (body['params'] ?? {}) as Record<string, unknown> }, response, request);
      else response.writeHead(405).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    asked,
    on: (method, script) => void scripts.set(method, script),
    reset: () => {
      scripts = beginning();
      asked.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
