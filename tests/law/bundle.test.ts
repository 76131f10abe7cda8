import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleWorkflowCode } from '@temporalio/worker';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/root.js';
import { modulesIn, strangersAmong } from './bundle.js';

const silent = () => undefined;
const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

describe('the workflow bundle', () => {
  let code = '';
  let seeds = '';
  beforeAll(() => {
    execFileSync(process.execPath, [join(root, 'tools', 'build.mjs'), '--quiet'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    code = readFileSync(join(root, 'dist', 'workflow-bundle.js'), 'utf8');
    mkdirSync(join(root, '.cache'), { recursive: true });
    seeds = mkdtempSync(join(root, '.cache', 'bundle-'));
  });
  afterAll(() => rmSync(seeds, { recursive: true, force: true }));

  it('holds workflows, domain, and what Temporal brings, and nothing else', async () => {
    const modules = await modulesIn(code);
    expect(modules).toEqual(expect.arrayContaining(['workflows/index.ts', 'workflows/ids.ts']));
    expect(modules.filter((module) => module.startsWith('node_modules/@temporalio/')).length).toBeGreaterThan(10);
    expect(strangersAmong(modules)).toEqual([]);
  });

  it('lists as many modules as webpack wrote, so that none is overlooked', async () => {
    const written = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"$/gm)];
    const listed = await modulesIn(code);
    expect(written.length).toBeGreaterThan(20);
    expect(listed.length).toBeGreaterThanOrEqual(written.length);
  });

  it('is refused when a workflow reaches another folder or package by value', async () => {
    writeFileSync(join(seeds, 'guard.js'), 'export const guard = () => true;\n');
    writeFileSync(
      join(seeds, 'index.js'),
      `import { z } from 'zod';\nimport { guard } from './guard.js';\nexport const seeded = async () => [z.string(), guard()];\n`,
    );
    const { code: impure } = await bundleWorkflowCode({ workflowsPath: join(seeds, 'index.js'), logger });
    const found = strangersAmong(await modulesIn(impure));
    expect(found).toEqual(
      expect.arrayContaining([expect.stringMatching(/guard\.js$/), expect.stringMatching(/^node_modules\/zod\//)]),
    );
  });
});
