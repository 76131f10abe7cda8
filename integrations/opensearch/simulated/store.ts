import type { Json, JsonObject } from '../../../domain/json.js';

/** What the first document decides of a field, as dynamic mapping does. */
type FieldType = 'object' | 'long' | 'float' | 'boolean' | 'date' | 'text';

interface Index {
  documents: Map<string, JsonObject>;
  types: Map<string, FieldType>;
}

/** What is wrong with one item of a bulk request. */
export interface ItemError {
  status: number;
  type: string;
  reason: string;
}

export interface Store {
  has: (index: string) => boolean;
  /** `undefined`: stored. contracts 6: `create` with an id that stands there already is a conflict. */
  create: (index: string, id: string, source: JsonObject) => ItemError | undefined;
  /** Of every index that the pattern names, in the order of their arrival. */
  documents: (pattern: string) => { index: string; id: string; source: JsonObject }[];
  clear: () => void;
}

export function createStore(): Store {
  const indices = new Map<string, Index>();
  return {
    has: (index) => indices.has(index),
    create: (name, id, source) => {
      const index = indices.get(name) ?? { documents: new Map(), types: new Map() };
      indices.set(name, index);
      if (index.documents.has(id))
        return {
          status: 409,
          type: 'version_conflict_engine_exception',
          reason: `[${id}]: version conflict, document already exists (current version [1])`,
        };
      const clash = clashOf(index, id, source);
      if (clash !== undefined) return { status: 400, type: 'mapper_parsing_exception', reason: clash };
      for (const [field, value] of Object.entries(source))
        if (!index.types.has(field) && value !== null) index.types.set(field, typeOf(value));
      index.documents.set(id, source);
      return undefined;
    },
    documents: (pattern) => {
      const names = new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`);
      return [...indices]
        .filter(([name]) => names.test(name))
        .flatMap(([index, { documents }]) => [...documents].map(([id, source]) => ({ index, id, source })));
    },
    clear: () => indices.clear(),
  };
}

const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

function typeOf(value: Json): FieldType {
  if (Array.isArray(value)) return typeOf(value[0] ?? '');
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'float';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'string' && instant.test(value) ? 'date' : 'text';
}

/** Only what dynamic mapping cannot reconcile: a text takes any bare value, a number takes a text that is one. */
function clashOf({ types }: Index, id: string, source: JsonObject): string | undefined {
  for (const [field, value] of Object.entries(source)) {
    const type = types.get(field);
    if (type === undefined || value === null) continue;
    const given = typeOf(value);
    if (type === 'object' && given !== 'object')
      return `object mapping for [${field}] tried to parse field [${field}] as object, but found a concrete value`;
    const takes =
      type === 'object' ||
      (given !== 'object' && (type === 'text' || given === type || ((type === 'long' || type === 'float') && isNumber(value))));
    if (!takes)
      return `failed to parse field [${field}] of type [${type}] in document with id '${id}'. Preview of field's value: '${JSON.stringify(value).slice(0, 60)}'`;
  }
  return undefined;
}

const isNumber = (value: Json): boolean => typeof value !== 'boolean' && value !== '' && Number.isFinite(Number(value));
