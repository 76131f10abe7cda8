import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const waitMs = 180_000;

/** Runs `work` while holding the file `path`: two builds at once would write over each other. A dead owner's lock is taken over. */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + waitMs;
  while (!take(path)) {
    if (Date.now() > deadline)
      throw new Error(`another build has been running for ${waitMs / 1000} s; if there is none, remove ${path}`);
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerLives(path)) rmSync(path, { force: true });
    return false;
  }
}

function ownerLives(path) {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    if (!owner) return true; // just being written
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
