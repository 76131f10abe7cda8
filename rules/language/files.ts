import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { RuleFile } from '../../domain/rules-revision.js';
import type { Problem } from './problem.js';
import { readYaml, type SourceDocument, yamlLimits } from './yaml.js';

export interface DocumentsRead {
  documents: SourceDocument[];
  problems: Problem[];
  /** What was read, as text. */
  files: RuleFile[];
  /** The folder that was read: where the link led to, when `root` is below one. */
  from: string;
}

const mostFiles = 1_000;

/** Documents of rules, runbooks and policy; of their cases; nothing of fixtures, of schemas and of hidden files. */
export type FileKind = 'rules' | 'cases';

/** How often a folder is read anew that is exchanged while it is read. */
const mostTries = 5;

/**
 * Every document of a kind below a folder, with what is wrong with its files. `none`: said where there is no file at all. Where a link
 * leads to the folder and is swapped meanwhile, everything is read again: never one file of the old folder and one of the new. Rejects never.
 */
export async function readFolder(root: string, kind: FileKind, none?: string): Promise<DocumentsRead> {
  for (let tries = 0; tries < mostTries; tries++) {
    const from = await whereTo(root);
    const read = await readBelow(from, root, kind, none);
    if ((await whereTo(root)) === from) return read;
  }
  return refusedFolder(
    root,
    root,
    `the folder was exchanged each time that it was read, ${mostTries} times; it is read again soon`,
  );
}

/** Where a path leads to once every link on it is followed; where it leads nowhere, the path. */
const whereTo = (path: string): Promise<string> => realpath(path).catch(() => path);

const refusedFolder = (root: string, from: string, says: string): DocumentsRead => ({
  documents: [],
  problems: [{ file: basename(root), line: 1, column: 1, says }],
  files: [],
  from,
});

async function readBelow(from: string, root: string, kind: FileKind, none: string | undefined): Promise<DocumentsRead> {
  let paths: string[];
  try {
    paths = await filesOf(from, kind);
  } catch (error) {
    return refusedFolder(
      root,
      from,
      `the folder cannot be read (${codeOf(error)}); set OPSSENTINEL_RULES to the folder that holds the rules`,
    );
  }
  if (paths.length > mostFiles)
    return refusedFolder(root, from, `the folder has more than ${mostFiles} files of ${kind}; is it the right one?`);
  const read: DocumentsRead = { documents: [], problems: [], files: [], from };
  if (paths.length === 0) return none === undefined ? read : refusedFolder(root, from, none);
  for (const path of paths) {
    // A file as problems name it: relative to the folder above the rules, by the name that the folder was asked for.
    const file = [basename(root), ...relative(from, path).split(sep)].join('/');
    await readInto(read, path, file);
  }
  return read;
}

async function readInto(read: DocumentsRead, path: string, file: string): Promise<void> {
  const refused = (says: string): unknown => read.problems.push({ file, line: 1, column: 1, says });
  try {
    const { size } = await stat(path);
    if (size > yamlLimits.bytes) return void refused(`the file is larger than ${yamlLimits.bytes / 1024} KiB; split it`);
    const text = await readFile(path, 'utf8');
    const { documents, problems } = readYaml(file, text);
    read.files.push({ path: file, text });
    read.documents.push(...documents);
    read.problems.push(...problems);
  } catch (error) {
    refused(`the file cannot be read (${codeOf(error)}); check its permissions`);
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

/** Of a path below the folder of the rules. */
export function kindOf(path: string): FileKind | undefined {
  const parts = path.split(sep);
  if (parts.some((part) => part.startsWith('.')) || parts.slice(0, -1).includes('fixtures')) return undefined;
  if (!/\.(?:ya?ml|json)$/.test(path) || path.endsWith('.schema.json')) return undefined;
  return /\.cases\.(?:ya?ml|json)$/.test(path) ? 'cases' : 'rules';
}

export const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown reason';
