import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real repository with real keys. For tests. */
export interface Repository {
  /** The folder of the rules, below the top of the repository. */
  rules: string;
  root: string;
  /** The file of allowed signers: ada and bob. Mallory has a key and is not in it. */
  signers: string;
  write: (file: string, text: string) => void;
  /** Commits everything; `signer`: whose key signs. Answers with its id. */
  commit: (author: string, signer?: string) => string;
  git: (...args: string[]) => string;
  remove: () => void;
}

/** Whether this machine can sign at all. */
export function canSign(): boolean {
  try {
    execFileSync('git', ['--version']);
    const dir = mkdtempSync(join(tmpdir(), 'opssentinel-key-'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'key')]);
    rmSync(dir, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

export function repository(): Repository {
  const root = mkdtempSync(join(tmpdir(), 'opssentinel-git-'));
  const rules = join(root, 'repo', 'rules');
  const keys = join(root, 'keys');
  mkdirSync(rules, { recursive: true });
  mkdirSync(keys);
  const signers = join(root, 'allowed_signers');
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: join(root, 'repo'), encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  git('init', '-q', '-b', 'main');
  const people = ['ada', 'bob', 'mallory'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
    return [name, execFileSync('ssh-keygen', ['-y', '-f', join(keys, name)], { encoding: 'utf8' }).trim()] as const;
  });
  const allowed = people.filter(([name]) => name !== 'mallory').map(([name, key]) => `${name}@example.com ${key}\n`);
  writeFileSync(signers, allowed.join(''));
  return {
    root,
    rules,
    signers,
    git,
    write: (file, text) => {
      mkdirSync(dirname(join(root, 'repo', file)), { recursive: true });
      writeFileSync(join(root, 'repo', file), text);
    },
    commit: (author, signer) => {
      git('add', '-A');
      const who = ['-c', `user.name=${author}`, '-c', `user.email=${author}@example.com`];
      const key = signer === undefined ? [] : ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${join(keys, signer)}`];
      git(...who, ...key, 'commit', '-q', '--allow-empty', signer === undefined ? '--no-gpg-sign' : '-S', '-m', 'a change');
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
