import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real repository on `main`, of which nothing of this machine's settings of git is part. For tests. */
export interface Checkout {
  /** The folder of the rules, below the top of the repository. */
  rules: string;
  /** Path from the top of the repository. */
  write: (file: string, text: string) => void;
  /** Commits everything; `key`: a file with the key that signs. Answers with its id. */
  commit: (author: string, key?: string) => string;
  git: (...args: string[]) => string;
}

/** Makes one of a folder, with what is in it already. */
export function checkout(dir: string): Checkout {
  const rules = join(dir, 'rules');
  mkdirSync(rules, { recursive: true });
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: dir, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  git('init', '-q', '-b', 'main');
  return {
    rules,
    git,
    write: (file, text) => {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), text);
    },
    commit: (author, key) => {
      git('add', '-A');
      const who = ['-c', `user.name=${author}`, '-c', `user.email=${author}@example.com`];
      const signing = key === undefined ? [] : ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`];
      git(...who, ...signing, 'commit', '-q', '--allow-empty', key === undefined ? '--no-gpg-sign' : '-S', '-m', 'a change');
      return git('rev-parse', 'HEAD');
    },
  };
}

/** One with real keys, in a folder of its own. */
export interface Repository extends Checkout {
  root: string;
  /** The file of allowed signers: ada and bob. Mallory has a key and is not in it. */
  signers: string;
  /** `signer`: whose key signs. */
  commit: (author: string, signer?: string) => string;
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
  const keys = join(root, 'keys');
  mkdirSync(keys);
  const signers = join(root, 'allowed_signers');
  const inside = checkout(join(root, 'repo'));
  const people = ['ada', 'bob', 'mallory'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
    return [name, execFileSync('ssh-keygen', ['-y', '-f', join(keys, name)], { encoding: 'utf8' }).trim()] as const;
  });
  const allowed = people.filter(([name]) => name !== 'mallory').map(([name, key]) => `${name}@example.com ${key}\n`);
  writeFileSync(signers, allowed.join(''));
  return {
    ...inside,
    root,
    signers,
    commit: (author, signer) => inside.commit(author, signer === undefined ? undefined : join(keys, signer)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
