/**
 * Files that are made from code and kept in git, so that a reader and a diff see them. `npm run check` makes each anew and compares;
 * `node tools/generated.mjs --write` writes them. Each `make` reads dist/, so build first (the check does).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reference } from './reference.mjs';

const root = join(import.meta.dirname, '..');
const built = (file) => import(pathToFileURL(join(root, 'dist', file)).href);
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

export const generated = [
  { file: 'api/openapi.json', make: async () => (await built('api/openapi.js')).openApiFile() },
  {
    file: 'rules/language/rules.schema.json',
    make: async () => json((await built('rules/language/json-schema.js')).rulesJsonSchema()),
  },
  ...reference,
];

/** Folders in which every JSON file is made from code: path below the folder to text. */
const folders = [{ folder: 'deploy/aws/iam', make: async () => (await built('cli/rights/shipped.js')).shippedRights() }];

/** Every generated file with what it should hold; `undefined`: it should not be there. */
async function madeFiles() {
  const made = new Map();
  for (const { file, make } of generated) made.set(file, await make());
  for (const { folder, make } of folders) {
    for (const file of jsonBelow(folder)) made.set(file, undefined);
    for (const [path, text] of await make()) made.set(`${folder}/${path}`, text);
  }
  return made;
}

/** Names of the files that are not what their code makes, each with what to do. */
export async function staleFiles() {
  return [...(await madeFiles())]
    .filter(([file, text]) => readOr(file) !== text)
    .map(([file]) => `${file} is not what its code makes now. Run: npm run generate`);
}

/** Writes what there should be and removes the rest. Resolves with how many files there are now. */
async function write() {
  const made = [...(await madeFiles())];
  for (const [file, text] of made) {
    if (text === undefined) rmSync(join(root, file));
    else {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
  }
  return made.filter(([, text]) => text !== undefined).length;
}

function jsonBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.json')).map((name) => `${folder}/${name.split(sep).join('/')}`);
}

function readOr(file) {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const writing = process.argv.includes('--write');
  const problems = writing ? [] : await staleFiles();
  process.stdout.write(writing ? `${await write()} files written\n` : problems.map((line) => `${line}\n`).join(''));
  process.exitCode = problems.length > 0 ? 1 : 0;
}
