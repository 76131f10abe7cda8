import { localhostAllowedHostnames } from '@modelcontextprotocol/server';

export interface McpSettings {
  on: boolean;
  /** Names of this API, without ports, as a `Host` header writes them. */
  hosts: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Addresses to listen on that are no names of ours. */
const wildcards = ['0.0.0.0', '::', '*'];

/** From OPSSENTINEL_MCP, OPSSENTINEL_MCP_HOSTS, OPSSENTINEL_PUBLIC_URL and where the API listens; every problem names its variable. */
export function readMcpSettings(env: Environment, listensOn: string): { settings: McpSettings; problems: string[] } {
  const problems: string[] = [];
  const { OPSSENTINEL_MCP: text = '', OPSSENTINEL_MCP_HOSTS: further = '', OPSSENTINEL_PUBLIC_URL: url = '' } = env;
  if (!['', 'on', 'off'].includes(text)) problems.push('OPSSENTINEL_MCP must be on or off');
  const named = further
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = named.filter((name) => hostOf(name) === undefined);
  if (wrong.length > 0) problems.push('OPSSENTINEL_MCP_HOSTS: write names without scheme, port and path, separated by commas');
  const own = [...(wildcards.includes(listensOn) ? [] : [listensOn]), ...named].map(hostOf);
  const shown = URL.canParse(url) ? [new URL(url).hostname] : [];
  const hosts = [...localhostAllowedHostnames(), ...shown, ...own.filter((name) => name !== undefined)];
  return { settings: { on: text !== 'off', hosts: [...new Set(hosts)] }, problems };
}

/** A name as a URL writes it: lower case, an IPv6 address in brackets. `undefined`: it is no name alone. */
function hostOf(name: string): string | undefined {
  const written = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  if (!/^[\w.:[\]-]+$/.test(written) || !URL.canParse(`http://${written}`)) return undefined;
  const { host, port } = new URL(`http://${written}`);
  return port === '' && !/:\d+$/.test(written) ? host : undefined;
}
