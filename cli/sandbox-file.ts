import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What a running sandbox says about itself. The secrets are throw-away ones, made for this run. */
const SandboxFile = z.object({
  api: z.string(),
  metrics: z.string(),
  sandbox: z.string(),
  /** `host:port`. */
  temporal: z.string(),
  temporalUi: z.string(),
  webhookSecret: z.string(),
  tokens: z.object({ viewer: z.string(), approver: z.string(), operator: z.string(), admin: z.string() }),
});
export type SandboxFile = z.infer<typeof SandboxFile>;

/** Mode 0600: it holds secrets, even if only throw-away ones. */
export function writeSandboxFile(path: string, content: SandboxFile): void {
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** `undefined` when no sandbox runs here, or its file cannot be understood. */
export function readSandboxFile(path: string): SandboxFile | undefined {
  try {
    const parsed = SandboxFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** One sandbox per checkout. Returns how to give the place back; throws Error naming the process that has it. */
export function takePlace(lockPath: string): () => void {
  mkdirSync(dirname(lockPath), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(lockPath, 'wx', 0o600);
      writeFileSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(lockPath, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(lockPath, 'utf8'));
    if (attempt > 0 || (Number.isInteger(holder) && holder > 0 && holder !== process.pid && alive(holder))) throw new PlaceTaken(holder);
    // Its owner was killed and could not tidy up.
    rmSync(lockPath, { force: true });
  }
}

export class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';

  constructor(holder: number) {
    super(`A sandbox is running already in this checkout (process ${holder}). Use it, or end it with Ctrl-C where it was started, or with: kill ${holder}`);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
