import { type ChildProcess, spawn } from 'node:child_process';

/** A worker process of our own, which can be killed and started again. */
export interface WorkerProcess {
  /** Starts one, and resolves once it polls. Rejects with its last words when it ends before. */
  start: () => Promise<void>;
  /** SIGKILL: it has no chance to say anything to anybody. */
  kill: () => Promise<void>;
  stop: () => Promise<void>;
  pid: () => number | undefined;
}

export interface WorkerProcessOptions {
  bin: string;
  env: Record<string, string>;
  cwd: string;
  /** Its log, line by line as it comes. */
  log: (text: string) => void;
  /** It ended although nobody asked for it. */
  onLost: (how: string) => void;
}

const startsWithinMs = 60_000;
const stopsWithinMs = 8_000;

export function workerProcess(options: WorkerProcessOptions): WorkerProcess {
  let child: ChildProcess | undefined;
  let expected = false;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    expected = true;
    const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill(signal);
    const timer = setTimeout(() => running.kill('SIGKILL'), stopsWithinMs);
    await gone;
    clearTimeout(timer);
    child = undefined;
  };

  return {
    pid: () => child?.pid,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start: () => {
      expected = false;
      // The IPC channel is the life line: it closes when we die in any way, and the worker then ends.
      const started = spawn(process.execPath, [options.bin, 'worker'], {
        cwd: options.cwd,
        env: { ...options.env, OPSSENTINEL_BUILD: 'off' },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        // A group of its own: Ctrl-C in the terminal reaches us, and we end it in our own order.
        detached: process.platform !== 'win32',
      });
      child = started;
      let words = '';
      for (const stream of [started.stdout, started.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          options.log(chunk.toString());
          words = (words + chunk.toString()).slice(-4000);
        });
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`the worker was not ready within ${startsWithinMs / 1000} s`)),
          startsWithinMs,
        );
        let ready = false;
        started.on('message', () => {
          ready = true;
          clearTimeout(timer);
          resolve();
        });
        started.once('error', reject);
        started.once('exit', (code, signal) => {
          clearTimeout(timer);
          const how = signal === null ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`;
          if (!ready)
            reject(new Error(`the worker ${how} before it was ready\n${words.trim().split('\n').slice(-8).join('\n')}`));
          else if (!expected) options.onLost(`the worker ${how}`);
        });
      });
    },
  };
}
