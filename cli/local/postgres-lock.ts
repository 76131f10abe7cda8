import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const endsWithinMs = 5000;

/**
 * Makes sure that nobody runs on this data folder. A server whose owner has just died is given time to end; one that goes on
 * belongs to somebody, so it is named and left alone. A `postmaster.pid` that a killed server left behind is removed when its
 * number now belongs to another program (PostgreSQL itself would take that for a running server).
 */
export async function freeFolder(data: string): Promise<void> {
  const lock = path.join(data, 'postmaster.pid');
  for (let waited = 0; ; waited += 200) {
    const pid = Number.parseInt((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0] ?? '', 10);
    if (!Number.isInteger(pid) || pid <= 0) return;
    const command = await commandLine(pid);
    // Nobody has the number: PostgreSQL finds that out itself, and checks for left-over backends too.
    if (command === undefined) return;
    if (!(command.includes('postgres') && command.includes(data))) {
      await rm(lock, { force: true });
      return;
    }
    if (waited >= endsWithinMs) {
      throw new Error(
        `another PostgreSQL (process ${pid}) uses ${data}. Stop the OpsSentinel that started it, or choose another folder.`,
      );
    }
    await sleep(200);
  }
}

/** `undefined` when there is no such process. */
async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return text === undefined || text === '' ? undefined : text.replaceAll('\0', ' ');
  }
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
