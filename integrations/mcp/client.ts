import type { JsonObject } from '../../domain/json.js';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { assertArguments } from './clients/arguments.js';
import { inSession } from './clients/session.js';
import type { McpConfig } from './config.js';
import type { ToolResult } from './result.js';
import type { PinnedRead, ServerEntry } from './server-entry.js';
import { assertPinned, type Tool } from './tool.js';
import { refused } from './words.js';

type Caller = Pick<Call, 'signal' | 'now'>;

/** A use of a tool, with the definition that was approved. */
export interface PinnedCall {
  server: string;
  tool: string;
  /** SHA-256 of the tool's definition. */
  sha256: string;
  arguments: JsonObject;
}

/** Where a server works, as the policy knows the place. */
export interface ServerPlace {
  account: string;
  region: string;
}

/** All MCP servers. Each method is one session: connect, list, compare, call, close. Throws VendorError. */
export interface McpClient {
  /** Throws `absent` when there is none of that name. `undefined`: its entry names no place. */
  place: (server: string) => ServerPlace | undefined;
  /** The pinned read of that name. Throws `absent`. */
  readOf: (server: string, name: string) => PinnedRead;
  tools: (call: Caller, server: string) => Promise<Tool[]>;
  /** Whether this could be called now: the tool is the pinned one and takes these arguments. */
  rehearse: (call: Caller, wanted: PinnedCall) => Promise<void>;
  /** Calls a tool that only reads: a lost answer is `unavailable`. */
  read: (call: Caller, wanted: PinnedCall) => Promise<ToolResult>;
  /**
   * Calls it, once. `ready` is asked when all is compared and nothing has left us; it throws when it is too late. A lost answer is `ambiguous`.
   */
  run: (call: Caller, wanted: PinnedCall, meta: Record<string, string>, ready: () => void) => Promise<ToolResult>;
}

/** From connecting to the last answer of a read. Milliseconds. */
const readMs = 10_000;

/** `deadlines`: milliseconds, in place of those of the entries. */
export function connectMcp(servers: McpConfig, deadlines: { read?: number; run?: number } = {}): McpClient {
  const entryOf = (server: string): ServerEntry => {
    const entry = servers.get(server);
    if (entry) return entry;
    throw new VendorError(
      'mcp',
      'absent',
      `there is no server ${server} in MCP_SERVERS; it has ${[...servers.keys()].join(', ')}`,
    );
  };
  const reading = (server: string, operation: string) => {
    const entry = entryOf(server);
    return {
      entry,
      operation,
      kind: 'read',
      deadlineMs: deadlines.read ?? Math.min(readMs, entry.timeoutSeconds * 1_000),
    } as const;
  };
  return {
    place: (server) => {
      const { account, region } = entryOf(server);
      return account === undefined || region === undefined ? undefined : { account, region };
    },
    readOf: (server, name) => {
      const { reads } = entryOf(server);
      const found = Object.hasOwn(reads, name) ? reads[name] : undefined;
      if (found) return found;
      throw new VendorError('mcp', 'absent', `the server ${server} has no read ${name} in MCP_SERVERS; add it to its reads`);
    },
    tools: (call, server) => inSession(call, reading(server, `tools/list ${server}`), (session) => session.tools()),
    rehearse: (call, wanted) =>
      inSession(call, reading(wanted.server, `tools/list ${wanted.server}`), async (session) => {
        approved(await session.tools(), wanted);
      }),
    read: (call, wanted) =>
      inSession(call, reading(wanted.server, operationOf(wanted)), async (session) => {
        const tool = approved(await session.tools(), wanted);
        if (tool.annotations?.['readOnlyHint'] === false)
          throw refused(
            `the tool ${tool.name} of ${wanted.server} says itself that it does not only read; name one that does in reads`,
          );
        return session.callTool(tool, wanted.arguments, {});
      }),
    run: (call, wanted, meta, ready) => {
      const entry = entryOf(wanted.server);
      const deadlineMs = deadlines.run ?? entry.timeoutSeconds * 1_000;
      return inSession(call, { entry, operation: operationOf(wanted), deadlineMs, kind: 'write' }, async (session) => {
        const tool = approved(await session.tools(), wanted);
        ready();
        return session.callTool(tool, wanted.arguments, meta);
      });
    },
  };
}

const operationOf = ({ server, tool }: PinnedCall): string => `tools/call ${server} ${tool}`;

/** The tool, if it is the one that was approved and takes these arguments. */
function approved(tools: readonly Tool[], { server, tool: name, sha256, arguments: args }: PinnedCall): Tool {
  const [found, another] = tools.filter((tool) => tool.name === name);
  if (!found) throw new VendorError('mcp', 'absent', `the server ${server} offers no tool ${name}`);
  if (another) throw refused(`the server ${server} offers the tool ${name} twice; which of them would run, nobody can tell`);
  assertPinned(found, sha256, server);
  assertArguments(found, args);
  return found;
}
