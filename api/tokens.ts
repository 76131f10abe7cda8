import { createHash, timingSafeEqual } from 'node:crypto';

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

/** What the configuration holds of a token: its SHA-256, lower-case hex. */
export const tokenHash = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex');

/** A token as it is kept: never itself. */
interface TokenEntry extends Caller {
  /** SHA-256 of the token, lower-case hex. */
  hash: string;
}

/** Throws an Error that lists everything that is wrong with the entries, and prints none of them. */
function createTokens(entries: readonly TokenEntry[]): ApiTokens {
  const problems: string[] = [];
  const names = entries.map((entry) => entry.name);
  for (const name of new Set(names)) {
    if (names.filter((other) => other === name).length > 2)
      problems.push(`${name} has more than two tokens; keep the old and the new one`);
  }
  if (new Set(entries.map((entry) => entry.hash)).size < entries.length)
    problems.push('one token stands twice; give everybody their own');
  if (problems.length > 0) throw new Error(`OPSSENTINEL_API_TOKENS: ${problems.join('; ')}`);
  const known = entries.map(({ name, scope, hash }) => ({ caller: { name, scope }, hash: Buffer.from(hash, 'hex') }));
  return {
    count: known.length,
    authenticate: (token) => {
      const hash = createHash('sha256').update(token, 'utf8').digest();
      let caller: Caller | undefined;
      for (const entry of known) if (timingSafeEqual(entry.hash, hash)) caller = entry.caller;
      return caller;
    },
  };
}

/**
 * Reads OPSSENTINEL_API_TOKENS: `name:scope:sha256hex`, comma-separated. One name may stand twice, so that an old and a new token
 * are both valid while one is being replaced. Throws an Error that lists every wrong entry by its number, and never prints one.
 */
export function parseTokens(text: string | undefined): ApiTokens {
  const problems: string[] = [];
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .flatMap((entry, index) => {
      const read = readEntry(entry);
      if (typeof read !== 'string') return [read];
      problems.push(`entry ${index + 1}: ${read}`);
      return [];
    });
  if (problems.length > 0) throw new Error(`OPSSENTINEL_API_TOKENS: ${problems.join('; ')}`);
  return createTokens(entries);
}

function readEntry(entry: string): TokenEntry | string {
  const parts = entry.split(':');
  const [name = '', scope = '', hash = ''] = parts;
  if (parts.length !== 3) return 'write name:scope:sha256, three parts with a colon between';
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) return 'the name may hold letters, digits and . _ @ -';
  if (!isScope(scope)) return `the scope of ${name} must be one of ${scopes.join(', ')}`;
  if (!/^[0-9a-f]{64}$/.test(hash))
    return `the third part of ${name} must be the token's SHA-256 in lower-case hex, not the token itself`;
  return { name, scope, hash };
}

const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text);
