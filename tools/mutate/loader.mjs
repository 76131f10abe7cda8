/**
 * Loads TypeScript as it stands, with the one file under test in the form that holds its mutants. A `?g=3` behind a test file's address
 * loads it, and everything of ours that it imports, once more: what a module computed while it was loaded is computed anew.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import swc from '@swc/core';

let given;
const compiled = new Map();

/** @param {{ root: string, target: string, code: string, globals: string }} data */
export function initialize(data) {
  given = data;
}

const isOurs = (url) => url.startsWith('file:') && !url.includes('/node_modules/');
const generationOf = (url) => /\?g=\d+$/.exec(url ?? '')?.[0] ?? '';

export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: given.globals, shortCircuit: true };
  const generation = generationOf(context.parentURL);
  // By path, or by the whole address as a folder's listing gives it.
  if (/^(\.{1,2}\/|file:)/.test(specifier) && context.parentURL && isOurs(context.parentURL)) {
    const source = new URL(specifier, context.parentURL).href.replace(/\.js$/, '.ts');
    if (source.endsWith('.ts') && existsSync(fileURLToPath(source)))
      return { url: source + generation, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  const plain = url.split('?')[0];
  if (!plain.endsWith('.ts') || !isOurs(plain)) return next(url, context);
  return { format: 'module', source: compile(plain), shortCircuit: true };
}

function compile(url) {
  const known = compiled.get(url);
  if (known !== undefined) return known;
  const text = url === pathToFileURL(given.target).href ? given.code : readFileSync(fileURLToPath(url), 'utf8');
  const { code } = swc.transformSync(text, {
    filename: fileURLToPath(url),
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  compiled.set(url, code);
  return code;
}
