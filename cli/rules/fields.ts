import { z } from 'zod';
import { type FieldTree, type FieldType, ruleFields } from '../../domain/readable.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { Registry } from '../../integrations/contract/registry.js';
import { fieldTexts } from '../../rules/language/examples/fields.js';

/** One field that a rule may read. */
export interface ReadableField {
  /** Dotted; `*` stands for any name, `[]` for each member of a list. */
  field: string;
  /** `alert`, `incident`, or the target type. */
  of: string;
  type: string;
  /** Keys of a rule or a runbook whose lines may read it. */
  readBy: string;
  says: string;
  from: string;
  example: string;
  /** It may be absent: a condition over it asks with has() first, or does not hold. */
  optional: boolean;
}

type Targets = Pick<Registry, 'targets'>;

/** Every field that there is: of alert and incident, then of each target type. */
export function readableFields({ targets }: Targets): ReadableField[] {
  const ofAlert = leaves(ruleFields).map(([field, type]): ReadableField => {
    const { optional, ...text } = fieldTexts[field] ?? { says: '', from: '', example: '' };
    const of = field.split('.')[0] ?? '';
    return { field, of, type: typeWords[type], readBy: 'when, unless, target, with', ...text, optional: optional === true };
  });
  return [...ofAlert, ...[...targets.values()].sort((a, b) => (a.type < b.type ? -1 : 1)).flatMap(targetFieldsOf)];
}

/** What `of` may be, for messages. */
export const fieldOwners = ({ targets }: Targets): string[] => ['alert', 'incident', ...[...targets.keys()].sort()];

const typeWords: Readonly<Record<Exclude<FieldType, FieldTree>, string>> = {
  string: 'text',
  number: 'number',
  boolean: 'yes or no',
  list: 'list',
  object: 'object',
  texts: 'text',
};

function leaves(tree: FieldTree, above = ''): [string, Exclude<FieldType, FieldTree>][] {
  return Object.entries(tree).flatMap(([name, type]) => {
    const field = `${above}${name}`;
    if (typeof type === 'object') return leaves(type, `${field}.`);
    return [[type === 'texts' ? `${field}.*` : field, type]];
  });
}

type Target = Registry['targets'] extends ReadonlyMap<string, infer Of> ? Of : never;

const everyTarget: readonly Pick<ReadableField, 'field' | 'says' | 'from' | 'example'>[] = [
  { field: 'target.id', says: 'Its full id.', from: 'the target itself', example: 'target.id != ""' },
  { field: 'target.name', says: 'Its short name.', from: 'the target itself', example: 'target.name.startsWith("web-")' },
  {
    field: 'target.account',
    says: 'The account that it is in.',
    from: 'where it was read',
    example: 'target.account == "444455556666"',
  },
  {
    field: 'target.region',
    says: 'The region that it is in.',
    from: 'where it was read',
    example: 'target.region == "eu-west-1"',
  },
];

function targetFieldsOf({ type: of, facts, permissions }: Target): ReadableField[] {
  const common = { of, readBy: 'require', optional: false };
  const from = permissions.length === 0 ? 'the target itself' : permissions.join(', ');
  const schema = JSON.parse(JSON.stringify(z.toJSONSchema(facts, { unrepresentable: 'any' }))) as JsonObject;
  const fact = (name: string, found: JsonObject, optional: boolean): ReadableField[] => {
    const field = `target.${name}`;
    const whole = {
      ...common,
      field,
      from,
      optional,
      type: typeOf(found),
      says: saysOf(found),
      example: exampleOf(field, found),
    };
    return [whole, ...membersOf(field, found).map((member) => ({ ...common, from, ...member }))];
  };
  const needed = (schema['required'] ?? []) as string[];
  return [
    ...everyTarget.map((one) => ({ ...common, type: 'text', ...one })),
    {
      ...common,
      field: 'target.tags.*',
      type: 'text',
      says: 'Its tags, by name.',
      from,
      example: 'has(target.tags.team) && target.tags.team == "web"',
      optional: true,
    },
    ...Object.entries((schema['properties'] ?? {}) as Record<string, JsonObject>).flatMap(([name, found]) =>
      fact(name, found, !needed.includes(name)),
    ),
  ];
}

/** What the members of a list hold: read with all() and exists(). */
function membersOf(field: string, { items }: JsonObject): Pick<ReadableField, 'field' | 'type' | 'says' | 'example'>[] {
  const properties = (isObject(items) ? items['properties'] : undefined) ?? {};
  return Object.entries(properties as Record<string, JsonObject>).map(([name, found]) => ({
    field: `${field}[].${name}`,
    type: typeOf(found),
    says: saysOf(found),
    example: `${field}.exists(one, ${exampleOf(`one.${name}`, found)})`,
  }));
}

const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const saysOf = ({ description }: JsonObject): string => (typeof description === 'string' ? description : '');

const jsonTypes: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'yes or no',
  array: 'list',
};

const typeOf = ({ type }: JsonObject): string => (typeof type === 'string' ? jsonTypes[type] : undefined) ?? 'object';

function exampleOf(field: string, found: JsonObject): string {
  const [value] = Array.isArray(found['enum']) ? found['enum'] : [''];
  switch (typeOf(found)) {
    case 'text':
      return value === '' ? `${field} != ""` : `${field} == ${JSON.stringify(value)}`;
    case 'number':
      return `${field} >= 1`;
    case 'yes or no':
      return `!${field}`;
    case 'list':
      return `size(${field}) == 0`;
    default:
      return `has(${field})`;
  }
}
