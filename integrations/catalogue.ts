import type { z } from 'zod';
import type { Catalogue, CatalogueTarget, Parsed } from '../domain/catalogue.js';
import type { JsonObject } from '../domain/json.js';
import type { Registry } from './contract/registry.js';

/** What exists, without clients: complete whether or not anything is connected, so that rules can be checked offline. */
export function catalogueOf(registry: Pick<Registry, 'actions' | 'checks' | 'targets'>): Catalogue {
  return {
    actions: mapValues(registry.actions, ({ id, summary, risk, idempotency, wait, undo, params, says }) => ({
      id,
      summary,
      risk,
      idempotency,
      waits: wait !== undefined,
      undoes: undo !== 'none',
      parse: parser(params),
      says,
    })),
    checks: mapValues(registry.checks, ({ id, summary, params }) => ({ id, summary, parse: parser(params) })),
    targets: mapValues(registry.targets, ({ type, summary, select, facts }) => ({
      type,
      summary,
      select,
      facts: factTypes(facts),
    })),
  };
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, to: (value: From) => To): ReadonlyMap<string, To> {
  return new Map([...map].map(([key, value]) => [key, to(value)]));
}

const parser =
  (schema: z.ZodType<JsonObject>) =>
  (params: JsonObject): Parsed => {
    const result = schema.safeParse(params);
    if (result.success) return { ok: true, value: result.data };
    return {
      ok: false,
      problems: result.error.issues.map(({ path, message }) => ({ place: path.map(String).join('.'), says: message })),
    };
  };

type FactType = CatalogueTarget['facts'][string];

const factTypes = (facts: z.ZodObject): Record<string, FactType> =>
  Object.fromEntries(Object.entries(facts.shape).map(([name, schema]) => [name, factType(name, schema as z.ZodType)]));

const plainTypes: Readonly<Record<string, FactType>> = {
  string: 'string',
  enum: 'string',
  literal: 'string',
  number: 'number',
  int: 'number',
  boolean: 'boolean',
  array: 'list',
  tuple: 'list',
  object: 'object',
  record: 'object',
};

/** A fact's type for the static check; optional, nullable and defaulted facts count as what they wrap. */
function factType(name: string, schema: z.ZodType): FactType {
  const { type, innerType } = schema.def as { type: string; innerType?: z.ZodType };
  if (innerType) return factType(name, innerType);
  const plain = plainTypes[type];
  if (!plain)
    throw new Error(
      `The fact ${name} is a zod "${type}", which rules cannot read. Use a string, number, boolean, list or object.`,
    );
  return plain;
}
