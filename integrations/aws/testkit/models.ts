import type { Json } from '../../../domain/json.js';
import type { XmlElement } from './xml.js';

/**
 * A schema as the SDK's packages carry them: `[3, namespace, name, traits, members, schemas, required]` is a structure, `[1, …, item]` a list,
 * `[2, …, key, value]` a map, `[9, …, traits, input, output]` an operation, a number something plain; anything may stand behind a function,
 * and a member may be `[schema, traits]`.
 */
export type Schema = unknown;

interface Traits {
  xmlName?: string;
  xmlFlattened?: number;
  ec2QueryName?: string;
  httpLabel?: number;
  httpHeader?: string;
  httpPayload?: number;
}

export interface Member {
  name: string;
  schema: Schema;
  traits: Traits;
}

export interface Struct {
  members: Member[];
  required: Member[];
}

const plain = { string: 0, number: 1, boolean: 2 } as const;
const kinds = { list: 1, map: 2, struct: 3, union: 4, error: -3, operation: 9 } as const;

/** Of the traits that are written as bits: the member stands in the path. */
const pathMember = 1;

/** A schema out of its function and its member's traits. */
function bare(schema: Schema): { schema: Schema; traits: Traits } {
  if (typeof schema === 'function') return bare((schema as () => Schema)());
  if (Array.isArray(schema) && schema.length === 2 && typeof schema[1] !== 'string') {
    const inner = bare(schema[0]);
    const traits: Traits = typeof schema[1] === 'object' ? (schema[1] as Traits) : { httpLabel: Number(schema[1]) & pathMember };
    return { schema: inner.schema, traits: { ...inner.traits, ...traits } };
  }
  return { schema, traits: {} };
}

const kindOf = (schema: Schema): number | undefined =>
  Array.isArray(schema) && typeof schema[1] === 'string' ? (schema[0] as number) : undefined;

export function operationOf(
  model: Record<string, unknown>,
  name: string,
): { input: Struct; output: Struct; http?: string[] } | undefined {
  const found = model[`${name}$`];
  if (kindOf(found) !== kinds.operation) return undefined;
  const [, , , traits, input, output] = found as [number, string, string, { http?: string[] } | 0, Schema, Schema];
  return { input: structOf(input), output: structOf(output), ...(traits ? traits : {}) };
}

export function structOf(given: Schema): Struct {
  const { schema } = bare(given);
  const kind = kindOf(schema);
  if (kind !== kinds.struct && kind !== kinds.union && kind !== kinds.error) return { members: [], required: [] };
  const [, , , , names, schemas, required = 0] = schema as [number, string, string, unknown, string[], Schema[], number?];
  const members = names.map((name, index): Member => ({ name, ...bare(schemas[index]) }));
  return { members, required: members.slice(0, required) };
}

/** Every error code that the service's model has, by either of its names. */
export const errorCodes = (model: Record<string, unknown>): Set<string> =>
  new Set(
    Object.values(model).flatMap((schema) => {
      if (kindOf(schema) !== kinds.error) return [];
      const [, , name, traits] = schema as [number, string, string, { awsQueryError?: [string, number] } | 0];
      return traits && traits.awsQueryError ? [name, traits.awsQueryError[0]] : [name];
    }),
  );

/** What a JSON answer holds that its model does not, each as a dotted place. */
export function strangers(value: Json, given: Schema, place = ''): string[] {
  const { schema } = bare(given);
  const kind = kindOf(schema);
  if (value === null) return [];
  if (kind === kinds.list || kind === kinds.map) {
    const item = (schema as Schema[])[kind === kinds.list ? 4 : 5];
    return Object.entries(value as object).flatMap(([key, one]) => strangers(one as Json, item, `${place}.${key}`));
  }
  if (kind === kinds.struct || kind === kinds.union) {
    if (typeof value !== 'object' || Array.isArray(value)) return [`${place} is no structure`];
    const { members } = structOf(schema);
    return Object.entries(value).flatMap(([name, one]) => {
      const member = members.find((known) => known.name === name);
      return member ? strangers(one, member.schema, `${place}.${name}`) : [`${place}.${name}`];
    });
  }
  return typeof schema === 'number' ? plainProblem(value, schema, place) : [];
}

function plainProblem(value: Json, schema: number, place: string): string[] {
  // 64 and 128 say: a list, a map of it. 4 to 7 are times, which JSON has as numbers.
  if (schema >= 64) {
    const inner = schema % 64;
    return typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => plainProblem(one as Json, inner, `${place}.${key}`))
      : [`${place} is not many`];
  }
  const wanted = schema === plain.string ? 'string' : schema === plain.boolean ? 'boolean' : schema <= 7 ? 'number' : undefined;
  return wanted === undefined || typeof value === wanted ? [] : [`${place} is no ${wanted}`];
}

/** The same for an answer of the query protocols. */
export function strangersInXml(element: XmlElement, given: Schema, place = element.name): string[] {
  const { schema } = bare(given);
  const kind = kindOf(schema);
  if (kind === kinds.struct || kind === kinds.union) {
    const { members } = structOf(schema);
    return element.children.flatMap((child) => {
      const member = members.find(({ name, traits }) => (traits.xmlName ?? name) === child.name);
      return member ? strangersInXml(child, member.schema, `${place}.${child.name}`) : [`${place}.${child.name}`];
    });
  }
  if (kind === kinds.list) {
    const item = bare((schema as Schema[])[4]);
    const name = item.traits.xmlName ?? 'member';
    return element.children.flatMap((child) =>
      child.name === name
        ? strangersInXml(child, item.schema, `${place}.${name}`)
        : [`${place}.${child.name} instead of ${name}`],
    );
  }
  if (typeof schema === 'number' && schema < 64) {
    if (element.children.length > 0) return [`${place} is plain`];
    if (schema === plain.number && !/^-?\d+(\.\d+)?$/.test(element.text)) return [`${place} is no number`];
    if (schema === plain.boolean && !/^(true|false)$/.test(element.text)) return [`${place} is no boolean`];
    if (schema >= 4 && schema <= 7 && Number.isNaN(Date.parse(element.text))) return [`${place} is no time`];
  }
  return [];
}
