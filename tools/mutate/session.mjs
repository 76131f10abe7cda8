/** Runs the mutants of one file in a child process, and in another one when a mutant hangs it or spoils what the next would stand on. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const running = new Set();

/** Ends what was started, with all that it started. */
export function killAll() {
  for (const child of running) kill(child);
}

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * @param {{ root: string, file: string, code: string, tests: string[], mutants: number[], seen: { coverage?: object } }} job
 *   `seen`: what one process finds of the tests without a mutant is kept here, for the next ones of the same file
 * @param {(id: number, result: { status: 'killed' | 'survived' | 'uncovered', by?: string }) => void} told
 */
export async function runSession(job, told) {
  const waiting = new Set(job.mutants);
  const spoilt = new Set();
  const done = (id, result) => {
    waiting.delete(id);
    told(id, result);
  };
  while (waiting.size > 0) {
    const before = waiting.size;
    const last = await runChild({ ...job, mutants: [...waiting].sort((a, b) => spoilt.has(b) - spoilt.has(a)) }, done);
    if (last.broken) throw new Error(last.broken);
    if (last.hung !== undefined) done(last.hung, { status: 'killed', by: 'ran out of time' });
    if (last.dirty !== undefined) {
      // Once more in a process where no other mutant has been: then it was this one.
      if (spoilt.has(last.dirty)) done(last.dirty, { status: 'killed', by: last.by });
      else spoilt.add(last.dirty);
    } else if (waiting.size === before) throw new Error(`the process ended before it was through (${last.code ?? last.signal})`);
  }
}

function runChild({ root, file, code, tests, mutants, seen }, done) {
  const dir = mkdtempSync(join(tmpdir(), 'opssentinel-mutate-'));
  // A database that refuses to run as root runs as another user, who must get in.
  chmodSync(dir, 0o711);
  const order = join(dir, 'order.json');
  writeFileSync(order, JSON.stringify({ root, target: file, code, tests, mutants, coverage: seen.coverage }));
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'child.mjs'), order],
      // A group of its own: a killed child takes its database with it.
      {
        cwd: root,
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { ...process.env, TMPDIR: dir, NODE_ENV: 'test' },
      },
    );
    running.add(child);
    let [last, current, timer] = [{}, undefined, undefined];
    const watch = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        last = current === undefined ? { broken: 'the tests hang without a mutant' } : { hung: current };
        kill(child);
      }, ms);
    };
    watch(120_000);
    child.on('message', (message) => {
      if (message.within !== undefined) watch(message.within);
      if (message.coverage !== undefined) seen.coverage = message.coverage;
      if (message.began !== undefined) current = message.began;
      if (message.done !== undefined) {
        // The next process begins with the tests that have found the most.
        for (const test of seen.coverage?.tests ?? []) if (`${test.file} › ${test.name}` === message.by) test.kills += 1;
        done(message.done, { status: message.status, by: message.by });
      }
      if (message.dirty !== undefined || message.broken !== undefined) last = message;
    });
    child.on('close', (exit, signal) => {
      clearTimeout(timer);
      running.delete(child);
      kill(child);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      if (last.hung === undefined && current !== undefined && exit !== 0) last = { ...last, hung: current };
      resolve({ ...last, code: exit, signal });
    });
  });
}
