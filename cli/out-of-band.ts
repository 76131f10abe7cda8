import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Hold } from '../domain/hold.js';

/** Stops every effect of the workers that see this file; works when nothing else does. */
export async function placeStopFile(path: string, by: string, reason: string, at: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${at} ${by}: ${reason}\n`, { flag: 'a' });
}

const off = new Set(['', '0', 'false']);

/** The switch that effect workers read right before every effect. A file that cannot be looked at counts as there. */
export function createOutOfBandStop(path: string, variable: string | undefined): () => Promise<Hold | undefined> {
  return async () => {
    if (variable !== undefined && !off.has(variable)) return hold('environment', 'OPSSENTINEL_STOP is set', new Date());
    try {
      const { mtime } = await stat(path);
      const words = (await readFile(path, 'utf8').catch(() => '')).trim().split('\n')[0] ?? '';
      // As placeStopFile writes it; a bare `touch` says nothing, and anything else is the reason.
      const [, by, reason] = /^\S+Z (\S+): (.*)$/.exec(words) ?? [];
      return hold('file', reason ?? (words === '' ? `${path} exists` : words), mtime, by);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      return hold('file', `${path} cannot be looked at (${code ?? 'error'}), which counts as a stop`, new Date());
    }
  };
}

const hold = (where: string, reason: string, since: Date, by = 'whoever runs the worker'): Hold => ({
  id: `out-of-band-${where}`,
  kind: 'stop',
  scope: 'all',
  reason,
  owner: by,
  since: since.toISOString(),
});
