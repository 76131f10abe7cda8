/** A value that survives JSON: what may enter a workflow's history or a ledger row. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/** JSON with sorted keys and no white space: the one text that hashes are taken of. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Record<string, unknown>;
  // Without a comparison of its own, `sort` goes by UTF-16 code units, in every locale.
  const texts = Object.keys(members)
    .filter((key) => members[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(members[key])}`);
  return `{${texts.join(',')}}`;
}

/** Lower-case hex SHA-256 of a text. Passed in wherever code is pure, so that the pure rooms import nothing. */
export type Hash = (text: string) => string;
