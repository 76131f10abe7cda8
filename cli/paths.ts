import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

/** The folder with our package.json, from the sources as well as from dist/. */
export function projectRoot(from = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder))
      throw new Error('The installation of OpsSentinel is not complete: its package.json is missing. Install it again.');
  }
}

export interface Paths {
  root: string;
  /** What the sandbox keeps: ignored by git. */
  state: string;
  /** What is downloaded once: ignored by git. */
  cache: string;
  bundle: string;
  bin: string;
  sandboxFile: string;
}

export function pathsOf(root = projectRoot()): Paths {
  const state = join(root, '.opssentinel');
  return {
    root,
    state,
    cache: join(root, '.cache'),
    bundle: join(root, 'dist', 'workflow-bundle.js'),
    bin: join(root, 'bin', 'opssentinel'),
    sandboxFile: join(state, 'sandbox.json'),
  };
}

/** As typed, from where it was typed; a default that does not lie there is looked for in the installation. */
export function resolveFrom(path: string, cwd: string, root: string): string {
  if (isAbsolute(path)) return path;
  const here = resolve(cwd, path);
  return existsSync(here) ? here : resolve(root, path);
}

/** For people: as short as it can be typed from where they are; what lies elsewhere stays whole. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}
