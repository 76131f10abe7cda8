import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import type { McpClient } from '../client.js';
import { serverName } from '../names.js';
import { readWith } from '../reads.js';
import { plain, refused } from '../words.js';

const path = z.string().regex(/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,15}$/, 'is a path such as status.availableReplicas');

const params = z
  .strictObject({
    server: serverName,
    /** Name of one of its `reads`: there stand the tool, its pin and its arguments. */
    read: serverName,
    path,
    equals: z.union([z.string().max(200), z.number(), z.boolean()]).optional(),
    equalsPath: path.optional(),
    atLeast: z.number().optional(),
  })
  .refine(
    ({ equals, equalsPath, atLeast }) => [equals, equalsPath, atLeast].filter((one) => one !== undefined).length === 1,
    'needs exactly one of equals, equalsPath and atLeast',
  );

/** A value of a pinned read's answer. One that is not there is not well. */
export const toolSays = defineCheck<McpClient>()({
  id: 'mcp.tool-says',
  summary: "A value in the answer of an MCP server's pinned read is as wanted.",
  permissions: ['mcp:tools/list', 'mcp:tools/call'],
  params,
  read: async (call, { server, read, path: place, equals, equalsPath, atLeast }, target) => {
    const { namespace } = target.facts;
    const about = { name: target.name, namespace: typeof namespace === 'string' ? namespace : undefined };
    const { failed, says, data } = await readWith(call, { server, read }, about);
    if (failed) throw new VendorError('mcp', 'unavailable', `the read ${read} of ${server} failed; it says: ${says}`);
    if (typeof data !== 'object' || data === null) throw refused(`the read ${read} of ${server} gives no JSON`);
    const found = valueAt(data, place);
    if (found === undefined) return { ok: false, says: `${place} is not in the answer` };
    const shown = `${place} is ${show(found)}`;
    if (atLeast !== undefined)
      return { ok: typeof found === 'number' && found >= atLeast, says: `${shown}, wanted at least ${atLeast}` };
    const wanted = equalsPath === undefined ? equals : valueAt(data, equalsPath);
    const named = equalsPath === undefined ? '' : ` (${equalsPath})`;
    return { ok: wanted !== undefined && found === wanted, says: `${shown}, wanted ${show(wanted)}${named}` };
  },
});

/** Own members and indexes alone. Undefined: not there, or not one plain value. */
function valueAt(data: unknown, place: string): string | number | boolean | undefined {
  let value = data;
  for (const part of place.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

const show = (value: string | number | boolean | undefined): string =>
  value === undefined ? 'nothing' : plain(JSON.stringify(value), 100);
