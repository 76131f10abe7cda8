import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Cluster } from './cluster.js';
import { type Message, object } from './rpc.js';
import { type Behaviour, callTool, toolsOf } from './tools.js';

/** The server behind either revision of the protocol. */
export interface SimulatedServer {
  behaviour: Behaviour;
  tools: (message: Message) => JsonObject;
  /** A result, or the JSON-RPC error to answer with. */
  call: (message: Message) => { result: JsonObject } | { code: number; message: string };
}

export const info = { name: 'kubernetes', version: '1.0.0-sandbox' };

/** Tools of one page. */
const pageSize = 2;

export function createServer(world: SandboxWorld, cluster: Cluster, behaviour: Behaviour): SimulatedServer {
  return {
    behaviour,
    tools: ({ params }) => {
      const from = Number(params['cursor'] ?? 0) || 0;
      const all = toolsOf(behaviour);
      const next = from + pageSize;
      return { tools: all.slice(from, next), ...(next < all.length ? { nextCursor: String(next) } : {}) };
    },
    call: ({ params, meta }) => {
      const name = String(params['name']);
      const args = object(params['arguments']);
      const tool = toolsOf(behaviour).find((one) => one.name === name);
      if (!tool) return { code: -32602, message: `Unknown tool: ${name}` };
      const wanted = (object(tool['inputSchema'])['required'] ?? []) as string[];
      const missing = wanted.filter((one) => typeof args[one] !== 'string');
      if (missing.length > 0) return { code: -32602, message: `Invalid arguments: ${missing.join(', ')}` };
      return { result: callTool(world, cluster, behaviour, { name, args, meta }) ?? {} };
    },
  };
}
