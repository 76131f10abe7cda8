import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../support/root.js';
import { cruise, law, type Violation } from './cruise.js';
import { breaks, skeleton, stands } from './seeds.js';

/** The seeded tree stands below the project, so that packages resolve as they do there. */
function sow(files: Readonly<Record<string, string>>): string {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const directory = mkdtempSync(join(root, '.cache', 'law-'));
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(directory, file));
  for (const [file, says] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), says);
  }
  return directory;
}

describe('the import law', () => {
  it('is kept by the whole tree', async () => {
    expect((await cruise(root)).map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`)).toEqual([]);
  });

  it('stands in ARCHITECTURE.md, each rule with its sentence', () => {
    const told = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').replaceAll(/\s+/g, ' ');
    expect(
      law()
        .filter(({ comment }) => !comment || !told.includes(comment))
        .map(({ name, comment }) => `${name}: ${comment}`),
    ).toEqual([]);
  });

  it('has a seed for every rule', () => {
    const seeded = new Set(breaks.flatMap(({ rules }) => rules));
    expect(
      law()
        .map(({ name }) => name)
        .filter((name) => !seeded.has(name)),
    ).toEqual([]);
  });

  describe('in a seeded tree', () => {
    let directory = '';
    let violations: Violation[] = [];
    beforeAll(async () => {
      const seeds = [...stands, ...breaks].map(({ file, says }) => [file, says]);
      directory = sow({ ...skeleton, ...(Object.fromEntries(seeds) as Record<string, string>) });
      violations = await cruise(directory);
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    const found = (file: string): string[] =>
      [...new Set(violations.filter(({ from }) => from === file).map(({ rule }) => rule))].sort();

    it.each([...stands])('allows $file', ({ file }) => expect(found(file)).toEqual([]));
    it.each([...breaks])('refuses $file by $rules', ({ file, rules }) => expect(found(file)).toEqual([...rules].sort()));
    it('blames nothing else', () => {
      const seeds = new Set([...stands, ...breaks].map(({ file }) => file));
      expect(violations.filter(({ from }) => !seeds.has(from))).toEqual([]);
    });
  });
});
