import type { Json } from '../domain/json.js';

/**
 * PostgreSQL takes neither NUL nor half a surrogate pair in text; alerts may hold both. They become U+FFFD, before anything
 * is hashed, so that what is hashed is what is stored.
 */
export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD').replace(/[\uD800-\uDFFF]/gu, '\uFFFD');

/** The same for every text inside a value, keys too. Members that are `undefined` are left out, as JSON does. */
export function storable<T extends Json>(value: T): T {
  return cleaned(value) as T;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(cleaned);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [storableText(key), cleaned(member)]));
}
