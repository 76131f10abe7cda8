import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from './postgres.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'opssentinel-pg-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2000,
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

const lockPid = async (): Promise<number> =>
  Number.parseInt((await readFile(path.join(dir, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0] ?? '', 10);

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && alive(pid); tries += 1) await sleep(100);
  return !alive(pid);
}

describe('PostgreSQL for whoever has none', () => {
  it('keeps what was written over a restart, with its password in a file of mode 0600, and leaves no process', async () => {
    const first = await startPostgres({ dir, fast: true });
    await ask(first.url, 'create table kept (n int); insert into kept values (7)');
    const pid = await lockPid();
    await first.stop();
    expect(alive(pid)).toBe(false);
    expect((await stat(path.join(dir, 'password'))).mode & 0o777).toBe(0o600);

    const second = await startPostgres({ dir, fast: true });
    expect(await ask(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
    await second.stop();
    await second.stop();
  });

  it('lets nobody in without the password, waits for the disk unless told otherwise, and is heard on 127.0.0.1 alone', async () => {
    const running = await startPostgres({ dir });
    try {
      const wrong = new URL(running.url);
      wrong.password = 'guess';
      await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
      expect(await ask(running.url, "select current_setting('fsync') as f, current_setting('listen_addresses') as l")).toEqual([
        { f: 'on', l: '127.0.0.1' },
      ]);
    } finally {
      await running.stop();
    }
  });

  it('refuses a folder that another one uses, and names its process', async () => {
    const running = await startPostgres({ dir, fast: true });
    try {
      await expect(startPostgres({ dir, fast: true })).rejects.toThrow(`process ${await lockPid()}`);
      expect(await ask(running.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await running.stop();
    }
  });

  it('starts after a SIGKILL, also when the number in postmaster.pid is now somebody else', async () => {
    const first = await startPostgres({ dir, fast: true });
    process.kill(await lockPid(), 'SIGKILL');
    await first.stop();
    const second = await startPostgres({ dir, fast: true });
    await ask(second.url, 'select 1');
    const pid = await lockPid();
    const lock = await readFile(path.join(dir, 'data', 'postmaster.pid'), 'utf8');
    await second.stop();
    expect(alive(pid)).toBe(false);

    await writeFile(path.join(dir, 'data', 'postmaster.pid'), lock.replace(String(pid), String(process.ppid)));
    const third = await startPostgres({ dir, fast: true });
    await third.stop();
  });

  it('begins anew when its first making was interrupted', async () => {
    await mkdir(path.join(dir, 'data.new'));
    await writeFile(path.join(dir, 'data.new', 'half'), '');
    const running = await startPostgres({ dir, fast: true });
    await running.stop();
  });

  it('ends when its owner is killed with SIGKILL', async () => {
    const owner = path.join(dir, 'owner.mjs');
    await buildOwner(owner);
    const child = spawn(process.execPath, [owner, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const pid = await lockPid();
    expect(alive(pid)).toBe(true);
    child.kill('SIGKILL');
    expect(await gone(pid)).toBe(true);
  });
});

/** A process of its own that starts PostgreSQL and then waits to be killed: the modules' types are stripped by SWC. */
async function buildOwner(file: string): Promise<void> {
  const { transform } = await import('@swc/core');
  const here = path.resolve('cli/local');
  for (const name of ['postgres', 'postgres-binaries', 'postgres-lock', 'postgres-user']) {
    const source = await readFile(path.join(here, `${name}.ts`), 'utf8');
    const { code } = await transform(source, {
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const moved = code
      .replaceAll(/from ['"]\.\/(postgres[\w-]*)\.js['"]/g, "from './$1.mjs'")
      .replaceAll('import.meta.url', JSON.stringify(`file://${here}/owner.js`));
    await writeFile(path.join(path.dirname(file), `${name}.mjs`), moved);
  }
  await writeFile(
    file,
    "import { startPostgres } from './postgres.mjs';\nawait startPostgres({ dir: process.argv[2], fast: true });\nconsole.log('up');\nsetInterval(() => {}, 1000);\n",
  );
}
