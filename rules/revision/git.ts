import { execFile } from 'node:child_process';

/** What git answered; or why it could not, in words, and whether the folder is simply in no repository. */
export type GitAnswer = { ok: true; out: string } | { ok: false; says: string };

/** Of one question. A rules repository answers in a few hundredths of a second. Milliseconds. */
const patienceMs = 5_000;
const mostOutput = 16 * 1024 * 1024;

/**
 * Asks git one thing about a folder, without a shell. Nothing of the repository's own settings runs anything: only commands are used that
 * call no filter, hook or pager, and signatures are checked with the ssh-keygen of this machine alone. Rejects never.
 */
export function git(folder: string, args: readonly string[]): Promise<GitAnswer> {
  return new Promise((resolve) => {
    const guarded = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-pager', '-C', folder, ...args];
    const options = { encoding: 'utf8', timeout: patienceMs, maxBuffer: mostOutput, env: environment() } as const;
    execFile('git', guarded, options, (error, out, err) => {
      if (!error) resolve({ ok: true, out });
      else resolve({ ok: false, says: wordsFor(error, err) });
    });
  });
}

/** No variable of our own process turns git to another repository, and none of its secrets is handed on. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SystemRoot'].map((name) => [name, process.env[name]])),
  LC_ALL: 'C',
  // A read-only folder stays as it is, and nobody is asked for a password.
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // A replaced object would have the name of the one that was signed.
  GIT_NO_REPLACE_OBJECTS: '1',
});

function wordsFor(error: Error & { code?: number | string | null; killed?: boolean }, err: string): string {
  if (error.code === 'ENOENT') return 'git is not installed here';
  if (error.killed === true) return `git did not answer within ${patienceMs / 1000} s`;
  if (/not a git repository/.test(err)) return 'the folder is in no git repository';
  if (/dubious ownership/.test(err))
    return 'git does not trust the folder, for another user owns it; add it to safe.directory of the user that runs OpsSentinel';
  const [line = ''] = err.trim().split('\n');
  return `git refuses: ${line.replace(/^fatal: /, '').slice(0, 200)}`;
}
