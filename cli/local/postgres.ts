import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.js';
import { freeFolder } from './postgres-lock.js';
import { assertReachable, postgresUser, type RunAs } from './postgres-user.js';

export interface PostgresOptions {
  /** Folder of this database; holds `data/` and `password` (mode 0600). Made when it is not there. */
  dir: string;
  /** On 127.0.0.1. Default: a free one. */
  port?: number;
  /** PostgreSQL's own lines, one at a time. */
  log?: (line: string) => void;
  /** For tests: does not wait for the disk. A power cut may lose everything; a killed process loses nothing. */
  fast?: boolean;
}

export interface RunningPostgres {
  url: string;
  stop: () => Promise<void>;
}

interface Setup {
  dir: string;
  data: string;
  binaries: PostgresBinaries;
  as: RunAs;
  log: (line: string) => void;
  fast: boolean;
}

const user = 'opssentinel';
const startWithinMs = 60_000;
const ready = 'database system is ready to accept connections';

/**
 * PostgreSQL for whoever has none: started from the npm package, initialised once per folder.
 * It ends with `stop`, and also when this process dies in any way. Throws an Error that says what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const setup = await prepare(options);
  const password = await initialiseOnce(setup);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const started = await start(setup, port);
    if (started.running) {
      return {
        url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
        stop: started.stop,
      };
    }
    // Somebody else took the free port between our look and PostgreSQL's.
    if (options.port === undefined && attempt < 4 && /Address already in use/i.test(started.says)) continue;
    throw new Error(`PostgreSQL did not start in ${setup.dir}: ${started.says}`);
  }
}

async function prepare(options: PostgresOptions): Promise<Setup> {
  if (process.platform === 'win32') {
    throw new Error('the built-in PostgreSQL does not run on Windows: use WSL, or set DATABASE_URL.');
  }
  const dir = path.resolve(options.dir);
  const [binaries, as] = [await findPostgres(), await postgresUser()];
  await mkdir(dir, { recursive: true });
  // Another user's server must be able to enter it; its files stay closed by their own modes.
  if (as.uid !== undefined) await chmod(dir, 0o711);
  const data = path.join(dir, 'data');
  await assertReachable(data, as);
  await assertReachable(binaries.postgres, as);
  await freeFolder(data);
  return {
    dir,
    data,
    binaries,
    as,
    log: options.log ?? (() => undefined),
    fast: options.fast ?? false,
  };
}

/** Made beside and renamed: a folder whose making was interrupted is made again. */
async function initialiseOnce(setup: Setup): Promise<string> {
  const passwordFile = path.join(setup.dir, 'password');
  if (await readFile(path.join(setup.data, 'PG_VERSION'), 'utf8').catch(() => undefined)) {
    const password = await readFile(passwordFile, 'utf8').catch(() => '');
    if (password.trim() === '') {
      throw new Error(
        `${passwordFile} is gone, and with it the way into the database beside it. Put it back, or remove ${setup.dir} to begin anew.`,
      );
    }
    return password.trim();
  }
  const password = randomBytes(24).toString('base64url');
  const [making, forInitdb] = [path.join(setup.dir, 'data.new'), path.join(setup.dir, 'password.new')];
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  await writePrivate(passwordFile, password);
  await writePrivate(forInitdb, password);
  if (setup.as.uid !== undefined) {
    await chown(making, setup.as.uid, setup.as.gid);
    await chown(forInitdb, setup.as.uid, setup.as.gid);
  }
  try {
    await initdb(setup, making, forInitdb);
  } finally {
    await rm(forInitdb, { force: true });
  }
  await rename(making, setup.data);
  return password;
}

async function writePrivate(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, `${text}\n`, { mode: 0o600 });
}

function initdb(setup: Setup, into: string, passwordFile: string): Promise<void> {
  const flags = [
    `--pgdata=${into}`,
    '--auth=scram-sha-256',
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
  ];
  if (setup.fast) flags.push('--no-sync');
  return new Promise((resolve, reject) => {
    const child = spawn(setup.binaries.initdb, flags, {
      ...setup.as,
      cwd: into,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said = collect(child, setup.log);
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`PostgreSQL could not make its folder ${into}: ${said()}`)),
    );
  });
}

/**
 * The shell keeps one end of a pipe (descriptor 3) whose other end is ours: when we die, even by SIGKILL, its read ends and
 * PostgreSQL is told to stop (SIGINT: fast shutdown). The watcher is forked twice, so that PostgreSQL does not meet a child it does not know.
 */
const guarded = '( { read -r word <&3; [ "$word" = ended ] || kill -INT $$; } >/dev/null 2>&1 & ); exec "$@" 3<&-';

type Start = { running: true; stop: () => Promise<void> } | { running: false; says: string };

async function start(setup: Setup, port: number): Promise<Start> {
  const command = [
    '-c',
    guarded,
    'opssentinel-postgres',
    setup.binaries.postgres,
    '-D',
    setup.data,
    '-p',
    String(port),
    ...settings(setup),
  ];
  // Detached: Ctrl-C in a terminal reaches every process of its group, and the database must be the last to go.
  const child = spawn('/bin/sh', command, {
    ...setup.as,
    cwd: setup.data,
    env: environment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const lifeline = child.stdio[3] as Writable;
  lifeline.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => {
      lifeline.end('ended\n');
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    await ended;
  };
  const said = collect(child, setup.log);
  if (await saysReady(child, ended)) return { running: true, stop };
  await stop();
  return { running: false, says: said() };
}

function saysReady(child: ChildProcess, ended: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => resolve(false), startWithinMs);
    const settle = (is: boolean): void => {
      clearTimeout(timer);
      child.stderr?.off('data', look);
      resolve(is);
    };
    const look = (chunk: string): void => {
      text = (text + chunk).slice(-4000);
      if (text.includes(ready)) settle(true);
    };
    child.stderr?.on('data', look);
    void ended.then(() => settle(false));
  });
}

function settings(setup: Setup): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    lc_messages: 'C',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: '60',
    shared_buffers: '32MB',
    ...(setup.fast ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Nothing of our environment may steer the server, above all no PG* variable. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
});

/** Hands every line on, and keeps the last ones for an error's text. */
function collect(child: ChildProcess, log: (line: string) => void): () => string {
  const last: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    for (const line of chunk.split('\n').filter((text) => text.trim() !== '')) {
      log(line);
      last.push(line);
      if (last.length > 8) last.shift();
    }
  });
  return () => last.join(' | ') || 'it said nothing';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port on 127.0.0.1')),
      );
    });
  });
}
