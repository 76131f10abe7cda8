import type { z } from 'zod';
import { didYouMean } from '../../domain/nearest.js';
import type { Problem } from './problem.js';
import type { SourceDocument } from './yaml.js';

export interface ReadDocument<Value> {
  /** What the document says; where only parts that others do not depend on are wrong, what is left of it, so that all problems are told at once. */
  value?: Value;
  problems: Problem[];
}

/** Parses a document by its schema; every mistake with its place and what to do. */
export function readDocument<Schema extends z.ZodType>(schema: Schema, source: SourceDocument): ReadDocument<z.infer<Schema>> {
  const result = schema.safeParse(source.data, { reportInput: true });
  if (result.success) return { value: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => issueProblems(issue, schema, source));
  const wrong = new Set(
    result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0])],
    ),
  );
  const members = Object.entries(source.data as object).filter(([key]) => !wrong.has(key));
  const rest = [...wrong].every((key) => !dependedOn.has(key)) ? schema.safeParse(Object.fromEntries(members)) : undefined;
  return rest?.success ? { value: rest.data, problems } : { problems };
}

/** Keys without which the checks of the others would complain about what is not wrong. */
const dependedOn = new Set(['run', 'ladder', 'with', 'inputs', 'environments', 'teams']);

function issueProblems(issue: z.core.$ZodIssue, schema: z.ZodType, source: SourceDocument): Problem[] {
  const { path } = issue;
  const dotted = path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({
      file: source.file,
      ...source.place([...path, key], 'key'),
      says: `unknown key ${key}${dotted ? ` in ${dotted}` : ''}${didYouMean(key, known)}; known keys: ${known.join(', ')}`,
    }));
  }
  const badKey = issue.code === 'invalid_key';
  const says = badKey
    ? `${String(path.at(-1))}: ${issue.issues[0]?.message ?? 'is not a name that can stand here'}`
    : `${dotted || 'the document'} ${sentence(issue)}`;
  return [{ file: source.file, ...source.place(path, badKey ? 'key' : 'value'), says }];
}

function sentence(issue: z.core.$ZodIssue): string {
  const { input } = issue;
  if (issue.code === 'invalid_type') {
    if (input === undefined) return 'is missing; add it';
    if (issue.message.startsWith('must ')) return `${issue.message}; found ${what(input)}`;
    return `must be ${expected[issue.expected] ?? issue.expected}; found ${what(input)}${hint(issue.expected, input)}`;
  }
  if (issue.code === 'invalid_value') {
    if (issue.message.startsWith('must ') || issue.message.startsWith('can '))
      return input === undefined ? 'is missing; add it' : issue.message;
    const values = issue.values.map(String);
    if (input === undefined) return `is missing; add one of ${values.join(', ')}`;
    return `must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}; found ${what(input)}${typeof input === 'string' ? didYouMean(input, values) : ''}`;
  }
  if (issue.code === 'invalid_union' && input === undefined) return 'is missing; add it';
  if (issue.message.startsWith('must ') && input === undefined) return 'is missing; add it';
  return issue.message.startsWith('Invalid') || issue.message.startsWith('Too ')
    ? `does not fit: ${issue.message}`
    : issue.message;
}

const expected: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list (lines that begin with "- ")',
  object: 'a map (key: value)',
  record: 'a map (key: value)',
};

const hint = (wanted: string, input: unknown): string =>
  wanted === 'string' && (typeof input === 'number' || typeof input === 'boolean')
    ? `; put quotes around it: "${String(input)}"`
    : '';

function what(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  const text = JSON.stringify(input) ?? typeof input;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

type Def = {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  options?: z.ZodType[];
  valueType?: z.ZodType;
  element?: z.ZodType;
  in?: z.ZodType;
};

/** The keys that a schema knows at a path: through optionals, unions, lists and maps. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const def = schema.def as unknown as Def;
  if (def.innerType) return keysAt(def.innerType, path);
  if (def.type === 'pipe' && def.in) return keysAt(def.in, path);
  if (def.options) return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(def.shape ?? {});
  const next = def.shape?.[String(first)] ?? def.valueType ?? def.element;
  return next ? keysAt(next, rest) : [];
}
