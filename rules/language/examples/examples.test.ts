import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { catalogueOf } from '../../../integrations/catalogue.js';
import { createRegistry } from '../../../integrations/registry.js';
import { root } from '../../../tests/support/root.js';
import { hash } from '../../../tests/support/rules.js';
import { rulesJsonSchema } from '../json-schema.js';
import { type DocumentKind, documentKinds, keysOf } from '../keys.js';
import { loadCases } from '../load-cases.js';
import { loadRules } from '../load.js';
import { problemText } from '../problem.js';
import { explainedAt, explainedKeys, keyTexts, sameKeysOf } from './index.js';
import { exampleProblems, withExample } from './load-example.js';
import { exampleCases, exampleOthers, examplePolicy, exampleRule, exampleRunbook } from './set.js';

const { catalogue } = { catalogue: catalogueOf(createRegistry({}).registry) };
const folder = mkdtempSync(join(tmpdir(), 'opssentinel-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pathsOf = (kind: DocumentKind): string[] => keysOf(kind).map(({ path }) => path);

/** Whether a document has something at a path; `*` is any name or number. */
function holds(value: unknown, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return value !== undefined;
  if (value === null || typeof value !== 'object') return false;
  return first === '*'
    ? Object.values(value).some((member) => holds(member, rest))
    : Object.hasOwn(value, first) && holds((value as Record<string, unknown>)[first], rest);
}

const a = (kind: DocumentKind): string => (kind === 'cases' ? kind : `a ${kind}`);

describe.each(documentKinds)('every key of: %s', (kind) => {
  it('has a sentence and an example', () => {
    const missing = [...new Set(pathsOf(kind).map((path) => explainedAt(kind, path)))].filter(
      (path) => !Object.hasOwn(keyTexts[kind], path),
    );
    expect(
      missing.map(
        (path) => `The key ${path} of ${a(kind)} lacks a sentence and an example: add it to rules/language/examples/${kind}.ts`,
      ),
    ).toEqual([]);
  });

  it('exists: nothing is explained that the schema does not have', () => {
    const known = pathsOf(kind);
    expect(
      Object.keys(keyTexts[kind])
        .filter((path) => !known.includes(path))
        .map((path) => `There is no key ${path} of ${a(kind)} (any more): take it out of rules/language/examples/${kind}.ts`),
    ).toEqual([]);
  });

  it('says what holds without it, where it may be left out', () => {
    const silent = explainedKeys(kind).filter(({ required, text }) => !required && text.without === undefined);
    expect(
      silent.map(
        ({ path }) => `The key ${path} of ${a(kind)} may be left out: say in rules/language/examples/${kind}.ts what holds then`,
      ),
    ).toEqual([]);
  });

  it('stands in its own example', () => {
    const without = explainedKeys(kind).filter(({ path, text }) => !holds(withExample(kind, text.example), path.split('.')));
    expect(without.map(({ path }) => `The example of ${path} of ${a(kind)} does not show it`)).toEqual([]);
  });

  it('that means what another does: both are there', () => {
    const known = pathsOf(kind);
    const keys = Object.entries(sameKeysOf(kind)).flat();
    const below = (path: string): boolean => known.some((one) => one === path || one.startsWith(`${path}.`));
    expect(keys.filter((path) => !below(path))).toEqual([]);
  });
});

describe.each(['rule', 'runbook', 'policy'] as const)('every example of a %s', (kind) => {
  it('loads', () => {
    const wrong = Object.entries(keyTexts[kind]).flatMap(([path, { example }]) => {
      return exampleProblems(kind, example, catalogue, hash).map((problem) => `${path}: ${problemText(problem)}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('every example of cases', () => {
  it('loads beside the small set', async () => {
    const dir = join(folder, 'rules');
    mkdirSync(dir);
    cpSync(join(root, 'rules', 'library', 'fixtures'), join(dir, 'fixtures'), { recursive: true });
    writeFileSync(join(dir, 'set.yaml'), [examplePolicy, exampleRunbook, exampleRule, ...exampleOthers].join('---\n'));
    writeFileSync(join(dir, 'base.cases.yaml'), exampleCases);
    for (const [path, { example }] of Object.entries(keyTexts.cases))
      writeFileSync(join(dir, `${path.replaceAll('*', 'any')}.cases.json`), JSON.stringify(withExample('cases', example)));
    const loaded = await loadRules(dir, catalogue, hash);
    const cases = await loadCases(dir, catalogue, loaded.ok ? loaded.set : undefined);
    expect([loaded, cases].flatMap((one) => (one.ok ? [] : one.problems.map(problemText)))).toEqual([]);
  });
});

describe('the editors’ schema', () => {
  const schema = rulesJsonSchema();
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

  it.each(documentKinds)('takes every example of a %s', (kind) => {
    const refused = Object.entries(keyTexts[kind]).filter(([, { example }]) => !validate(withExample(kind, example)));
    expect(refused.map(([path]) => path)).toEqual([]);
  });

  it('says of every key what it means', () => {
    const [rule] = schema['anyOf'] as {
      properties: Record<string, { description?: string; properties?: Record<string, { description?: string }> }>;
    }[];
    expect(rule?.properties['when']?.description).toContain('every line must hold');
    expect(rule?.properties['guards']?.properties?.['cooldown']?.description).toMatch(/left alone.*Without it: 30m\.$/);
  });

  it('still refuses what the language refuses', () => {
    expect(validate({ ...withExample('rule', ''), gaurds: {} })).toBe(false);
    expect(validate({ ...withExample('rule', ''), mode: { prod: 'atuo' } })).toBe(false);
  });
});
