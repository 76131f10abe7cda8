import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RuleSet } from '../rules/language/set.js';
import {
  alert,
  assembleTexts,
  catalogue,
  incident,
  policy,
  rule,
  runbook,
  setOf,
  setWith,
  witness,
} from '../tests/support/rules.js';
import { matchAndAim } from './decide.js';
import { match } from './match.js';

const armed = 'mode: { staging: auto, prod: approve }';
const decideOn = (set: RuleSet, over = {}) =>
  matchAndAim({ set, catalogue, incident: incident(), alert: alert(over), witness: witness() });

describe('matching', () => {
  it('finds the one rule that matches, and says per rule why the others do not', () => {
    const set = setWith(rule('cpu', armed), rule('disk', armed).replace('CPUUtilization', 'disk_used_percent'));
    const { verdicts, winner } = match(set, alert(), incident());
    expect(winner?.name).toBe('cpu');
    expect(verdicts.map(({ rule: name, matched, failedAt }) => [name, matched, failedAt])).toEqual([
      ['cpu', true, undefined],
      ['disk', false, 'when.0'],
    ]);
    expect(verdicts[1]?.conditions.map(({ place, text, result, found }) => [place, text, result, found])).toEqual([
      ['when.0', 'alert.namespace == "AWS/EC2"', 'yes', '"AWS/EC2"'],
      ['when.0', 'alert.metric == "disk_used_percent"', 'no', '"CPUUtilization"'],
    ]);
  });

  it('concludes nothing, with the reason per rule, when no rule matches', () => {
    const { nothing, verdicts } = decideOn(setWith(rule('cpu', armed), rule('cpu2', armed)), { metric: 'Other' });
    expect(nothing).toBe('none of 2 rules matches');
    expect(verdicts.every(({ failedAt }) => failedAt === 'when.0')).toBe(true);
  });

  it('row 13: two rules that match are a tie: nobody acts, and both are named', () => {
    const { refused, chosen } = decideOn(setWith(rule('cpu', armed), rule('cpu-too', armed)));
    expect(chosen).toBeUndefined();
    expect(refused?.because).toMatch(/^cpu \(rules\/test\.yaml:\d+\) and cpu-too \(rules\/test\.yaml:\d+\) match/);
    expect(refused?.place).toBe('overrides');
  });

  it('lets the rule decide that overrides all others by name, and no other', () => {
    expect(match(setWith(rule('a', 'overrides: [b]'), rule('b')), alert(), incident()).winner?.name).toBe('a');
    const partly = match(setWith(rule('a', 'overrides: [b]'), rule('b'), rule('c')), alert(), incident());
    expect(partly.winner).toBeUndefined();
    expect(partly.conflict.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const chained = match(setWith(rule('a', 'overrides: [b]'), rule('b', 'overrides: [c]'), rule('c')), alert(), incident());
    expect(chained.winner).toBeUndefined();
    expect(
      match(setWith(rule('a', 'overrides: [b, c]'), rule('b', 'overrides: [c]'), rule('c')), alert(), incident()).winner?.name,
    ).toBe('a');
  });

  it('treats a line of unless that cannot be evaluated as holding, and one of when as not holding', () => {
    const set = setWith(rule('cpu', 'unless:\n  - alert.labels.path == "/mnt"'));
    const missing = match(set, alert(), incident());
    expect(missing.winner).toBeUndefined();
    expect(missing.verdicts[0]).toMatchObject({ matched: false, failedAt: 'unless.0' });
    expect(missing.verdicts[0]?.conditions.at(-1)).toMatchObject({
      result: 'error',
      holds: false,
      found: 'alert.labels.path: not in this alert; it has InstanceId',
    });
    expect(match(set, alert({ labels: { path: '/' } }), incident()).winner?.name).toBe('cpu');
    expect(match(set, alert({ labels: { path: '/mnt' } }), incident()).winner).toBeUndefined();
  });

  it('calls nobody for a tie between rules that only observe', () => {
    const { refused, nothing } = decideOn(setWith(rule('a'), rule('b')));
    expect(refused).toBeUndefined();
    expect(nothing).toMatch(/^a .* and b .* only observe$/);
  });
});

describe('in any order of files and rules', () => {
  const whens = [
    'alert.namespace == "AWS/EC2"',
    'alert.metric == "Other"',
    'alert.labels.path == "/"',
    'alert.threshold >= 90.0',
    'true',
  ];
  const names = ['a', 'b', 'c', 'd'];
  const ruleText = fc.record({
    when: fc.constantFrom(...whens),
    unless: fc.option(fc.constantFrom(...whens)),
    overrides: fc.subarray(names),
  });
  const shuffled = fc.tuple(
    fc.array(ruleText, { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
  );

  const texts = (rules: { when: string; unless: string | null; overrides: string[] }[]): string[] =>
    rules.map(({ when, unless, overrides }, index) => {
      // Only towards later names, so that no circle is made.
      const others = overrides.filter((other) => names.indexOf(other) > index && names.indexOf(other) < rules.length);
      const lines = [
        others.length > 0 ? `overrides: [${others.join(', ')}]` : '',
        unless === null ? '' : `unless: ['${unless}']`,
        armed,
      ];
      return rule(names[index] ?? '', lines.filter(Boolean).join('\n')).replace(/ {2}- .*\n/, `  - '${when}'\n`);
    });

  it('the same sets decide the same: 2,000 random ones', () => {
    fc.assert(
      fc.property(shuffled, ([rules, random]) => {
        const all = [policy(), runbook(), ...texts(rules)];
        const order = all
          .map((text) => ({ text, key: random.next().value as number }))
          .sort((x, y) => x.key - y.key)
          .map(({ text }) => text);
        const straight = setOf(...all);
        const other = setOf(...order);
        const place = ({ because, ...rest }: { because: string; place: string }) => ({
          ...rest,
          because: because.replace(/:\d+/g, ''),
        });
        const [one, two] = [straight, other].map((set) => decideOn(set));
        expect(other.hash).toBe(straight.hash);
        expect(two?.chosen?.rule.name).toBe(one?.chosen?.rule.name);
        expect(two?.nothing).toBe(one?.nothing);
        const matching = straight.rules.filter(({ name }) => one?.verdicts.find((verdict) => verdict.rule === name)?.matched);
        const decides = matching.filter(({ name, doc }) =>
          matching.every((rival) => rival.name === name || doc.overrides?.includes(rival.name)),
        );
        expect(one?.chosen?.rule.name).toBe(decides[0]?.name);
        if (!one?.chosen) for (const { name } of matching) expect(one?.refused?.because).toContain(name);
        expect(two?.refused && place(two.refused)).toEqual(one?.refused && place(one.refused));
      }),
      { numRuns: 500 },
    );
  });

  it('an error never makes a rule match', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...whens), { minLength: 1, maxLength: 3 }),
        fc.array(fc.constantFrom(...whens), { maxLength: 3 }),
        (when, unless) => {
          const loaded = assembleTexts([
            policy(),
            runbook(),
            rule('cpu', unless.length > 0 ? `unless:\n${unless.map((line) => `  - '${line}'`).join('\n')}` : '').replace(
              / {2}- .*\n/,
              when.map((line) => `  - '${line}'\n`).join(''),
            ),
          ]);
          if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
          const { verdicts } = match(loaded.set, alert(), incident());
          const [verdict] = verdicts;
          if (verdict?.conditions.some(({ result }) => result === 'error')) expect(verdict.matched).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });
});
