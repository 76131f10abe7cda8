import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import { defineAction } from '../../contract/action.js';
import type { Place } from '../../contract/call.js';
import { tooLateToBegin } from '../../contract/errors.js';
import type { McpClient } from '../client.js';
import { argumentName, argumentText, pin, serverName, toolName } from '../names.js';
import { refused } from '../words.js';

const plainValue = z.union([argumentText, z.number(), z.boolean()]);

const params = z.strictObject({
  server: serverName,
  tool: toolName,
  sha256: pin,
  /** Flat, or with one level below. */
  arguments: z.record(argumentName, z.union([plainValue, z.record(argumentName, plainValue)])),
});

/** How a call ended; a type, so that it can travel as JSON. */
type CallRef = { server: string; tool: string; failed: boolean; says: string };

/**
 * Calls one tool of an MCP server, pinned by its definition, and takes its answer for the end. MCP has no token that a server must
 * honour: when the answer is lost, nobody can tell. The attempt key travels in `_meta`, so that the server itself may refuse a repeat.
 */
export const callTool = defineAction<McpClient>()({
  id: 'mcp.call-tool',
  summary: "Call one tool of an MCP server, pinned by its definition, and wait for the tool's answer.",
  risk: 'disruptive',
  ceiling: 'approve',
  idempotency: 'at-most-once',
  permissions: ['mcp:tools/list', 'mcp:tools/call'],
  params,
  says: ({ server, tool, sha256, arguments: args }) =>
    `MCP tool ${tool} of ${server} (${sha256.slice(0, 12)}) with ${written(args) || 'no arguments'}`,
  preState: async (call, wanted, target) => {
    worksAt(call.client, wanted.server, call.place);
    aimsAt(wanted.server, wanted.arguments, target);
    await call.client.rehearse(call, wanted);
    return { server: wanted.server, tool: wanted.tool, sha256: wanted.sha256 };
  },
  start: async (call, wanted, attempt) => {
    if (attempt.preState['sha256'] !== wanted.sha256 || attempt.preState['tool'] !== wanted.tool)
      throw refused('admission did not record the definition of the pinned tool');
    worksAt(call.client, wanted.server, call.place);
    const meta = { 'opssentinel/key': attempt.key, 'opssentinel/incident': call.incident };
    const inTime = (): void => mayBegin(call.now(), attempt.startBy);
    inTime();
    const { failed, says } = await call.client.run(call, wanted, meta, inTime);
    const ref: CallRef = { server: wanted.server, tool: wanted.tool, failed, says };
    return { ref, says: sentence(ref) };
  },
  wait: async (_call, ref) => {
    const ended = ref as CallRef;
    return { status: ended.failed ? 'failed' : 'succeeded', says: sentence(ended) };
  },
  // Nothing in MCP is found again by a key that we chose, and a server's word that a repeat is harmless proves nothing.
  adopt: async () => ({ found: false, certain: false }),
  undo: 'none',
});

const sentence = ({ server, tool, failed, says }: CallRef): string =>
  `MCP tool ${tool} of ${server} ${failed ? 'failed' : 'ran'}${says ? `; it says: ${says}` : ''}`;

/** A server works at one place; a plan for another may not reach it. */
function worksAt(client: McpClient, server: string, { account, region }: Place): void {
  const place = client.place(server);
  if (place === undefined || (place.account === account && place.region === region)) return;
  throw refused(
    `the server ${server} works in account ${place.account}, ${place.region}, and the plan is for ${account}, ${region}`,
  );
}

/** The locked and budgeted target must be what the tool is told to work on, through the server that it was read of. */
function aimsAt(server: string, args: JsonObject, { id, name, facts }: Target): void {
  const values = valuesIn(args);
  if (!values.includes(name) && !values.includes(id)) throw refused(`none of the arguments names the target ${name}`);
  const { server: reader, namespace } = facts;
  if (typeof reader === 'string' && reader !== server)
    throw refused(`the target ${name} is of the server ${reader}, and the tool is of ${server}`);
  if (typeof namespace === 'string' && !values.includes(namespace) && !values.includes(id))
    throw refused(`none of the arguments names the namespace ${namespace} of ${name}`);
}

const valuesIn = (args: JsonObject): Json[] =>
  Object.values(args).flatMap((value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.values(value) : [value],
  );

const written = (args: JsonObject): string =>
  Object.entries(args)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ');

/** `startBy` in epoch milliseconds. */
function mayBegin(now: number, startBy: number): void {
  if (now > startBy) throw refused(tooLateToBegin);
}
