import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { cruise } from '../law/cruise.js';
import { root } from '../support/root.js';

/** What a checkout needs to have an integration added to it and judged. */
const parts = ['domain', 'integrations', 'sandbox', 'tools', 'tests/support/root.ts', 'tests/conformance.test.ts'];
const settings = ['package.json', 'tsconfig.json', 'jest.config.mjs', 'biome.json', '.gitignore'];

let copy: string;
let before: Map<string, string>;

beforeAll(() => {
  // Below the checkout: packages are found there, and its own runs leave this folder out.
  mkdirSync(join(root, '.cache'), { recursive: true });
  copy = mkdtempSync(join(root, '.cache', 'scaffold-'));
  for (const part of [...parts, ...settings])
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (file) => !file.endsWith('.test.ts') || file.endsWith('conformance.test.ts'),
    });
  before = filesIn(copy);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const filesIn = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]),
  );

interface Ran {
  code: number;
  out: string;
}

async function run(...args: string[]): Promise<Ran> {
  const { NODE_OPTIONS: _of_this_run, ...env } = process.env;
  const options = { cwd: copy, env, maxBuffer: 64 << 20 };
  return promisify(execFile)(process.execPath, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: error.code ?? 1,
      out: `${error.stdout ?? ''}${error.stderr ?? ''}`,
    }),
  );
}

const scaffold = (name: string): Promise<Ran> => run(join(copy, 'tools', 'new-integration.mjs'), name);
const tool = (...path: string[]): string => join(root, 'node_modules', ...path);

it.each(['', 'Azure', 'a', '../x', 'my-cloud', '1and1', 'aws'])(
  'refuses %p, with a sentence, and writes nothing',
  async (name) => {
    const { code, out } = await scaffold(name);
    expect(code).toBe(2);
    expect(out).toMatch(/is no name|is there already/);
    expect(filesIn(copy)).toEqual(before);
  },
);

it('M22: adds one folder and its line, and the result stands every gate', async () => {
  expect(await scaffold('azure')).toMatchObject({ code: 0 });
  const after = filesIn(copy);
  const changed = [...after.keys()].filter((file) => after.get(file) !== before.get(file));
  expect(changed.filter((file) => !file.startsWith('integrations/azure/'))).toEqual(['integrations/index.ts']);

  const lines = (text = ''): string[] => text.split('\n');
  const old = lines(before.get('integrations/index.ts'));
  const now = lines(after.get('integrations/index.ts'));
  expect(old.filter((line) => !now.includes(line))).toEqual([]);
  expect(now.filter((line) => !old.includes(line)).every((line) => line.includes('azure'))).toBe(true);

  expect(await run(tool('@typescript', 'native', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json')).toEqual({ code: 0, out: '' });
  expect(await run(tool('@biomejs', 'biome', 'bin', 'biome'), 'format', 'integrations')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/Checked \d{2,} files/),
  });
  const law = await cruise(copy);
  expect(law.filter(({ from, to }) => `${from} ${to}`.includes('azure'))).toEqual([]);
}, 120_000);

it('passes the conformance suite and its own test as it is', async () => {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', tool('jest', 'bin', 'jest.js')];
  const suite = await run(...jest, 'tests/conformance.test.ts', '-t', '^azure');
  expect(suite).toMatchObject({ code: 0, out: expect.stringMatching(/Tests: .* ([4-9]\d|\d{3,}) passed/) });
  expect(await run(...jest, 'integrations/azure')).toMatchObject({ code: 0, out: expect.stringMatching(/3 passed/) });
}, 180_000);
