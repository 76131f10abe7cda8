import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/root.js';

/** A rule of the law, as `.dependency-cruiser.cjs` writes it. */
export interface Rule {
  name: string;
  comment?: string;
}

export const law = (): readonly Rule[] =>
  (createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as { forbidden: Rule[] }).forbidden;

export interface Violation {
  from: string;
  to: string;
  rule: string;
}

/** What `npm run check` judges too: tsconfig.json's own list, and `tools`. */
const folders = [...(JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { include: string[] }).include, 'tools'];

/** Judges the tree in `directory` by the project's law. Exit code 1 to n is the number of violations, not a failure of the tool. */
export async function cruise(directory: string): Promise<Violation[]> {
  const command = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const present = folders.filter((folder) => existsSync(join(directory, folder)));
  const ran = await promisify(execFile)(
    process.execPath,
    [command, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', ...present],
    {
      cwd: directory,
      maxBuffer: 128 << 20,
    },
  ).catch((error: { stdout?: string; message: string }) => ({ stdout: error.stdout ?? '', message: error.message }));
  if (!ran.stdout.startsWith('{'))
    throw new Error(`dependency-cruiser gave no result: ${'message' in ran ? ran.message : ran.stdout}`);
  const { summary } = JSON.parse(ran.stdout) as {
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, to, rule }) => ({ from, to, rule: rule.name }));
}
