/**
 * One process, one file under test: loads the tests that reach it once, notes which test reaches which mutant, then switches one mutant
 * on after the other and runs only those. The parent kills it when a test hangs, and starts another for the rest.
 */
import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { root, target, code, tests: files, mutants, coverage } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const globals = new URL('./globals.mjs', import.meta.url).href;
register('./loader.mjs', import.meta.url, { data: { root, target: join(root, target), code, globals } });
const { closeFile, collect, nameOf, openFile, runTest, testsOf } = await import(globals);

/** Property tests draw the same cases each time, so that a score can be compared with the last one. */
try {
  createRequire(join(root, 'package.json'))('fast-check').configureGlobal({ seed: 20_261_122 });
} catch {
  // The project under test has none.
}

let active = 0;
let reached = new Set();
globalThis.__mutant = (id) => {
  reached.add(id);
  return id === active;
};

let escaped;
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (problem) => (escaped ??= { problem }));

const tell = (message) => new Promise((resolve) => process.send(message, resolve));
/** The next thing must end within so long. */
const within = (ms) => tell({ within: ms });

async function noting(run) {
  reached = new Set();
  await run();
  return reached;
}

let generation = 0;
async function load(file) {
  generation += 1;
  return collect(() => import(`${pathToFileURL(join(root, file)).href}?g=${generation}`));
}

/** Whether it failed, and how. */
async function failureOf(test, limit) {
  await within(limit);
  escaped = undefined;
  try {
    await runTest(test);
  } catch (problem) {
    return { problem };
  }
  return escaped;
}

/** Without a mutant: everything must pass; what is reached when, and how long each test takes. What an earlier process has seen of it is taken as it is. */
async function measured() {
  const [loaded, atLoad, known] = [[], new Set(coverage?.atLoad), []];
  for (const file of files) {
    await within(120_000);
    let tree;
    const outside = await noting(async () => {
      tree = await load(file);
      await openFile(tree);
    });
    loaded.push(tree);
    if (coverage) known.push(...seenBefore(file, tree));
    else {
      for (const id of outside) atLoad.add(id);
      known.push(...(await tried(file, tree)));
    }
  }
  return { loaded, atLoad, known };
}

async function tried(file, tree) {
  const known = [];
  for (const test of testsOf(tree)) {
    const began = performance.now();
    let failure;
    const hits = await noting(async () => {
      failure = await failureOf(test, 120_000);
      // A machine that is busy with other things for a moment is no reason to judge nothing.
      if (failure) failure = await failureOf(test, 120_000);
    });
    if (failure)
      throw new Error(
        `${file}: "${nameOf(test)}" fails without a mutant: ${String(failure.problem?.message ?? failure.problem)}`,
      );
    known.push({ file, name: nameOf(test), test, hits, took: performance.now() - began, kills: 0 });
  }
  return known;
}

function seenBefore(file, tree) {
  const names = new Map(testsOf(tree).map((test) => [nameOf(test), test]));
  return coverage.tests
    .filter((one) => one.file === file && names.has(one.name))
    .map((one) => ({ ...one, test: names.get(one.name), hits: new Set(one.hits) }));
}

const limitOf = ({ took }) => 3_000 + 10 * took;
/** By what each has found so far in the time that it takes. */
const worth = ({ kills, took }) => (kills + 0.2) / (took + 1);
const bestFirst = (list) => [...list].sort((a, b) => worth(b) - worth(a));
const timeOf = (list) => list.reduce((sum, { took }) => sum + took, 0);
const killsOf = (list) => list.reduce((sum, { kills }) => sum + kills, 0);
const worthOf = (list) => worth({ kills: killsOf(list), took: timeOf(list) });

/** What survives is tried once more with everything loaded anew, where that is quick. Milliseconds. */
const worthASecondLook = 3_000;

/** In the modules that are loaded already: quick, and nearly always enough. */
async function killedHere(id, covering) {
  for (const one of bestFirst(covering)) {
    active = id;
    const failure = await failureOf(one.test, limitOf(one));
    active = 0;
    if (!failure) continue;
    // A kill counts when the same test passes again right after: otherwise it is not known who broke it.
    const still = await failureOf(one.test, limitOf(one));
    one.kills += 1;
    return still ? { dirty: true, by: one } : { by: one };
  }
  return undefined;
}

/** With everything loaded anew while the mutant holds: what is computed at load, or kept from before. */
async function killedAnew(id, covering) {
  const byFile = [...new Set(covering.map((one) => one.file))].map((file) => covering.filter((one) => one.file === file));
  for (const ofFile of byFile.sort((a, b) => worthOf(b) - worthOf(a))) {
    const [{ file }] = ofFile;
    await within(60_000);
    active = id;
    let tree;
    try {
      tree = await load(file);
      await openFile(tree);
    } catch {
      active = 0;
      return { by: { file, name: 'cannot be loaded' } };
    }
    const names = new Map(testsOf(tree).map((test) => [nameOf(test), test]));
    try {
      for (const one of bestFirst(ofFile)) {
        active = id;
        const failure = await failureOf(names.get(one.name) ?? one.test, limitOf(one));
        if (!failure) continue;
        one.kills += 1;
        return { by: one };
      }
    } finally {
      active = 0;
      await closeFile(tree).catch(() => undefined);
    }
  }
  return undefined;
}

async function main() {
  const { loaded, atLoad, known } = await measured();
  if (!coverage)
    await tell({
      coverage: { atLoad: [...atLoad], tests: known.map(({ test: _test, hits, ...one }) => ({ ...one, hits: [...hits] })) },
    });
  // What holds at load may show in any test: last, when it is known which files find the most.
  for (const id of [...mutants].sort((a, b) => atLoad.has(a) - atLoad.has(b))) {
    await tell({ began: id });
    const covering = known.filter(({ hits }) => hits.has(id));
    const early = atLoad.has(id);
    if (covering.length === 0 && !early) {
      await tell({ done: id, status: 'uncovered' });
      continue;
    }
    let killed = early ? undefined : await killedHere(id, covering);
    if (early) killed = await killedAnew(id, known);
    else if (!killed && timeOf(covering) < worthASecondLook) killed = await killedAnew(id, covering);
    if (killed?.dirty) return void (await tell({ dirty: id, by: `${killed.by.file} › ${killed.by.name}` }));
    await tell({
      done: id,
      status: killed ? 'killed' : 'survived',
      ...(killed ? { by: `${killed.by.file} › ${killed.by.name}` } : {}),
    });
  }
  await within(30_000);
  for (const tree of loaded) await closeFile(tree).catch(() => undefined);
  await tell({ over: true });
}

try {
  await main();
} catch (problem) {
  await tell({ broken: problem?.message ?? String(problem) });
}
process.exit(0);
