import type { JsonObject } from './json.js';
import type { Idempotency, Mode, Risk } from './plan.js';
import type { Target } from './target.js';

/** A parse that never throws: the value, or one plain sentence per problem with its dotted place. */
export type Parsed = { ok: true; value: JsonObject } | { ok: false; problems: { place: string; says: string }[] };

/** What exists, as far as deciding needs to know it: no client, no call. Made from the registry. */
export interface Catalogue {
  actions: ReadonlyMap<string, CatalogueAction>;
  checks: ReadonlyMap<string, { id: string; summary: string; parse: (params: JsonObject) => Parsed }>;
  targets: ReadonlyMap<string, CatalogueTarget>;
  calendars: ReadonlyMap<string, { id: string; summary: string; parse: (params: JsonObject) => Parsed }>;
}

export interface CatalogueAction {
  id: string;
  summary: string;
  risk: Risk;
  idempotency: Idempotency;
  waits: boolean;
  undoes: boolean;
  /** Whether what has begun can be stopped. */
  stops: boolean;
  /** `false`: its integration is not connected where the plan would be carried out. */
  connected: boolean;
  /** The most that any rule may be with it. */
  ceiling: Mode;
  /** What a runbook writes; the lint's schema. */
  parse: (written: JsonObject) => Parsed;
  /** From what a runbook writes, and the target as it was read, to the exact parameters. */
  settle: (written: JsonObject, target: Target) => { ok: true; params: JsonObject } | { ok: false; because: string };
  /** The risk of exactly these parameters; never below `risk`. */
  riskOf: (params: JsonObject) => Risk;
  says: (params: JsonObject) => string;
  /** What it loses or leaves behind; undefined: nothing. */
  warns: (params: JsonObject) => string | undefined;
}

export interface CatalogueTarget {
  type: string;
  summary: string;
  /** Field to anchored pattern; the first field is what a bare `target:` fills. */
  select: Readonly<Record<string, RegExp>>;
  /** Whether it can be aimed at by tags. */
  lists: boolean;
  /** Fact to its type, for the static check of `require` and of `{ from: target.… }`. */
  facts: Readonly<Record<string, 'string' | 'number' | 'boolean' | 'list' | 'object'>>;
}
