import { type ChildProcess, spawn } from 'node:child_process';

/** A program that ends when we do, however we end. */
export interface GuardedProcess {
  pid: number;
  /** Settles with a sentence when it has ended by itself or otherwise. */
  ended: Promise<string>;
  /** The last lines that it wrote to stderr and stdout. */
  lastWords: () => string;
  /** Asks it to end, and kills it after `patienceMs`. */
  stop: (patienceMs?: number) => Promise<void>;
}

/**
 * Our end of the pipe is the life line: it closes even when we are killed with SIGKILL, and the shell then ends the program.
 * `read` is a builtin, so nothing is left behind. A process group of its own keeps Ctrl-C from reaching it before our own order of ending.
 */
export const lifeLine =
  'exec 3<&0; "$@" 3<&- </dev/null & p=$!; { read -r _ <&3; kill "$p" 2>/dev/null; } & w=$!; wait "$p"; c=$?; kill "$w" 2>/dev/null; exit "$c"';

export function startGuarded(
  path: string,
  argv: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): GuardedProcess {
  const windows = process.platform === 'win32';
  const child: ChildProcess = spawn(windows ? path : '/bin/sh', windows ? argv : ['-c', lifeLine, 'sh', path, ...argv], {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: !windows,
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-8000)));
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `it ended with code ${code ?? '?'}` : `it was ended by ${signal}`),
    );
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    ended,
    lastWords: () => words.trim().split('\n').slice(-10).join('\n'),
    stop: async (patienceMs = 5000) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (windows) child.kill();
      else child.stdin?.end();
      const timer = setTimeout(() => {
        if (windows) child.kill('SIGKILL');
        else process.kill(-pid, 'SIGKILL');
      }, patienceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
