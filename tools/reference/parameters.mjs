import { z } from 'zod';
import { code, table } from './markdown.mjs';

/** The fields of a zod object as a table: what may be written, as a rule's or a runbook's author would. */
export function parameterTable(schema) {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, field]) => [code(name), typeOf(field), needOf(name, field, required)]);
  return table(['parameter', 'type', 'needed'], rows, 'It takes no parameters.');
}

/** The facts of a target, with what each is described as. */
export function factTable(schema) {
  const { properties = {} } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, field]) => [code(name), typeOf(field), field.description ?? '']);
  return table(['fact', 'type', 'what it says'], rows, 'It has no facts beside `id` and `name`.');
}

function needOf(name, { default: standard }, required) {
  if (standard !== undefined) return `default ${code(JSON.stringify(standard))}`;
  return required.includes(name) ? 'yes' : 'no';
}

/** Zod writes these for every whole number. */
const unbounded = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

export function typeOf(field) {
  const { type, enum: values, const: only, pattern, anyOf, items, additionalProperties } = field;
  if (only !== undefined) return code(JSON.stringify(only));
  if (values) return values.map((value) => code(value)).join(', ');
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') return `list of ${items ? typeOf(items) : 'anything'}`;
  if (type === 'object')
    return typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
      ? `names to ${typeOf(additionalProperties)}`
      : 'object';
  const bounds = boundsOf(field);
  const parts = [type === 'integer' ? 'whole number' : (type ?? 'anything'), bounds, pattern ? `as ${code(pattern)}` : ''];
  return parts.filter(Boolean).join(', ');
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength }) {
  const said = (word, value) => (value === undefined || unbounded.has(value) ? [] : [`${word} ${value}`]);
  return [
    ...said('at least', minimum),
    ...said('over', exclusiveMinimum),
    ...said('at most', maximum),
    ...said('below', exclusiveMaximum),
    ...said('from characters', minLength),
    ...said('up to characters', maxLength),
  ].join(', ');
}
