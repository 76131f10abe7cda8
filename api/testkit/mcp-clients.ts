import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientOne } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportOne } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** What a tool answered, as any client has it. */
export interface Told {
  text: string;
  data: unknown;
  label: unknown;
  failed: boolean;
}

export interface ListedTool {
  name: string;
  description?: string | undefined;
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown> | undefined;
  annotations?: Record<string, unknown> | undefined;
}

export interface McpUser {
  tools: () => Promise<ListedTool[]>;
  /** Rejects with the protocol's own errors; an error of the tool is `failed`. */
  call: (name: string, args?: Record<string, unknown>) => Promise<Told>;
  revision: () => string | undefined;
  close: () => Promise<void>;
}

const about = { name: 'a model', version: '1' };

/** Clients that are not ours, each of its era: both check results against the output schemas that they were given. */
export const eras = {
  '2026-07-28': connectNow,
  '2025-11-25': connectBefore,
} as const;
export type Era = keyof typeof eras;

async function connectNow(address: string, token: string): Promise<McpUser> {
  const client = new Client(about, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', address), { requestInit: headersOf(token) }));
  return {
    tools: async () => (await client.listTools()).tools as ListedTool[],
    call: async (name, args = {}) => told(await client.callTool({ name, arguments: args })),
    revision: () => client.getNegotiatedProtocolVersion(),
    close: () => client.close(),
  };
}

async function connectBefore(address: string, token: string): Promise<McpUser> {
  const client = new ClientOne(about);
  const transport = new TransportOne(new URL('/mcp', address), { requestInit: headersOf(token) });
  await client.connect(transport as Parameters<ClientOne['connect']>[0]);
  return {
    tools: async () => (await client.listTools()).tools as ListedTool[],
    call: async (name, args = {}) => told(await client.callTool({ name, arguments: args })),
    revision: () => transport.protocolVersion,
    close: () => client.close(),
  };
}

const headersOf = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

function told(result: object): Told {
  const { content, structuredContent, isError } = result as {
    content: { type: string; text: string }[];
    structuredContent?: { label: unknown; data: unknown };
    isError?: boolean;
  };
  return {
    text: content.map(({ text }) => text).join('\n'),
    data: structuredContent?.data,
    label: structuredContent?.label,
    failed: isError === true,
  };
}
