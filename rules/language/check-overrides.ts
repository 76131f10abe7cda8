import { problem, type Read } from './documents.js';
import type { Problem } from './problem.js';
import type { Rule } from './rule.js';

/** Rules that override each other in a circle would leave nobody to decide. Said once per circle, at its first rule by name. */
export function checkOverrides(rules: readonly Read<Rule>[]): Problem[] {
  const byName = new Map(rules.map((read) => [read.doc.rule, read]));
  const said = new Set<string>();
  return [...byName.keys()].sort().flatMap((start) => {
    const circle = circleFrom(start, byName);
    if (!circle || said.has([...circle].sort().join(' '))) return [];
    said.add([...circle].sort().join(' '));
    const read = byName.get(start);
    return read
      ? [
          problem(
            read.source,
            ['overrides'],
            `overrides go in a circle: ${[...circle, start].join(' → ')}; remove one of them`,
            'key',
          ),
        ]
      : [];
  });
}

function circleFrom(start: string, rules: ReadonlyMap<string, Read<Rule>>): string[] | undefined {
  const seen = new Set<string>();
  const queue: string[][] = [[start]];
  for (let path = queue.shift(); path; path = queue.shift()) {
    const here = path.at(-1) ?? start;
    for (const next of rules.get(here)?.doc.overrides ?? []) {
      if (next === start && path.length > 1) return path;
      if (next === start || seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return undefined;
}
