import { existsSync, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import type { RuleFile } from '../../domain/rules-revision.js';
import { kindOf } from '../../rules/language/files.js';
import { loadFiles } from '../../rules/language/load.js';
import { RulesRefused } from '../../rules/language/problem.js';
import type { RuleSet } from '../../rules/language/set.js';
import { git } from '../../rules/revision/git.js';
import type { Context } from '../context.js';
import { Failure } from '../failure.js';
import { installation, type LoadedInstallation, sha256 } from '../installation.js';
import { loadOrRefuse, rulesDirFor } from '../loaded-rules.js';
import { shownPath } from '../paths.js';

/** Rules as they stand somewhere. */
export interface RulesAt extends LoadedInstallation {
  set: RuleSet;
  /** As people named it: a folder, or a revision. */
  shown: string;
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/**
 * Rules of a folder, or of a revision of the repository that a folder is in: that of `beside` where it names a folder, else that of the
 * settings. Nothing is checked out. Rejects with RulesRefused or Failure.
 */
export async function rulesAt(context: Context, named: string, beside?: string): Promise<RulesAt> {
  const path = resolve(context.cwd, named);
  if (isFolder(path)) return { ...(await loadOrRefuse(path)), shown: shownPath(path, context.cwd) };
  const other = beside === undefined ? undefined : resolve(context.cwd, beside);
  const folder = other !== undefined && isFolder(other) ? other : rulesDirFor(context, undefined);
  const files = await filesAt(folder, named);
  const installed = installation({});
  const loaded = loadFiles(files, folder, installed.catalogue, sha256);
  if (!loaded.ok) throw new RulesRefused(loaded.problems.map((problem) => ({ ...problem, file: `${named}:${problem.file}` })));
  return { set: loaded.set, ...installed, shown: named };
}

async function filesAt(folder: string, revision: string): Promise<RuleFile[]> {
  const neither = (says: string): Failure =>
    new Failure('notFound', `${revision} is no folder, and no revision of the rules in ${folder}: ${says}`);
  const ask = async (...args: string[]): Promise<string> => {
    const answer = await git(folder, args);
    if (!answer.ok) throw neither(answer.says);
    return answer.out;
  };
  if (revision.startsWith('-')) throw neither('a revision does not begin with a dash');
  const commit = (await ask('rev-parse', '--verify', '--quiet', `${revision}^{commit}`)).trim();
  const prefix = (await ask('rev-parse', '--show-prefix')).trim();
  const listed = await ask('ls-tree', '-r', '-z', '--full-tree', commit, ...(prefix === '' ? [] : ['--', prefix]));
  const blobs = listed.split('\0').flatMap((line) => {
    const [, blob, path] = /^100(?:644|755) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    const below = path?.slice(prefix.length) ?? '';
    return blob !== undefined && kindOf(below.split('/').join(sep)) === 'rules' ? [{ blob, below }] : [];
  });
  if (blobs.length === 0) throw neither('it has no rule file there');
  const files: RuleFile[] = [];
  for (const { blob, below } of blobs)
    files.push({ path: `${basename(folder)}/${below}`, text: await ask('cat-file', 'blob', blob) });
  return files;
}
