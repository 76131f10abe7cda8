import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchAndAim } from '../../decide/decide.js';
import { root } from '../../tests/support/root.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, witness } from '../../tests/support/rules.js';
import { assemble, type Loaded } from './assemble.js';
import { keyTexts } from './examples/index.js';
import { loadFiles } from './load.js';
import { readYaml, type SourceDocument } from './yaml.js';

// What people and machines do to a file by mistake. Whatever it is, loading ends in a set or in problems with a place in a file that is there.

const library = join(root, 'rules', 'library');
const shipped = readdirSync(library, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
  .map((file) => readFileSync(join(library, file), 'utf8'));
const examples = Object.values(keyTexts).flatMap((texts) => Object.values(texts).map(({ example }) => example));
const small = [
  policy('guards: { cooldown: { default: 30m, limit: 10m } }'),
  runbook('restart', 'inputs: { keep: { type: int, min: 1, max: 3, default: 2 } }'),
  rule('cpu', 'unless:\n  - alert.name == "x"\nrequire: [target.state == "running"]\nmode: { staging: auto }\nwith: { keep: 3 }'),
  rule('other', 'overrides: [cpu]'),
];

const syntax = '! !!js/function &a *a <<: --- ... %YAML " \' { } [ ] : # | > ? - {{'.split(' ');
const values = [
  'null',
  'true',
  '~',
  '0',
  '-1',
  '1e999',
  '0x10',
  '2026-01-01',
  '',
  ' ',
  ': ',
  ' #',
  '- ',
  '\t',
  '\r\n',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\ud800',
];
const words = ['rule', 'runbook', 'policy', 'cases', 'when', 'ladder', '__proto__', 'constructor', 'toString'];
const conditions = ['alert.name', 'alert.labels[0]', '{ from: alert.name }', 'has(alert)', '(', '&&', 'all(x, x.all(y, true))'];
const fragments = [...syntax, ...values, ...words, ...conditions];

type Mutation = (text: string) => string;
const at = (text: string, share: number): number => Math.floor(share * (text.length + 1));

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...fragments)).map(
    ([share, fragment]): Mutation =>
      (text) =>
        text.slice(0, at(text, share)) + fragment + text.slice(at(text, share)),
  ),
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40)).map(
    ([share, length]): Mutation =>
      (text) =>
        text.slice(0, at(text, share)) + text.slice(at(text, share) + length),
  ),
  // A line twice, gone, moved, or indented otherwise.
  fc.tuple(fc.nat(60), fc.nat(60), fc.constantFrom('twice', 'gone', 'moved', 'in', 'out')).map(
    ([from, to, what]): Mutation =>
      (text) => {
        const lines = text.split('\n');
        const index = from % lines.length;
        const line = lines[index] ?? '';
        if (what === 'twice') lines.splice(index, 0, line);
        else if (what === 'gone') lines.splice(index, 1);
        else if (what === 'in') lines[index] = `  ${line}`;
        else if (what === 'out') lines[index] = line.replace(/^ {1,2}/, '');
        else lines.splice(to % lines.length, 0, ...lines.splice(index, 1));
        return lines.join('\n');
      },
  ),
  fc.constantFrom(...examples).map(
    (example): Mutation =>
      (text) =>
        `${text}\n${example}`,
  ),
  fc.tuple(fc.nat(200), fc.string({ unit: 'binary', maxLength: 12 })).map(
    ([nth, word]): Mutation =>
      (text) => {
        const words = [...text.matchAll(/[\w.-]+/g)];
        const found = words[nth % Math.max(words.length, 1)];
        return found ? text.slice(0, found.index) + word + text.slice(found.index + found[0].length) : word;
      },
  ),
);

function load(texts: readonly string[]): Loaded {
  return loadFiles(
    texts.map((text, index) => ({ path: `rules/${index}.yaml`, text })),
    '/tmp/rules',
    catalogue,
    hash,
  );
}

/** A file that nobody changed, read once. */
const standing = (text: string, file: string): SourceDocument[] => {
  const key = `${file}\n${text}`;
  const documents = known.get(key) ?? readYaml(file, text).documents;
  known.set(key, documents);
  return documents;
};
const known = new Map<string, SourceDocument[]>();

describe('a file of rules that was changed by mistake', () => {
  it('2,000 of them: never crash the loader, and end in a set, or in problems that have a file, a line, a column and a sentence', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...small) }, { weight: 1, arbitrary: fc.constantFrom(...shipped) }),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (original, mutations) => {
          const changed = mutations.reduce((text, mutate) => mutate(text), original);
          const others = small.filter((text) => text !== original);
          const own = readYaml('rules/0.yaml', changed);
          const around = others.flatMap((text, index) => standing(text, `rules/${index + 1}.yaml`));
          const loaded = assemble([...own.documents, ...around], own.problems, '/tmp/rules', catalogue, hash);
          if (loaded.ok) return;
          refused++;
          expect(loaded.problems.length).toBeGreaterThan(0);
          for (const { file, line, column, says } of loaded.problems) {
            const index = /^rules\/(\d)\.yaml$/.exec(file)?.[1];
            // Without any policy the folder is what lacks one.
            if (index === undefined) expect(file).toBe('rules');
            const lines = [changed, ...others][Number(index ?? 0)]?.split('\n') ?? [];
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines.length + 1);
            expect(column).toBeGreaterThanOrEqual(1);
            expect(says).toMatch(/\S/);
            expect(says).not.toMatch(/undefined|\[object Object\]|TypeError/);
          }
        },
      ),
      { numRuns: 2_000 },
    );
    // Most mistakes are noticed: a loader that takes everything would pass all of the above.
    expect(refused).toBeGreaterThan(1_000);
  }, 180_000);

  it('row 13: of several rules that match, the same one decides, or nobody, in whatever order and whatever files they stand', () => {
    const rules = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        overrides: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
        matches: fc.boolean(),
      }),
      { minLength: 2, maxLength: 4 },
    );
    const seen = { catalogue, alert: alert(), incident: incident(), witness: witness() };
    const outcome = (texts: readonly string[]): unknown => {
      const loaded = load(texts);
      if (!loaded.ok) return loaded.problems.map(({ says }) => says.replace(/rules\/\d\.yaml:\d+/g, 'there')).sort();
      const { chosen, refused, nothing } = matchAndAim({ ...seen, set: loaded.set });
      const told = [refused?.because, nothing].map((text) => text?.replace(/rules\/\d\.yaml:\d+/g, 'there'));
      return { hash: loaded.set.hash, rule: chosen?.rule.name, told, observes: refused?.place };
    };
    let decided = 0;
    fc.assert(
      fc.property(rules, fc.infiniteStream(fc.nat(1_000)), fc.boolean(), (wanted, order, together) => {
        const unique = [...new Map(wanted.map((one) => [one.name, one])).values()];
        const names = unique.map(({ name }) => name);
        const texts = unique.map(({ name, overrides, matches }) => {
          const named = overrides.filter((other) => other !== name && names.includes(other));
          const text = rule(name, `overrides: [${named.join(', ')}]\nmode: { staging: auto }`);
          return matches ? text : text.replace('CPUUtilization', 'NetworkOut');
        });
        const all = [policy(), runbook(), ...texts];
        const shuffled = all
          .map((text) => ({ text, key: order.next().value ?? 0 }))
          .sort((one, other) => one.key - other.key)
          .map(({ text }) => text);
        const first = outcome(all);
        expect(outcome(together ? [shuffled.join('\n---\n')] : shuffled)).toEqual(first);
        const { rule: winner } = first as { rule?: string };
        if (winner === undefined) return;
        decided++;
        // It is the only one that matches, or it names all others itself.
        const own = unique.find(({ name }) => name === winner);
        const rivals = unique.filter(({ name, matches }) => matches && name !== winner).map(({ name }) => name);
        expect(own?.matches).toBe(true);
        expect(rivals.filter((name) => !own?.overrides.includes(name))).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(decided).toBeGreaterThan(20);
  });

  it('is read the same whatever documents stand around it', () => {
    const alone = readYaml('rules/0.yaml', small.join('\n---\n'));
    const again = assemble(alone.documents.toReversed(), alone.problems, '/tmp/rules', catalogue, hash);
    expect(again.ok && again.set.hash).toBe((load(small) as { set: { hash: string } }).set.hash);
  });
});
