import type { CallToolResult } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { createBuckets } from '../buckets.js';
import type { ApiContext } from '../context.js';
import { Problem, problemOf } from '../problem.js';
import { covers, type Caller } from '../tokens.js';
import { type Tool, type ToolGround, toolGround } from './tool.js';
import { asData } from './untrusted.js';

/** Of one answer, as text. Bytes would say little more: most of it is ASCII. */
const mostCharacters = 256 * 1024;

/** Calls a tool in a caller's name. What goes wrong is the tool's answer too, in words that say what to do: a model reads them. */
export type CallTool = (tool: Tool, input: unknown, caller: Caller | undefined) => Promise<CallToolResult>;

/** The order is always: may they, not too often, do it, is it in shape, does it end. `input` has been checked. */
export function createCallTool(tools: readonly Tool[], context: ApiContext): CallTool {
  const { ledger, rules, limits, metrics, log, now } = context;
  const ground: ToolGround = toolGround(ledger, rules, now);
  const buckets = new Map(tools.map((tool) => [tool.name, createBuckets(tool.rate(limits), now)]));
  const run: CallTool = async (tool, input, caller) => {
    if (caller === undefined) throw new Problem(401, 'Send a token: `Authorization: Bearer …`.');
    if (!covers(caller.scope, tool.scope))
      throw new Problem(403, `${tool.name} needs a token with scope ${tool.scope}; ${caller.name} has ${caller.scope}.`);
    const wait = buckets.get(tool.name)?.take(caller.name) ?? 0;
    if (wait > 0) {
      metrics.limited.inc({ what: 'mcp' });
      throw new Problem(429, `Too many calls of ${tool.name} by ${caller.name} at once; call again in ${wait} s.`);
    }
    const shape: z.ZodType = tool.output;
    const answer = shape.safeParse(await tool.handle(ground, input, caller));
    if (!answer.success) {
      metrics.repliesOutOfShape.inc({ route: `mcp ${tool.name}` });
      throw new Error(
        `${tool.name}: the answer is out of shape at ${answer.error.issues.map(({ path }) => path.join('.')).join(', ')}`,
      );
    }
    const { structured, text } = asData(answer.data, tool.longest);
    if (text.length > mostCharacters)
      throw new Problem(
        413,
        `This answer is larger than a tool gives, which is ${mostCharacters / 1024} KiB: ${tool.elsewhere}.`,
      );
    return { structuredContent: structured, content: [{ type: 'text', text }] };
  };
  return (tool, input, caller) =>
    run(tool, input, caller).catch((error: unknown) => {
      const problem = problemOf(error);
      if (problem.status === 500) log.error({ err: error, tool: tool.name }, 'an MCP tool failed');
      return { isError: true, content: [{ type: 'text', text: problem.message }] };
    });
}
