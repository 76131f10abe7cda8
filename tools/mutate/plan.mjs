/** What is to be run: the targets, their files, their mutants, the tests that judge them, and what is known to change nothing. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { testsByImport, typescriptFiles } from './imports.mjs';
import { mutate } from './mutants.mjs';

/** What is wrong with what was asked for; no stack is of use. */
export class Misuse extends Error {}

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (problem) {
    throw new Misuse(`${file} cannot be read: ${problem.message}`);
  }
};

const fitsAny = (globs, file) => globs.some((glob) => matchesGlob(file, glob));
const isTest = (file) => /\.(test|fixture)\.ts$/.test(file);

/**
 * @param {{ root: string, settings: string, globs: string[], since?: string }} asked
 * @returns the targets with their files; each file with its mutants, the code that holds them, and its tests
 */
export function planOf({ root, settings, globs, since }) {
  const { targets } = readJson(join(settings, 'targets.json'));
  const known = join(settings, 'equivalent.json');
  const equivalents = existsSync(known) ? readJson(known) : [];
  const all = typescriptFiles(root);
  const testsOf = testsByImport(root, all);
  const planned = targets.map(({ name, threshold, files, tests }) => ({
    name,
    threshold,
    files: all
      .filter((file) => !isTest(file) && fitsAny(files, file))
      .filter((file) => globs.length === 0 || fitsAny(globs, file))
      .map((file) => fileOf(root, file, since, { tests: testsOf(file).filter((test) => fitsAny(tests, test)), equivalents }))
      .filter(({ mutants }) => mutants.length > 0),
  }));
  const empty = targets.flatMap(({ files }) => files.filter((glob) => !all.some((file) => matchesGlob(file, glob))));
  if (empty.length > 0) throw new Misuse(`targets.json names what is not there: ${empty.join(', ')}`);
  return planned.filter(({ files }) => files.length > 0);
}

function fileOf(root, file, since, { tests, equivalents }) {
  const { mutants, code } = mutate(file, readFileSync(join(root, file), 'utf8'));
  const changed = since === undefined ? undefined : changedLines(root, file, since);
  const listed = equivalents.filter((one) => one.file === file);
  const same = (mutant) => listed.find(({ before, after }) => before === mutant.before && after === mutant.after);
  return {
    file,
    code,
    tests,
    mutants: mutants
      .filter(({ line, lastLine }) => changed === undefined || changed.some((at) => at >= line && at <= lastLine))
      .map((mutant) => ({ ...mutant, equivalent: same(mutant)?.why })),
    stale: listed.filter((one) => !mutants.some(({ before, after }) => before === one.before && after === one.after)),
  };
}

/** Lines of the file as it is now that are not in that commit; of a file that git does not know, all. */
function changedLines(root, file, since) {
  const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    if (git('ls-files', '--', file) === '')
      return readFileSync(join(root, file), 'utf8')
        .split('\n')
        .map((_, n) => n + 1);
    const hunks = git('diff', '-U0', since, '--', file).matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm);
    return [...hunks].flatMap(([, from, count = '1']) => Array.from({ length: Number(count) }, (_, n) => Number(from) + n));
  } catch (problem) {
    throw new Misuse(
      `git cannot compare with "${since}": ${
        String(problem.stderr ?? problem.message)
          .trim()
          .split('\n')[0]
      }`,
    );
  }
}
