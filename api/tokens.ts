import { matching, parseEntries } from './token-entries.js';

export { tokenHash } from './token-entries.js';

/** Each holds everything that stands before it. */
export const scopes = ['viewer', 'approver', 'operator', 'admin'] as const;
export type Scope = (typeof scopes)[number];

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

export const covers = (has: Scope, needs: Scope): boolean => scopes.indexOf(has) >= scopes.indexOf(needs);

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
