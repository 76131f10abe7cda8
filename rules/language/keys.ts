import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.js';
import { Cases } from './cases.js';
import { Policy } from './policy.js';
import { Rule } from './rule.js';
import { Runbook } from './runbook.js';

export const documentKinds = ['rule', 'runbook', 'policy', 'cases'] as const;
export type DocumentKind = (typeof documentKinds)[number];

const schemas: Readonly<Record<DocumentKind, z.ZodType>> = { rule: Rule, runbook: Runbook, policy: Policy, cases: Cases };

/** One key of a document, as the schema has it. */
export interface Key {
  /** Dotted, as in messages; `*` stands for any name or number: `environments.*.ceiling`, `ladder.*.run`. */
  path: string;
  /** Everything that the schema allows there; several where the parent may take several shapes. */
  schemas: JsonObject[];
  /** In every shape that has it. */
  required: boolean;
}

/** JSON Schema of one kind of document, as it is written: before defaults. */
export const jsonSchemaOf = (kind: DocumentKind): JsonObject =>
  JSON.parse(JSON.stringify(z.toJSONSchema(schemas[kind], { io: 'input', unrepresentable: 'any' }))) as JsonObject;

/** Every key of a kind of document, in the schema's order. */
export function keysOf(kind: DocumentKind): Key[] {
  const found = new Map<string, Key>();
  eachKey(jsonSchemaOf(kind), (path, schema, required) => {
    const known = found.get(path);
    if (known) Object.assign(known, { schemas: [...known.schemas, schema], required: known.required && required });
    else found.set(path, { path, schemas: [schema], required });
  });
  return [...found.values()];
}

/** Walks a JSON Schema's named keys: through lists, maps and alternatives. References are not followed: they are any JSON. */
export function eachKey(schema: Json | undefined, visit: (path: string, schema: JsonObject, required: boolean) => void): void {
  walk(schema, '', visit);
}

function walk(
  schema: Json | undefined,
  path: string,
  visit: (path: string, schema: JsonObject, required: boolean) => void,
): void {
  if (!isObject(schema)) return;
  const { properties, additionalProperties, items, anyOf, oneOf } = schema;
  const needed = Array.isArray(schema['required']) ? schema['required'] : [];
  if (isObject(properties))
    for (const [name, member] of Object.entries(properties)) {
      const here = below(path, name);
      if (isObject(member)) visit(here, member, needed.includes(name));
      walk(member, here, visit);
    }
  walk(additionalProperties, below(path, '*'), visit);
  walk(items, below(path, '*'), visit);
  for (const alternatives of [anyOf, oneOf])
    if (Array.isArray(alternatives)) for (const one of alternatives) walk(one, path, visit);
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
