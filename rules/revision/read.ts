import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RuleFile, RulesRevision } from '../../domain/rules-revision.js';
import { kindOf } from '../language/files.js';
import { git } from './git.js';
import { signatures } from './signatures.js';

export interface RevisionSettings {
  /** Path of the file of allowed signers. */
  allowedSigners: string | undefined;
  /** Epoch milliseconds. */
  now: () => number;
}

/** `folder`: every link followed; `files`: what was read there; `accepted`: the commit that was accepted last. */
export type ReadRevision = (folder: string, files: readonly RuleFile[], accepted: string | undefined) => Promise<RulesRevision>;

const short = (commit: string): string => commit.slice(0, 7);

/**
 * At which commit of which the folder is, whether that commit holds what was read, and who signed. No git, no repository: `unknown`,
 * in words. The rest of git is asked again only when commit, files, signers or the accepted commit are others. Never rejects.
 */
export function revisionReader({ allowedSigners, now }: RevisionSettings): ReadRevision {
  let last: { key: string; revision: RulesRevision } | undefined;
  return async (folder, files, accepted) => {
    const where = await git(folder, ['rev-parse', '--verify', 'HEAD^{commit}']);
    const commit = where.ok ? where.out.trim() : undefined;
    const signers = allowedSigners && (await readFile(allowedSigners, 'utf8').catch(() => ''));
    const key = digest(JSON.stringify([folder, where, accepted, signers, files]));
    if (last?.key === key) return last.revision;
    const at = new Date(now()).toISOString();
    const revision: RulesRevision =
      commit === undefined
        ? { signed: 'unknown', says: where.ok ? '' : noCommit(where.says), at }
        : { ...(await judged(folder, commit, files, allowedSigners, accepted)), at };
    last = { key, revision };
    return revision;
  };
}

async function judged(
  folder: string,
  commit: string,
  files: readonly RuleFile[],
  allowedSigners: string | undefined,
  accepted: string | undefined,
): Promise<Omit<RulesRevision, 'at'>> {
  const change = await changed(folder, commit, files);
  if (typeof change === 'object') return { commit, signed: 'unknown', says: change.says };
  if (change !== undefined)
    return { commit, dirty: true, signed: 'not', says: `${change} is not as commit ${short(commit)} has it` };
  return { commit, ...(await signatures({ folder, commit, allowedSigners, accepted })) };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const noCommit = (says: string): string => (/Needed a single revision/.test(says) ? 'the repository has no commit yet' : says);

/**
 * The first file that was read and is not in the commit with this very content, or is in it and was not read. Contents are compared, not
 * times or the index: what was read is what is judged, and no filter of the repository runs.
 */
async function changed(
  folder: string,
  commit: string,
  files: readonly RuleFile[],
): Promise<string | undefined | { says: string }> {
  const answer = await git(folder, ['ls-tree', '-r', '-z', commit, '--', '.']);
  if (!answer.ok) return { says: answer.says };
  const held = new Map(answer.out.split('\0').flatMap(blobOf));
  for (const { path, text } of files) {
    const below = path.slice(path.indexOf('/') + 1);
    const id = held.get(below);
    if (id !== blobId(text, id)) return path;
    held.delete(below);
  }
  return [...held.keys()].find((path) => kindOf(path) === 'rules');
}

/** `100644 blob <id>\t<path>`, the path relative to the folder. Links and submodules are not read as rules. */
function blobOf(line: string): [string, string][] {
  const [about = '', path] = line.split('\t', 2);
  const [mode, , id] = about.split(' ');
  return path !== undefined && id !== undefined && mode?.startsWith('100') ? [[path, id]] : [];
}

/** As git names a content: SHA-1, or SHA-256 in repositories that are made so. */
function blobId(text: string, like: string | undefined): string {
  const bytes = Buffer.from(text);
  return createHash(like?.length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}
