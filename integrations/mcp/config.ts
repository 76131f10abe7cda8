import { z } from 'zod';
import { secret, type Variables } from '../../domain/variable.js';
import { text } from '../wire/settings.js';
import { serverName } from './names.js';
import { type ServerEntry, serverEntry } from './server-entry.js';

/** The MCP servers that may be called, by name. Holds secrets. */
export type McpConfig = ReadonlyMap<string, ServerEntry>;

export const mcpVariables: Variables = {
  MCP_SERVERS: secret(
    'The MCP servers whose tools runbooks may call, as JSON: `{"kubernetes": {"url": "https://mcp.example.com/mcp", "token": "…"}}`; integrations/mcp/README.md says all of it.',
  ),
};

const entries = z
  .record(serverName, serverEntry)
  .refine((servers) => Object.keys(servers).length > 0, 'names no server; name one, or unset it');

/** The environment to a config; `undefined` when nothing is set. */
export const mcpConfig = z.object({ MCP_SERVERS: text }).transform((env, context): McpConfig | undefined => {
  if (env.MCP_SERVERS === undefined) return undefined;
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', path: ['MCP_SERVERS'], message });
    return z.NEVER;
  };
  const read = jsonIn(env.MCP_SERVERS);
  if (read === undefined) return refuse('is not JSON; write {"<name>": {"url": "…"}}, or name a file with MCP_SERVERS_FILE');
  const parsed = entries.safeParse(read);
  if (!parsed.success) return refuse(parsed.error.issues.flatMap(lines).join('; '));
  return new Map(Object.entries(parsed.data));
});

/** The parser's own message would quote what it stumbled over, and that may be a token. */
function jsonIn(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

type Issue = z.core.$ZodIssue;

/** All of them on the variable's one line, with their place and without any value. */
function lines(issue: Issue): string[] {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at(place, key)} is not known here; remove it`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${place} ${message}`);
  if (issue.code === 'invalid_type' && issue.message.includes('undefined')) return [`${place} is missing`];
  return [`${place} ${issue.message}`.trim()];
}

const at = (place: string, key: string): string => (place ? `${place}.${key}` : key);
