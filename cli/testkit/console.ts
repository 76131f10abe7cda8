import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { pathsOf, projectRoot } from '../paths.js';
import { run } from '../program.js';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface Console {
  /** A folder of its own, as the place where the command was typed and where a sandbox would be. */
  dir: string;
  run: (argv: string[], env?: Record<string, string>) => Promise<Ran>;
}

/** The whole command line without a process: what it wrote, and its exit code. */
export function createConsole(options: { tty?: boolean; signal?: AbortSignal } = {}): Console {
  const dir = mkdtempSync(join(tmpdir(), 'cli-'));
  const state = join(dir, '.opssentinel');
  mkdirSync(state);
  return {
    dir,
    run: async (argv, env = {}) => {
      const said = { out: '', err: '' };
      const context: Context = {
        terminal: {
          out: (text) => void (said.out += text),
          err: (text) => void (said.err += text),
          env,
          tty: options.tty === true,
          columns: 100,
        },
        env,
        cwd: dir,
        paths: { ...pathsOf(projectRoot()), state, sandboxFile: join(state, 'sandbox.json') },
        interrupted: options.signal ?? new AbortController().signal,
        fetch,
      };
      const code = await run(argv, context);
      return { code, ...said };
    },
  };
}
