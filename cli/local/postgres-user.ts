import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whose processes PostgreSQL's are. Empty: ours, as PostgreSQL refuses to run for root only. */
export type RunAs = { uid: number; gid: number } | Record<string, never>;

/** As root, finds the system's `postgres` user, or makes one. */
export async function postgresUser(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  return (await idsOf('postgres')) ?? (await createUser());
}

async function idsOf(user: string): Promise<RunAs | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return {
      uid: Number.parseInt(uid.stdout, 10),
      gid: Number.parseInt(gid.stdout, 10),
    };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<RunAs> {
  const says = 'PostgreSQL refuses to run as root and there is no user "postgres" to run it as';
  try {
    await run('groupadd', ['--system', 'postgres']).catch(() => undefined);
    await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres']);
  } catch (problem) {
    throw new Error(
      `${says}; making one failed: ${problem instanceof Error ? problem.message : String(problem)}. Run as another user, or set DATABASE_URL.`,
    );
  }
  const ids = await idsOf('postgres');
  if (!ids) throw new Error(`${says}, although useradd succeeded. Run as another user, or set DATABASE_URL.`);
  return ids;
}

/** Throws when that user cannot get to a file or folder because a folder above it is closed to others. */
export async function assertReachable(target: string, as: RunAs): Promise<void> {
  if (as.uid === undefined) return;
  for (let folder = path.dirname(path.resolve(target)); ; folder = path.dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const open = uid === as.uid ? mode & 0o100 : gid === as.gid ? mode & 0o010 : mode & 0o001;
    if (!open) {
      throw new Error(
        `PostgreSQL runs as the user "postgres" here (it refuses root), who cannot enter ${folder} on the way to ${target}. ` +
          `Use a folder that others may enter, run: chmod o+x ${folder}, or set DATABASE_URL.`,
      );
    }
    if (folder === path.dirname(folder)) return;
  }
}
