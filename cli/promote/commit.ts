import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { git } from '../../rules/revision/git.js';
import { Failure } from '../failure.js';

/** What is to be committed, and on which branch. */
export interface Proposed {
  /** Absolute path of the rule's file. */
  file: string;
  /** From the text that the commit before has to the one that is wanted. */
  edit: (text: string) => string;
  branch: string;
  subject: string;
  body: string;
}

/**
 * One commit on a branch of its own, made beside the working copy, which stays as it is; nothing is pushed. `undefined`: there is no git
 * here, or no repository. Throws Failure where git refuses.
 */
export async function commitOnBranch(
  folder: string,
  { file, edit, branch, subject, body }: Proposed,
): Promise<string | undefined> {
  const top = await git(folder, ['rev-parse', '--show-toplevel']);
  if (!top.ok) return undefined;
  const repository = top.out.trim();
  const path = relative(repository, file);
  const beside = await mkdtemp(join(tmpdir(), 'opssentinel-promote-'));
  const copy = join(beside, 'copy');
  try {
    await must(repository, ['worktree', 'add', '--quiet', '-b', branch, copy, 'HEAD']);
    const there = join(copy, path);
    const before = await readFile(there, 'utf8').catch(() => {
      throw new Failure('failed', `${path} is in no commit yet; commit it first`);
    });
    await writeFile(there, edit(before));
    await must(copy, ['add', '--', path]);
    await must(copy, ['commit', '--quiet', '-m', subject, '-m', body]);
    return (await must(copy, ['rev-parse', 'HEAD'])).trim();
  } finally {
    await git(repository, ['worktree', 'remove', '--force', copy]);
    await rm(beside, { recursive: true, force: true });
  }
}

async function must(folder: string, args: readonly string[]): Promise<string> {
  const answer = await git(folder, args);
  if (!answer.ok) throw new Failure('failed', `no commit was made: ${answer.says}`);
  return answer.out;
}
