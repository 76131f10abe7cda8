import type { JsonObject } from '../../domain/json.js';
import { VendorError } from '../contract/errors.js';
import type { Pinnable, PinDefinition } from '../contract/pin.js';
import type { McpClient } from './client.js';
import { type Tool, toolHash } from './tool.js';
import { plain } from './words.js';

/** What `opssentinel mcp pin` shows: the definition that a person approves, and the hash that stands for it. */
export const toolPins: PinDefinition<McpClient> = {
  summary: "Tools of an MCP server, by the SHA-256 of each one's definition.",
  permissions: ['mcp:tools/list'],
  read: async (call, server, name) => {
    const tools = await call.client.tools(call, server);
    const found = name === undefined ? tools : tools.filter((tool) => tool.name === name);
    if (found.length === 0 && name !== undefined)
      throw new VendorError('mcp', 'absent', `the server ${server} offers no tool ${plain(name, 128)}; it has ${namesOf(tools)}`);
    return found.map(pinnable);
  },
};

const namesOf = (tools: readonly Tool[]): string => plain(tools.map(({ name }) => name).join(', '), 500) || 'none';

const pinnable = (tool: Tool): Pinnable => ({
  name: plain(tool.name, 128),
  sha256: toolHash(tool),
  says: plain(tool.description ?? '', 4_000),
  definition: {
    inputSchema: tool.inputSchema,
    ...(tool.outputSchema ? { outputSchema: tool.outputSchema } : {}),
    ...(tool.annotations ? { annotations: tool.annotations } : {}),
  } satisfies JsonObject,
});
