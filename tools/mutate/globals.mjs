/**
 * What a test file imports as `@jest/globals`: Jest's own `expect`, `jest.fn` and `each`, with a `describe` and an `it` that only write down what there
 * is, so that one test can be run as often as there are mutants that it reaches.
 */
import { createRequire } from 'node:module';

const here = createRequire(import.meta.url);
const ofGlobals = createRequire(here.resolve('@jest/globals'));
const ofCircus = createRequire(createRequire(createRequire(here.resolve('jest')).resolve('@jest/core')).resolve('jest-config'));
const { bind: bindEach } = createRequire(ofCircus.resolve('jest-circus'))('jest-each');
const { ModuleMocker } = ofGlobals('jest-mock');

export const expect = ofGlobals('@jest/expect').jestExpect;
const mocker = new ModuleMocker(globalThis);
export const jest = { fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker) };

const emptyBlock = (parent, name) => ({
  parent,
  name,
  beforeAll: [],
  beforeEach: [],
  afterEach: [],
  afterAll: [],
  blocks: [],
  tests: [],
});
let block = emptyBlock(undefined, '');

/** Loads one test file and gives back what it holds. */
export async function collect(load) {
  block = emptyBlock(undefined, '');
  const all = block;
  await load();
  return all;
}

const withEach = (define) => Object.assign(define, { each: bindEach(define, false) });
const left = Object.assign(() => undefined, { each: () => () => undefined });

export const describe = Object.assign(
  withEach((name, body) => {
    const outer = block;
    block = emptyBlock(outer, String(name));
    outer.blocks.push(block);
    body();
    block = outer;
  }),
  { skip: left },
);
export const it = Object.assign(
  withEach((name, run) => {
    block.tests.push({ block, name: String(name), run });
  }),
  { skip: left, todo: left },
);
const hook = (kind) => (run) => void block[kind].push(run);
export const beforeAll = hook('beforeAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const afterAll = hook('afterAll');

/** A block with every block around it, the outermost first. */
const around = (inner) => (inner ? [...around(inner.parent), inner] : []);
const within = (outer) => [outer, ...outer.blocks.flatMap(within)];

export const testsOf = (file) => within(file).flatMap(({ tests }) => tests);
export const nameOf = (one) => [...around(one.block).map(({ name }) => name), one.name].filter(Boolean).join(' › ');

export async function openFile(file) {
  for (const { beforeAll: hooks } of within(file)) for (const run of hooks) await run();
}

export async function closeFile(file) {
  for (const { afterAll: hooks } of within(file).reverse()) for (const run of hooks) await run();
}

/** Runs one test with the hooks around it; rejects with why it failed. `afterEach` runs in any case. */
export async function runTest(one) {
  const outside = around(one.block);
  expect.setState({ assertionCalls: 0, currentTestName: nameOf(one), suppressedErrors: [] });
  const problems = [];
  const attempt = async (run) => {
    try {
      await run();
    } catch (problem) {
      problems.push(problem);
    }
  };
  await attempt(async () => {
    for (const { beforeEach: hooks } of outside) for (const run of hooks) await run();
    await one.run();
    for (const { error } of expect.extractExpectedAssertionsErrors()) throw error;
  });
  for (const { afterEach: hooks } of outside.reverse()) for (const run of hooks) await attempt(run);
  if (problems.length > 0) throw problems[0];
}
