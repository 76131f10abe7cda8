import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Every folder that the import law judges: tsconfig.json's own list, and `tools`. */
export function lawFolders(root) {
  const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return [...config.include, 'tools'].filter((folder) => existsSync(join(root, folder)));
}

/** The folders that make up the product, from tsconfig.json's own list; `tests` and `bench` are not shipped. */
export function rooms(root) {
  const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return config.include.filter((room) => room !== 'tests' && room !== 'bench' && existsSync(join(root, room)));
}

/** Every file below a folder, as paths relative to `root` with forward slashes, sorted. */
export function filesBelow(root, folder) {
  const absolute = join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

const shipped = (file) => !file.endsWith('.test.ts') && !file.endsWith('.md');

/** What the build reads: our own TypeScript without tests, and the files beside it. */
export const sourceFiles = (root) =>
  rooms(root)
    .flatMap((room) => filesBelow(root, room))
    .filter(shipped);

/** SHA-256 over names and contents, and over the compiler's own inputs. Contents, not times: a checkout changes times. */
export function fingerprint(root, files) {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...files]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Copies what is not TypeScript to the same place below dist/, so that `new URL('./x.yaml', import.meta.url)` holds in both. */
export function copyAssets(root, files) {
  for (const file of files.filter((name) => !name.endsWith('.ts'))) {
    const target = join(root, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, file), target);
  }
}

/** Removes from dist/ what has no source any more: simulators and rules are found by listing a folder, so a left-over would be loaded. */
export function pruneDist(root, files) {
  const wanted = new Set(files.flatMap((file) => outputsOf(file)));
  for (const file of filesBelow(root, 'dist')) {
    const ours = file.slice('dist/'.length);
    if (ours.includes('/') && !wanted.has(ours)) rmSync(join(root, file));
  }
}

const outputsOf = (file) => {
  if (!file.endsWith('.ts')) return [file];
  const stem = file.slice(0, -'.ts'.length);
  return [`${stem}.js`, `${stem}.js.map`];
};
