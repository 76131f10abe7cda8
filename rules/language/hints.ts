import { resolve } from 'node:path';
import { unaskedReads } from '../../decide/condition.js';
import { type Read, readDocuments } from './documents.js';
import { fieldTexts } from './examples/fields.js';
import { readFolder } from './files.js';
import { type Problem, sortProblems } from './problem.js';
import type { Rule } from './rule.js';

/**
 * Lines that are right and may not mean what they look like: a field that an alert can be without, read without has(). In `unless` such a
 * line counts as holding, and under `!` or `!=` it does not hold although the field is not what it must not be. Nothing is refused for it,
 * and a service that runs never asks. Rejects never.
 */
export async function hintsIn(dir: string): Promise<Problem[]> {
  const { documents } = await readFolder(resolve(dir), 'rules');
  return sortProblems(readDocuments(documents).rules.flatMap(hintsOf));
}

function hintsOf({ doc, source }: Read<Rule>): Problem[] {
  return (['when', 'unless'] as const).flatMap((key) =>
    (doc[key] ?? []).flatMap((text, index) =>
      unaskedReads(text)
        .filter(({ field, negated }) => mayBeAbsent(field) && (key === 'unless' || negated))
        .map(({ field, offset }) => ({
          file: source.file,
          ...source.placeIn([key, index], offset),
          says: `${key}.${index}: ${key === 'unless' ? `without ${field} an alert counts as excepted; if it shall not, write has(${field}) && …` : `without ${field} an alert does not match; if it shall, write "!has(${field}) || …", in quotes`}`,
        })),
    ),
  );
}

const optional = new Set(Object.entries(fieldTexts).flatMap(([field, text]) => (text.optional ? [field] : [])));
const mayBeAbsent = (field: string): boolean => optional.has(field) || optional.has(field.replace(/\.[^.]+$/, '.*'));
