/**
 * Files that are made from code and kept in git, so that a reader and a diff see them. `npm run check` makes each anew and compares;
 * `node tools/generated.mjs --write` writes them. Each `make` reads dist/, so build first (the check does).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const built = (file) => import(pathToFileURL(join(root, 'dist', file)).href);
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

export const generated = [
  { file: 'api/openapi.json', make: async () => (await built('api/openapi.js')).openApiFile() },
  {
    file: 'rules/language/rules.schema.json',
    make: async () => json((await built('rules/language/json-schema.js')).rulesJsonSchema()),
  },
];

/** Names of the files that are not what their code makes, each with what to do. */
export async function staleFiles() {
  const problems = [];
  for (const { file, make } of generated) {
    const made = await make();
    if (readOr(file) !== made) problems.push(`${file} is not what its code makes now. Run: npm run generate`);
  }
  return problems;
}

function readOr(file) {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const write = process.argv.includes('--write');
  if (write) for (const { file, make } of generated) writeFileSync(join(root, file), await make());
  const problems = write ? [] : await staleFiles();
  process.stdout.write(write ? `${generated.length} files written\n` : problems.map((line) => `${line}\n`).join(''));
  process.exitCode = problems.length > 0 ? 1 : 0;
}
