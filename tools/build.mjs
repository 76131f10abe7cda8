/**
 * Builds dist/: TypeScript, then the files that are not TypeScript (rules, pages, SQL), then the workflow bundle.
 * Does nothing when nothing changed. Flags: --quiet (speak only when there is work or trouble), --keep-going (bundle in spite of type errors).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from './build/bundle.mjs';
import { copyAssets, fingerprint, pruneDist, sourceFiles } from './build/files.mjs';
import { withLock } from './build/lock.mjs';
import { readStamp, writeStamp } from './build/stamp.mjs';

const root = join(import.meta.dirname, '..');
const quiet = process.argv.includes('--quiet');
const keepGoing = process.argv.includes('--keep-going');
const say = (text) => process.stderr.write(`${text}\n`);
const tell = (text) => (quiet && !process.stderr.isTTY ? undefined : say(text));
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs tsc 7 and returns whether it was content. It emits in spite of type errors, so that --keep-going has something to go on with. */
function compile() {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  if (!existsSync(tsc)) throw new Error('The dependencies are not installed. Run: npm ci');
  const began = Date.now();
  const arguments_ = ['-p', 'tsconfig.build.json', '--pretty', String(Boolean(process.stderr.isTTY))];
  const result = spawnSync(tsc, arguments_, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (result.error) throw result.error;
  if (result.status === 0) {
    tell(`build: TypeScript compiled in ${seconds(began)}`);
    return true;
  }
  say(`${result.stdout}${result.stderr}`.trimEnd());
  say(`build: TypeScript refuses the code (see above). Nothing that depends on it was built.`);
  return false;
}

async function build() {
  const sources = sourceFiles(root);
  const print = fingerprint(root, sources);
  const stamp = readStamp(root);
  const compiled = stamp.sources === print || compileAll(sources);
  if (!compiled && !keepGoing) return 1;
  const began = Date.now();
  const bundle = await bundleWorkflows(root, stamp.bundle);
  if (bundle && bundle !== stamp.bundle) tell(`build: workflow bundle written in ${seconds(began)}`);
  writeStamp(root, { sources: compiled ? print : undefined, bundle });
  if (!quiet && compiled && stamp.sources === print && bundle === stamp.bundle) say('build: nothing changed');
  return compiled ? 0 : 1;
}

function compileAll(sources) {
  // Without its output the incremental record would claim that everything is emitted already.
  if (!existsSync(join(root, 'dist', 'domain'))) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
  const compiled = compile();
  pruneDist(root, sources);
  copyAssets(root, sources);
  return compiled;
}

try {
  process.exitCode = await withLock(join(root, '.cache', 'build.lock'), build);
} catch (error) {
  say(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
