import type { JsonObject } from './json.js';
import type { Idempotency, Risk } from './plan.js';

/** A parse that never throws: the value, or one plain sentence per problem with its dotted place. */
export type Parsed = { ok: true; value: JsonObject } | { ok: false; problems: { place: string; says: string }[] };

/** What exists, as far as deciding needs to know it: no client, no call. Made from the registry. */
export interface Catalogue {
  actions: ReadonlyMap<string, CatalogueAction>;
  checks: ReadonlyMap<string, { id: string; summary: string; parse: (params: JsonObject) => Parsed }>;
  targets: ReadonlyMap<string, CatalogueTarget>;
}

export interface CatalogueAction {
  id: string;
  summary: string;
  risk: Risk;
  idempotency: Idempotency;
  waits: boolean;
  undoes: boolean;
  parse: (params: JsonObject) => Parsed;
  says: (params: JsonObject) => string;
}

export interface CatalogueTarget {
  type: string;
  summary: string;
  /** Field to anchored pattern; the first field is what a bare `target:` fills. */
  select: Readonly<Record<string, RegExp>>;
  /** Fact to its type, for the static check of `require` and of `{ from: target.… }`. */
  facts: Readonly<Record<string, 'string' | 'number' | 'boolean' | 'list' | 'object'>>;
}
