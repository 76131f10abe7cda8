import { matchesWhole } from '../../decide/condition.js';
import type { CatalogueTarget } from '../../domain/catalogue.js';
import { didYouMean } from '../../domain/nearest.js';
import { type FieldType, fieldType, fitsWhole, isField, ruleFields } from '../../domain/readable.js';
import { readInput, type RunbookInput } from '../../domain/runbook-input.js';
import { isTagged } from '../../domain/target.js';
import type { Problem } from './problem.js';
import type { Rule, RuleValue } from './rule.js';
import type { Runbook } from './runbook.js';
import type { Path } from './yaml.js';

type Says = (path: Path, text: string) => Problem;

function fieldMistake(field: string): string | undefined {
  if (fieldType(ruleFields, field) !== undefined) return undefined;
  const [root = '', part = ''] = field.split('.');
  const known = root === 'alert' || root === 'incident' ? Object.keys(ruleFields[root]) : ['alert', 'incident'];
  return `there is no field ${field}${didYouMean(known.length === 2 ? root : part, known)}; fields begin with alert. or incident., such as alert.labels.InstanceId`;
}

/** The target's selector: the fields that its type asks for, each from a field of the alert or a literal that fits its pattern. */
export function checkAim({ target }: Rule, type: CatalogueTarget, says: Says): Problem[] {
  const wanted = Object.keys(type.select);
  if (isTagged(target))
    return type.lists
      ? []
      : [says(['target', 'tagged'], `${type.type} cannot be found by tags; name one by ${wanted.join(' and ')}`)];
  if (typeof target === 'string') {
    if (!isField(target))
      return [
        says(
          ['target'],
          `a bare target must be a field, such as alert.labels.InstanceId; for a fixed one write target: { ${wanted[0]}: ${target} }`,
        ),
      ];
    const mistake = fieldMistake(target) ?? notPlain(target);
    if (mistake) return [says(['target'], `target: ${mistake}`)];
    return wanted.length > 1
      ? [
          says(
            ['target'],
            `${type.type} is named by ${wanted.join(' and ')}; write target: { ${wanted.map((field) => `${field}: …`).join(', ')} }`,
          ),
        ]
      : [];
  }
  const given = target as Record<string, string>;
  const missing = wanted.filter((field) => !Object.hasOwn(given, field));
  return [
    ...missing.map((field) => says(['target'], `target has no ${field}; ${type.type} is named by ${wanted.join(' and ')}`)),
    ...Object.entries(given).flatMap(([field, value]) => {
      const pattern = type.select[field];
      if (!pattern)
        return [
          says(
            ['target', field],
            `${type.type} is not named by ${field}${didYouMean(field, wanted)}; it is named by ${wanted.join(' and ')}`,
          ),
        ];
      if (isField(value)) {
        const mistake = fieldMistake(value) ?? notPlain(value);
        return mistake ? [says(['target', field], `target.${field}: ${mistake}`)] : [];
      }
      return fitsWhole(pattern, value)
        ? []
        : [says(['target', field], `target.${field} must match ${pattern.source}; found ${JSON.stringify(value)}`)];
    }),
  ];
}

const notPlain = (field: string): string | undefined => {
  const type = fieldType(ruleFields, field);
  return type === 'string' || type === 'number'
    ? undefined
    : `${field} is not one plain value; name one of its members, such as ${field}.InstanceId`;
};

/** A step's `with` against the runbook's inputs: names, bounds of literals, types of fields, nothing left out. */
export function checkWith(
  values: Readonly<Record<string, RuleValue>>,
  runbook: Runbook,
  name: string,
  path: string[],
  says: Says,
): Problem[] {
  const inputs = runbook.inputs ?? {};
  const known = Object.keys(inputs);
  const missing = known.filter((key) => inputs[key]?.default === undefined && !Object.hasOwn(values, key));
  return [
    ...missing.map((key) => says(path, `the runbook ${name} needs ${key}; add it to ${path.join('.')}`)),
    ...Object.entries(values).flatMap(([key, value]) => {
      const input = Object.hasOwn(inputs, key) ? inputs[key] : undefined;
      const place = [...path, key].join('.');
      if (!input)
        return [
          says(
            [...path, key],
            `${place}: the runbook ${name} has no input ${key}${didYouMean(key, known)}; it has ${known.join(', ') || 'none'}`,
          ),
        ];
      const mistake = typeof value === 'object' ? refMistake(value.from, input) : literalMistake(value, input);
      return mistake === undefined ? [] : [says([...path, key], `${place} ${mistake}`)];
    }),
  ];
}

function literalMistake(value: string | number | boolean, input: RunbookInput): string | undefined {
  const read = readInput(input, value, matchesWhole);
  return read.ok ? undefined : read.says;
}

/** Labels are text whatever they hold: they are parsed, and bounded, when they are there. */
function refMistake(field: string, input: RunbookInput): string | undefined {
  const mistake = fieldMistake(field);
  if (mistake) return `: ${mistake}`;
  const type: FieldType | undefined = fieldType(ruleFields, field);
  if (type === 'string' && input.type !== 'boolean') return undefined;
  if (type === 'number' && input.type === 'int') return undefined;
  return `cannot come from ${field}: that is ${type === 'number' ? 'a number' : type === 'string' ? 'text' : 'not one plain value'}, and the input is ${input.type}`;
}
