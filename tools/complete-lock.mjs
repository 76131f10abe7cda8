/**
 * npm leaves optional packages of other platforms out of the lockfile when the registry in use does not serve them, and then
 * `npm ci` of npm 11 refuses that lockfile. This writes the entries that are missing: exact version, system, processor.
 * They hold no integrity value (it was not to be had); a platform that needs one gets it by `npm install` there.
 * Run it after every `npm install` that changed the lockfile. `--check` only tells.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows'];
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
};

/** Names of optional packages that some package asks for and the lockfile does not hold. */
export function missingOptionals(lock) {
  return Object.entries(lock.packages).flatMap(([place, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !resolves(lock.packages, place, name))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true, neededBy: place })),
  );
}

function resolves(packages, place, name) {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf('node_modules/'))).replace(/\/$/, '')) {
    if (packages[`${from ? `${from}/` : ''}node_modules/${name}`]) return true;
    if (!from) return false;
  }
}

function entryOf({ name, version, dev }) {
  if (!/^\d/.test(version)) throw new Error(`${name}@${version} is no exact version: add it by npm install`);
  const words = name.split('/').pop().split('-');
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => Object.hasOwn(processors, word));
  if (!os || !cpu) throw new Error(`${name} names no system and processor that this tool knows`);
  return { version, cpu: [processors[cpu]], ...(dev ? { dev } : {}), optional: true, os: [os === 'windows' ? 'win32' : os] };
}

function complete(file, lock, missing) {
  for (const each of missing) lock.packages[`node_modules/${each.name}`] = entryOf(each);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptionals(lock);
  if (missing.length > 0 && !process.argv.includes('--check')) complete(file, lock, missing);
  for (const { name, version } of missing) process.stdout.write(`${name}@${version}\n`);
}
