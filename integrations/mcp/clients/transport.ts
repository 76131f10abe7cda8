import { SSEClientTransport, StreamableHTTPClientTransport, type VersionNegotiationOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { ServerEntry } from '../server-entry.js';
import { onlyOneCall, type Watch, watchedFetch } from './watch.js';

export type McpTransport = SSEClientTransport | StreamableHTTPClientTransport | StdioClientTransport;

/** The connection to a server, not yet opened. */
export function transportTo(entry: ServerEntry, watch: Watch, now: () => number): McpTransport {
  if (entry.transport === 'stdio') return onlyOneCall(program(entry), watch);
  const url = new URL(entry.url);
  const headers = new Headers(entry.headers);
  if (entry.token !== undefined) headers.set('authorization', `Bearer ${entry.token}`);
  const options = { fetch: watchedFetch(watch, now), requestInit: { headers } };
  if (entry.transport === 'sse') return onlyOneCall(new SSEClientTransport(url, options), watch);
  return onlyOneCall(
    new StreamableHTTPClientTransport(url, { ...options, reconnectionOptions: never, onInsufficientScope: 'throw' }),
    watch,
  );
}

/** A stream that broke is not taken up again: whether the tool ran is then read back, or told to people. */
const never = { maxRetries: 0, initialReconnectionDelay: 1_000, maxReconnectionDelay: 1_000, reconnectionDelayGrowFactor: 1 };

/** What the SDK would hand on of our own environment. `PATH` stays, for the program is found by it. */
const withheld = ['HOME', 'LOGNAME', 'SHELL', 'TERM', 'USER', 'APPDATA', 'LOCALAPPDATA', 'USERNAME', 'USERPROFILE'];

/** Our credentials are not the server's: it gets `PATH` and what its entry says. What it writes to stderr is its own affair. */
function program({ command: [file = '', ...args], env }: ServerEntry & { transport: 'stdio' }): StdioClientTransport {
  const nothing = Object.fromEntries(withheld.map((name) => [name, undefined]));
  // An undefined member is left out by spawn, and takes the place of the SDK's own.
  return new StdioClientTransport({
    command: file,
    args,
    env: { ...nothing, ...env } as Record<string, string>,
    stderr: 'ignore',
  });
}

/** A program that does not answer the question of 2026-07-28 within this is an older one. Milliseconds. */
const probeMs = 3_000;

/** HTTP+SSE is older than every question of versions; elsewhere the server is asked first, and `initialize` follows if it knows no answer. */
export const negotiation: Readonly<Record<ServerEntry['transport'], VersionNegotiationOptions>> = {
  sse: { mode: 'legacy' },
  http: { mode: 'auto' },
  stdio: { mode: 'auto', probe: { timeoutMs: probeMs } },
};
