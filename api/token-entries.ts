import { createHash, timingSafeEqual } from 'node:crypto';

/** What the configuration holds of a token: its SHA-256, lower-case hex. */
export const tokenHash = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex');

/** What a token may look like, on the wire: RFC 6750's alphabet, and not without end. */
export const tokenPattern = /^[A-Za-z0-9._~+/=-]{1,512}$/;

/** A token as it is kept: never itself. */
export interface TokenEntry<What extends string> {
  name: string;
  what: What;
  /** SHA-256 of the token, lower-case hex. */
  hash: string;
}

/** What a list's second part may say. */
export interface TokenKind<What extends string> {
  /** The variable, for its mistakes. */
  variable: string;
  /** What the second part is called: `scope`. */
  part: string;
  is: (text: string) => text is What;
  /** After "must be". */
  allowed: string;
  /** Two tokens are valid at once per name, or per this. */
  perName?: (entry: TokenEntry<What>) => string;
}

/**
 * Reads `name:<part>:sha256hex`, comma-separated. One name may stand twice, so that an old and a new token are both valid while one is
 * being replaced. Throws an Error that lists every wrong entry by its number, and never prints one.
 */
export function parseEntries<What extends string>(text: string | undefined, kind: TokenKind<What>): TokenEntry<What>[] {
  const problems: string[] = [];
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .flatMap((entry, index) => {
      const read = readEntry(entry, kind);
      if (typeof read !== 'string') return [read];
      problems.push(`entry ${index + 1}: ${read}`);
      return [];
    });
  if (problems.length === 0) problems.push(...together(entries, kind));
  if (problems.length > 0) throw new Error(`${kind.variable}: ${problems.join('; ')}`);
  return entries;
}

function together<What extends string>(entries: readonly TokenEntry<What>[], kind: TokenKind<What>): string[] {
  const problems: string[] = [];
  const names = entries.map(kind.perName ?? (({ name }) => name));
  for (const name of new Set(names)) {
    if (names.filter((other) => other === name).length > 2)
      problems.push(`${name} has more than two tokens; keep the old and the new one`);
  }
  if (new Set(entries.map(({ hash }) => hash)).size < entries.length)
    problems.push('one token stands twice; give everybody their own');
  return problems;
}

function readEntry<What extends string>(entry: string, kind: TokenKind<What>): TokenEntry<What> | string {
  const parts = entry.split(':');
  const [name = '', what = '', hash = ''] = parts;
  if (parts.length !== 3) return `write name:${kind.part}:sha256, three parts with a colon between`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) return 'the name may hold letters, digits and . _ @ -';
  if (!kind.is(what)) return `the ${kind.part} of ${name} must be ${kind.allowed}`;
  if (!/^[0-9a-f]{64}$/.test(hash))
    return `the third part of ${name} must be the token's SHA-256 in lower-case hex, not the token itself`;
  return { name, what, hash };
}

/** The entry of a token. Compares with every one, whatever matches, in constant time. */
export function matching<Entry extends { hash: string }>(entries: readonly Entry[]): (token: string) => Entry | undefined {
  const known = entries.map((entry) => ({ entry, hash: Buffer.from(entry.hash, 'hex') }));
  return (token) => {
    const hash = createHash('sha256').update(token, 'utf8').digest();
    let found: Entry | undefined;
    for (const { entry, hash: own } of known) if (timingSafeEqual(own, hash)) found = entry;
    return found;
  };
}
