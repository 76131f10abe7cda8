import { compileCondition, conjuncts } from '../../decide/condition.js';
import type { FieldTree } from '../../domain/readable.js';
import type { Problem } from './problem.js';
import type { LoadedLine } from './set.js';
import type { SourceDocument } from './yaml.js';

/**
 * Compiles the lines below a key. Where all lines must hold (`when`, `require`), parts joined by `&&` become lines of their own,
 * so that `explain` shows which part failed; an `unless` line holds only as a whole.
 */
export function compileLines(
  source: SourceDocument,
  key: 'when' | 'unless' | 'require',
  lines: readonly string[] | undefined,
  fields: FieldTree,
): { lines: LoadedLine[]; problems: Problem[] } {
  const compiled: LoadedLine[] = [];
  const problems: Problem[] = [];
  for (const [index, text] of (lines ?? []).entries()) {
    const whole = compileCondition(text, fields);
    if (!whole.ok) {
      problems.push(
        ...whole.problems.map(({ offset, says }) => ({
          file: source.file,
          ...source.placeIn([key, index], offset),
          says: `${key}.${index}: ${says}${cutHint(source, key, index)}`,
        })),
      );
      continue;
    }
    for (const part of key === 'unless' ? [text] : conjuncts(text)) {
      const line = part === text ? whole : compileCondition(part, fields);
      compiled.push({ place: `${key}.${index}`, condition: line.ok ? line.condition : whole.condition });
    }
  }
  return { lines: compiled, problems };
}

function cutHint(source: SourceDocument, key: string, index: number): string {
  const rest = source.cutBy([key, index]);
  return rest === undefined
    ? ''
    : `; what follows (${rest.slice(0, 40)}) is a comment: put quotes around the whole line if it belongs to the condition`;
}
