import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../domain/json.js';
import { refused } from './words.js';

/** A tool as its server lists it: what a model, a person and our pin go by. */
export interface Tool {
  name: string;
  description?: string;
  inputSchema: JsonObject;
  outputSchema?: JsonObject;
  /** The server's own word, proven by nobody: shown to people, trusted for nothing. */
  annotations?: JsonObject;
}

/** SHA-256 over the canonical JSON of what a tool promises. Its title and icons are decoration and left out. */
export function toolHash({ name, description, inputSchema, outputSchema, annotations }: Tool): string {
  return createHash('sha256').update(canonicalJson({ name, description, inputSchema, outputSchema, annotations })).digest('hex');
}

/** Throws `refused` when the tool is no longer the one that was pinned: its server may have been updated, or turned. */
export function assertPinned(tool: Tool, sha256: string, server: string): void {
  const found = toolHash(tool);
  if (found === sha256) return;
  throw refused(
    `the tool ${tool.name} of ${server} is not the one that was approved: its definition has the SHA-256 ${found}; look at it with: opssentinel mcp pin ${server} ${tool.name}`,
  );
}
