import type { JsonObject } from '../../domain/json.js';
import type { CallWith } from '../contract/call.js';
import type { McpClient } from './client.js';
import type { ToolResult } from './result.js';
import { refused } from './words.js';

/** What an argument of a configured read may be filled with. */
export interface About {
  name: string;
  namespace: string | undefined;
}

/** Calls the pinned read of that name. Throws VendorError. */
export function readWith(
  call: CallWith<McpClient>,
  { server, read: name }: { server: string; read: string },
  about: About,
): Promise<ToolResult> {
  const { tool, sha256, arguments: template } = call.client.readOf(server, name);
  const args = Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, typeof value === 'object' ? filled(value.from, about) : value]),
  ) as JsonObject;
  return call.client.read(call, { server, tool, sha256, arguments: args });
}

function filled(from: 'target.name' | 'target.namespace', { name, namespace }: About): string {
  if (from === 'target.name') return name;
  if (namespace !== undefined) return namespace;
  throw refused('the read wants target.namespace, and the target has none');
}
