import { Client } from '@modelcontextprotocol/client';
import type { JsonObject } from '../../../domain/json.js';
import type { Call } from '../../contract/call.js';
import { withDeadline } from '../../contract/deadline.js';
import { vendorErrorOf } from '../errors.js';
import { type ToolResult, resultOf } from '../result.js';
import { secretsOf, type ServerEntry } from '../server-entry.js';
import type { Tool } from '../tool.js';
import { type McpTransport, negotiation, transportTo } from './transport.js';
import type { Watch } from './watch.js';

/** One conversation with one server: opened for one purpose, closed after it. */
export interface Session {
  /** All pages. */
  tools: () => Promise<Tool[]>;
  /** Sends one `tools/call`. A second one in the same session is refused. */
  callTool: (tool: Tool, args: JsonObject, meta: Record<string, string>) => Promise<ToolResult>;
}

export interface SessionOptions {
  entry: ServerEntry;
  /** For people: `tools/call kubernetes rollout_restart`. */
  operation: string;
  /** From connecting to the last answer. Milliseconds. */
  deadlineMs: number;
  /** `write`: a call that has left us may have been carried out. */
  kind: 'read' | 'write';
}

/** More pages than any server has. */
const mostPages = 20;

/** Opens, works, closes. Throws VendorError. */
export async function inSession<Value>(
  call: Pick<Call, 'signal' | 'now'>,
  { entry, operation, deadlineMs, kind }: SessionOptions,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  const watch: Watch = { calls: 0, retryAfterMs: undefined, trouble: undefined };
  const signal = withDeadline(call.signal, deadlineMs);
  const transport = transportTo(entry, watch, call.now);
  const client = new Client(
    { name: 'opssentinel', version: '1' },
    {
      // Nothing that a server may ask of us: no elicitation, no sampling, no roots. What it asks in its answer ends the call.
      capabilities: {},
      inputRequired: { autoFulfill: false },
      versionNegotiation: negotiation[entry.transport],
      listMaxPages: mostPages,
    },
  );
  const options = { signal, timeout: deadlineMs };
  try {
    const opened = client.connect(transport, options).then(() => work(sessionOf(client, options)));
    return await unless(signal, opened);
  } catch (error) {
    const late = signal.aborted && !call.signal.aborted ? new Error(`not within ${deadlineMs / 1_000} s`) : error;
    const soFar = kind === 'write' && watch.calls > 0 ? 'write' : 'read';
    throw vendorErrorOf(late, { ...watch, operation, secrets: secretsOf(entry), kind: soFar });
  } finally {
    await ended(client, transport);
  }
}

type Options = { signal: AbortSignal; timeout: number };

const sessionOf = (client: Client, options: Options): Session => ({
  tools: async () => (await client.listTools(undefined, { ...options, cacheMode: 'refresh' })).tools as Tool[],
  callTool: async (tool, args, meta) => {
    // With the definition in hand the SDK does not look it up, nor ask again; without its output schema it does not judge the result,
    // for an error after the tool has run would look like a refusal.
    const { outputSchema: _ignored, ...definition } = tool;
    return resultOf(
      await client.callTool(
        { name: tool.name, arguments: args, _meta: meta },
        { ...options, toolDefinition: definition as unknown as NonNullable<ToolDefinition> },
      ),
    );
  },
});

type ToolDefinition = NonNullable<Parameters<Client['callTool']>[1]>['toolDefinition'];

/** What `work` gives, or the signal's end, for some waits of the SDK know no signal. */
async function unless<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('cancelled'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  // Whoever loses the race may still fail, unheard.
  work.catch(() => undefined);
  aborted.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** A goodbye takes at most so long; what is left of it goes on behind our back. Milliseconds. */
const goodbyeMs = 1_000;

/** Ends the server's session too, where it keeps one (2025-11-25, Session Management): each of ours is used once. */
async function ended(client: Client, transport: McpTransport): Promise<void> {
  const goodbye = (async () => {
    if ('terminateSession' in transport) await transport.terminateSession().catch(() => undefined);
    await client.close();
    await transport.close();
  })().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, goodbyeMs);
  });
  await Promise.race([goodbye, enough]);
  clearTimeout(timer);
  await transport.close().catch(() => undefined);
}
