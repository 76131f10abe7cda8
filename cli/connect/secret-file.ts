import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../failure.js';

/** A place for a secret, taken before the secret exists. */
export interface SecretPlace {
  path: string;
  write: (secret: string) => void;
  /** Nothing came of it. */
  discard: () => void;
}

/** A new file, readable by its owner alone. Throws Failure where one is already, or none can be made. */
export function keepSecret(file: string, cwd: string): SecretPlace {
  const path = resolve(cwd, file);
  let handle: number;
  try {
    handle = openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Failure('conflict', `${file} is there already, and may hold a secret; name another file`);
    throw new Failure('usage', `${file} cannot be written (${code ?? 'unknown'})`);
  }
  return {
    path,
    write: (secret) => {
      writeSync(handle, secret);
      closeSync(handle);
    },
    discard: () => {
      closeSync(handle);
      rmSync(path, { force: true });
    },
  };
}

/** Throws Failure when there is none. */
export function readSecret(file: string, cwd: string): string {
  try {
    const secret = readFileSync(resolve(cwd, file), 'utf8').trim();
    if (secret !== '') return secret;
  } catch {
    // Said below.
  }
  throw new Failure('notFound', `There is no secret in ${file}`);
}
