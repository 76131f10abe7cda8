import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../support/root.js';

const limit = `export const least = 3;
export function enough(count: number): boolean {
  return count >= least;
}
`;
const weak = `import { expect, it } from '@jest/globals';
import { enough } from './limit.js';
it('knows plenty', () => expect(enough(9)).toBe(true));
`;
const strong = `${weak}
it.each([[2, false], [3, true], [4, true]])('%s is enough: %s', (count, is) => expect(enough(count)).toBe(is));
`;
/** A loop that one of its mutants never leaves. */
const drain = `export function drain(list: number[]): void {
  while (list.length) list.pop();
}
`;
const drainTest = `import { expect, it } from '@jest/globals';
import { drain } from './drain.js';
it('leaves nothing', () => {
  const list = [1, 2];
  drain(list);
  expect(list).toEqual([]);
});
`;

interface Said {
  code: number;
  /** What may be read by a program. */
  out: string;
  /** And what else a person sees. */
  text: string;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'opssentinel-seeded-'));
  await write('limit.ts', limit);
  await write('drain.ts', drain);
  await write('drain.test.ts', drainTest);
  await write(
    'targets.json',
    JSON.stringify({ targets: [{ name: 'limit', threshold: 90, files: ['*.ts'], tests: ['*.test.ts'] }] }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
const mutate = (...words: string[]): Promise<Said> =>
  new Promise((resolve) => {
    const all = ['--disable-warning=ExperimentalWarning', 'tools/mutate.mjs', '--root', folder, '--settings', folder, ...words];
    execFile(process.execPath, all, { cwd: root }, (error, text, problems) =>
      resolve({ code: error ? Number(error.code) : 0, out: text, text: text + problems }),
    );
  });

async function contents(): Promise<Record<string, string>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')])),
  );
}

describe('T26, G18: breaking the code and looking whether a test fails', () => {
  it('a weak test lets a mutant live: it is shown with its place and both texts, and the exit code is 1', async () => {
    await write('limit.test.ts', weak);
    const before = await contents();
    const said = await mutate('limit.ts');
    expect(said.code).toBe(1);
    expect(said.text).toContain('FAILED limit');
    expect(said.text).toContain('survived: limit.ts:3\n  - return count >= least;\n  + return count > least;\n');
    expect(await contents()).toEqual(before);
  });

  it('a strong one kills it; what is listed as changing nothing must be there', async () => {
    await write('limit.test.ts', strong);
    const [, , third = ''] = limit.split('\n');
    const listed = { file: 'limit.ts', before: third.trim(), after: 'return true;', why: 'Listed wrongly, for this test.' };
    await write('equivalent.json', JSON.stringify([listed]));
    const wrong = JSON.parse((await mutate('limit.ts', '-o', 'json')).out);
    expect(wrong).toMatchObject({
      ok: false,
      targets: [{ files: [{ wronglyListed: [{ problem: 'there is no such mutant' }] }] }],
    });
    await rm(path.join(folder, 'equivalent.json'));

    const said = await mutate('limit.ts', '-o', 'json');
    const { targets } = JSON.parse(said.out);
    expect(targets).toMatchObject([{ name: 'limit', enough: true, survived: 0, files: [{ file: 'limit.ts', survivors: [] }] }]);
    expect(targets[0].killed).toBe(5);
    expect(said.code).toBe(0);
  });

  it('a mutant that never ends is ended, and counts as found', async () => {
    const said = await mutate('drain.ts');
    expect(said).toMatchObject({ code: 0, text: expect.stringContaining('100.0 %  drain.ts: 2 killed') });
  });

  it('a test that fails as it is judges nothing', async () => {
    await write('limit.test.ts', `${weak}it('fails', () => expect(1).toBe(2));\n`);
    const said = await mutate('limit.ts');
    expect(said.code).toBe(1);
    expect(said.text).toContain('cannot be judged: limit.ts: limit.test.ts: "fails" fails without a mutant');
  });

  it('asked for wrongly, says how', async () => {
    expect(await mutate('-o', 'xml')).toMatchObject({ code: 2, text: expect.stringContaining('-o is text or json') });
    expect(await mutate('nowhere/*.ts')).toMatchObject({ code: 2, text: expect.stringContaining('There is nothing to change') });
  });
});
