import { matching, parseEntries } from './token-entries.js';

export { tokenHash } from './token-entries.js';

/**
 * What a token may. `adviser` is for agents: it reads, and proposes to people what to do with a plan; it never approves, stops, resumes or
 * labels, over MCP or REST.
 */
export const scopes = ['viewer', 'adviser', 'approver', 'operator', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** What each scope holds beside itself. Who may approve need not be able to advise: a word on a plan and advice on it exclude each other. */
const holds: Readonly<Record<Scope, readonly Scope[]>> = {
  viewer: [],
  adviser: ['viewer'],
  approver: ['viewer'],
  operator: ['viewer', 'adviser', 'approver'],
  admin: ['viewer', 'adviser', 'approver', 'operator'],
};

/** Who a token belongs to. */
export interface Caller {
  name: string;
  scope: Scope;
}

export interface ApiTokens {
  count: number;
  /** Compares with every token, whatever matches, in constant time. */
  authenticate: (token: string) => Caller | undefined;
}

export const covers = (has: Scope, needs: Scope): boolean => has === needs || holds[has].includes(needs);

/**
 * Reads OPSSENTINEL_API_TOKENS: `name:scope:sha256hex`, comma-separated. One name may stand twice, so that an old and a new token
 * are both valid while one is being replaced. Throws an Error that lists every wrong entry by its number, and never prints one.
 */
export function parseTokens(text: string | undefined): ApiTokens {
  const entries = parseEntries(text, {
    variable: 'OPSSENTINEL_API_TOKENS',
    part: 'scope',
    is: isScope,
    allowed: `one of ${scopes.join(', ')}`,
  });
  const find = matching(entries);
  return {
    count: entries.length,
    authenticate: (token) => {
      const entry = find(token);
      return entry && { name: entry.name, scope: entry.what };
    },
  };
}

const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text);
