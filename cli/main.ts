import { cwd, env, stderr, stdout } from 'node:process';
import type { Context } from './context.js';
import { exitCodes } from './exit-codes.js';
import { pathsOf } from './paths.js';
import { run } from './program.js';

const interrupting = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second one means it: whoever presses twice does not want to wait.
    if (interrupting.signal.aborted) process.exit(exitCodes.interrupted);
    interrupting.abort();
  });
}
// A reader that has seen enough (`| head`) is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed));

const context: Context = {
  terminal: {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    tty: stdout.isTTY,
    columns: stdout.columns || 100,
  },
  env,
  cwd: cwd(),
  paths: pathsOf(),
  interrupted: interrupting.signal,
  fetch,
};

const code = await run(process.argv.slice(2), context);
// What is still in a pipe is written first; timers and connections of libraries do not hold us up.
await new Promise<void>((resolve) => stdout.write('', () => resolve()));
process.exit(code);
