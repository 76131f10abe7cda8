import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Places that this very process holds: its own number in a lock may as well be an earlier process's. */
const held = new Set<string>();

/** One sandbox per checkout. Returns how to give the place back; throws PlaceTaken naming the process that has it. */
export function takePlace(lockPath: string): () => void {
  mkdirSync(dirname(lockPath), { recursive: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lockPath, `${process.pid} ${bornAt(process.pid)}`, { flag: 'wx', mode: 0o600 });
      held.add(lockPath);
      return () => {
        held.delete(lockPath);
        rmSync(lockPath, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid, born] = readFileSync(lockPath, 'utf8').split(' ');
    if (held.has(lockPath) || isHolder(Number(pid), born ?? '')) throw new PlaceTaken(Number(pid));
    // Its owner was killed and could not tidy up.
    rmSync(lockPath, { force: true });
  }
  throw new Error(`${lockPath} cannot be taken: somebody else starts a sandbox here at this moment`);
}

function isHolder(pid: number, born: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid || !alive(pid)) return false;
  return born === '' || bornAt(pid) === '' || bornAt(pid) === born;
}

/** When a process began, by Linux's own count, which tells it from a later one of the same number; empty elsewhere. */
function bornAt(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
}

export class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';

  constructor(holder: number) {
    super(
      `A sandbox is running already in this checkout (process ${holder}). Use it, or end it with Ctrl-C where it was started, or with: kill ${holder}`,
    );
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
