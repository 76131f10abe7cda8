import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Problem } from './problem.js';
import { readYaml, type SourceDocument, yamlLimits } from './yaml.js';

export interface DocumentsRead {
  documents: SourceDocument[];
  problems: Problem[];
}

const mostFiles = 1_000;

/** Documents of rules, runbooks and policy; of their cases; nothing of fixtures, of schemas and of hidden files. */
export type FileKind = 'rules' | 'cases';

/** Every document of a kind below a folder, with what is wrong with its files. `none`: said where there is no file at all. Rejects never. */
export async function readFolder(root: string, kind: FileKind, none?: string): Promise<DocumentsRead> {
  const refused = (says: string): DocumentsRead => ({
    documents: [],
    problems: [{ file: basename(root), line: 1, column: 1, says }],
  });
  let files: string[];
  try {
    files = await filesOf(root, kind);
  } catch (error) {
    return refused(`the folder cannot be read (${codeOf(error)}); set OPSSENTINEL_RULES to the folder that holds the rules`);
  }
  if (files.length > mostFiles) return refused(`the folder has more than ${mostFiles} files of ${kind}; is it the right one?`);
  if (files.length === 0) return none === undefined ? { documents: [], problems: [] } : refused(none);
  const read: DocumentsRead = { documents: [], problems: [] };
  for (const path of files) {
    const { documents, problems } = await readDocumentsOf(path, shownFile(root, path));
    read.documents.push(...documents);
    read.problems.push(...problems);
  }
  return read;
}

/** A file as problems name it: relative to the folder above the rules. */
const shownFile = (root: string, path: string): string => relative(dirname(root), path).split(sep).join('/');

async function readDocumentsOf(path: string, file: string): Promise<DocumentsRead> {
  const refused = (says: string) => ({ documents: [], problems: [{ file, line: 1, column: 1, says }] });
  try {
    const { size } = await stat(path);
    if (size > yamlLimits.bytes) return refused(`the file is larger than ${yamlLimits.bytes / 1024} KiB; split it`);
    return readYaml(file, await readFile(path, 'utf8'));
  } catch (error) {
    return refused(`the file cannot be read (${codeOf(error)}); check its permissions`);
  }
}

async function filesOf(root: string, kind: FileKind): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => kindOf(relative(root, path)) === kind)
    .sort();
}

function kindOf(path: string): FileKind | undefined {
  const parts = path.split(sep);
  if (parts.some((part) => part.startsWith('.')) || parts.slice(0, -1).includes('fixtures')) return undefined;
  if (!/\.(?:ya?ml|json)$/.test(path) || path.endsWith('.schema.json')) return undefined;
  return /\.cases\.(?:ya?ml|json)$/.test(path) ? 'cases' : 'rules';
}

export const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown reason';
