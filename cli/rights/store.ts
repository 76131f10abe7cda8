import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RightsFile } from '../../integrations/contract/rights.js';
import { pathOf, textOf } from './rights.js';

/** Writes every file below a folder, and removes those that an account no longer has. Other folders and files are left alone. */
export function writeRights(folder: string, files: readonly RightsFile[]): string[] {
  for (const extra of strangers(folder, files)) rmSync(join(folder, extra));
  for (const file of files) {
    mkdirSync(dirname(join(folder, pathOf(file))), { recursive: true });
    writeFileSync(join(folder, pathOf(file)), textOf(file));
  }
  return files.map(pathOf);
}

export interface Difference {
  path: string;
  says: 'is missing' | 'differs' | 'is not needed any more';
}

/** How what lies there differs from what it should be. Compared as JSON: how it is laid out is nobody's business. */
export function compareRights(folder: string, files: readonly RightsFile[]): Difference[] {
  const differing = files.flatMap((file): Difference[] => {
    const path = pathOf(file);
    const there = readOr(join(folder, path));
    if (there === undefined) return [{ path, says: 'is missing' }];
    return asJson(there) === JSON.stringify(file.document) ? [] : [{ path, says: 'differs' }];
  });
  return [...differing, ...strangers(folder, files).map((path): Difference => ({ path, says: 'is not needed any more' }))];
}

/** JSON files in the accounts' folders that are none of ours any more. */
function strangers(folder: string, files: readonly RightsFile[]): string[] {
  const ours = new Set(files.map(pathOf));
  const accounts = [...new Set(files.map(({ account }) => account))];
  return accounts
    .flatMap((account) => listed(join(folder, account)).map((name) => `${account}/${name}`))
    .filter((path) => path.endsWith('.json') && !ours.has(path));
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function asJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
