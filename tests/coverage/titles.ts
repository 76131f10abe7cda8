import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const skipped = new Set(['node_modules', 'dist']);

/** Every test file below a folder, as a path. */
export function testFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || skipped.has(entry.name)) return [];
    const path = join(dir, entry.name);
    return entry.isDirectory() ? testFiles(path) : entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/** Every text that is followed by a function: the names of tests and of their groups. What is skipped or only planned proves nothing. */
const name = /(?<how>[\w.]*)\(\s*(?<quote>['"`])(?<name>(?:\\.|(?!\k<quote>).)*)\k<quote>,\s*(?:async\s*)?\(/gs;
export const namesIn = (source: string): string[] =>
  [...source.matchAll(name)].flatMap(({ groups: found = {} }) =>
    /skip|todo|failing/.test(found['how'] ?? '') ? [] : [found['name'] ?? ''],
  );
