import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import { assemble, type Loaded } from './assemble.js';
import type { Problem } from './problem.js';
import { readYaml, type SourceDocument, yamlLimits } from './yaml.js';

const mostFiles = 1_000;

/**
 * Reads every `*.yaml`, `*.yml` and `*.json` below a folder but cases, fixtures and hidden files, and answers with the checked set
 * or with everything that is wrong. Calls nothing outside; rejects never.
 */
export async function loadRules(dir: string, catalogue: Catalogue, hash: Hash): Promise<Loaded> {
  const root = resolve(dir);
  const listed = await ruleFiles(root);
  if (!listed.ok) return { ok: false, problems: [{ file: basename(root), line: 1, column: 1, says: listed.says }] };
  const documents: SourceDocument[] = [];
  const problems: Problem[] = [];
  for (const path of listed.files) {
    const file = relative(dirname(root), path).split(sep).join('/');
    const read = await readFileIn(path, file);
    documents.push(...read.documents);
    problems.push(...read.problems);
  }
  return assemble(documents, problems, root, catalogue, hash);
}

async function readFileIn(path: string, file: string): Promise<{ documents: SourceDocument[]; problems: Problem[] }> {
  const refused = (says: string) => ({ documents: [], problems: [{ file, line: 1, column: 1, says }] });
  try {
    const { size } = await stat(path);
    if (size > yamlLimits.bytes) return refused(`the file is larger than ${yamlLimits.bytes / 1024} KiB; split it`);
    return readYaml(file, await readFile(path, 'utf8'));
  } catch (error) {
    return refused(`the file cannot be read (${codeOf(error)}); check its permissions`);
  }
}

async function ruleFiles(root: string): Promise<{ ok: true; files: string[] } | { ok: false; says: string }> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => isRuleFile(relative(root, path)))
      .sort();
    if (files.length > mostFiles)
      return { ok: false, says: `the folder has more than ${mostFiles} rule files; is it the right one?` };
    return files.length > 0
      ? { ok: true, files }
      : { ok: false, says: 'the folder has no rule files; add *.yaml files, or set OPSSENTINEL_RULES to the right folder' };
  } catch (error) {
    return {
      ok: false,
      says: `the folder cannot be read (${codeOf(error)}); set OPSSENTINEL_RULES to the folder that holds the rules`,
    };
  }
}

function isRuleFile(path: string): boolean {
  const parts = path.split(sep);
  if (parts.some((part) => part.startsWith('.')) || parts.slice(0, -1).includes('fixtures')) return false;
  return /\.(?:ya?ml|json)$/.test(path) && !/\.cases\.(?:ya?ml|json)$/.test(path) && !path.endsWith('.schema.json');
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown reason';
