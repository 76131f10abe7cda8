import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const bundlePath = (root) => join(root, 'dist', 'workflow-bundle.js');
const modulesPath = (root) => join(root, 'dist', 'workflow-bundle.modules.json');

/**
 * Bundles dist/workflows/index.js for Temporal's sandbox unless the modules that went into the last bundle are unchanged.
 * Returns the fingerprint of those modules, or undefined when there are no workflows yet.
 */
export async function bundleWorkflows(root, last) {
  const entry = join(root, 'dist', 'workflows', 'index.js');
  if (!existsSync(entry)) return undefined;
  if (last && existsSync(bundlePath(root)) && fingerprintOf(root) === last) return last;
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: quietLogger });
  // Renamed into place: a worker that starts meanwhile reads the old bundle or the new one, never half of one.
  writeFileSync(`${bundlePath(root)}.new`, code);
  renameSync(`${bundlePath(root)}.new`, bundlePath(root));
  writeFileSync(modulesPath(root), `${JSON.stringify(modulesOf(root, code), null, 2)}\n`);
  return fingerprintOf(root);
}

/** The files that webpack put into the bundle, relative to the project, from the source map that it carries. Ours are named as TypeScript. */
export function modulesOf(root, code) {
  const encoded = /sourceMappingURL=data:application\/json;(?:charset=[^;]+;)?base64,([A-Za-z0-9+/=]+)\s*$/.exec(code)?.[1];
  if (!encoded) throw new Error('the workflow bundle carries no source map, so its modules cannot be listed');
  const { sources } = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  return sources.map((source) => plainPath(root, source)).sort();
}

function plainPath(root, source) {
  const path = source
    .replace(/^webpack:\/\/[^/]*\//, '')
    .replace(/^file:\/\//, '')
    .replace(/\?.*$/, '');
  const home = `${root.split(sep).join('/')}/`;
  if (path.startsWith(home)) return path.slice(home.length);
  return path.replace(/^\.\//, '');
}

function fingerprintOf(root) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const module of JSON.parse(readFileSync(modulesPath(root), 'utf8'))) {
    const file = join(root, module);
    if (module.startsWith('node_modules/') || module.startsWith('webpack/')) continue;
    hash.update(`${module}\0`).update(existsSync(file) ? readFileSync(file) : 'absent');
  }
  return hash.digest('hex');
}

const quietLogger = {
  log: () => {},
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: (message) => process.stderr.write(`build: ${message}\n`),
  error: (message) => process.stderr.write(`build: ${message}\n`),
};
