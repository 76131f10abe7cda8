import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { match } from '../../decide/match.js';
import { ruleFacts } from '../../domain/readable.js';
import type { LoadedLine, LoadedRule, RuleSet } from '../../rules/language/set.js';
import { alert, incident, rule, setWith } from '../support/rules.js';

// T17: who decides is a matter of what the rules say, never of the order in which they are read.

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const loaded = setWith(...names.map((name) => rule(name)), rule('silent').replace('CPUUtilization', 'Other'));
/** What its lines come to never changes here: they are asked once. */
const known = new Map(loaded.rules.map((rule) => [rule.name, { ...rule, when: rule.when.map(asked) }]));
const one = (name: string): LoadedRule => known.get(name) as LoadedRule;

function asked({ place, condition }: LoadedLine): LoadedLine {
  const said = condition.evaluate(ruleFacts(alert(), incident()));
  return { place, condition: { text: condition.text, evaluate: () => said } };
}

/** Rules that match (all but `silent`), each overriding some of the others, in some order. */
const drawn = fc
  .record({
    chosen: fc.uniqueArray(fc.constantFrom(...names, 'silent'), { minLength: 1, maxLength: 7 }),
    overrides: fc.dictionary(fc.constantFrom(...names), fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 })),
    seed: fc.nat(),
  })
  .map(({ chosen, overrides, seed }) => {
    const rules = chosen.map((name) => ({ ...one(name), doc: { ...one(name).doc, overrides: overrides[name] ?? [] } }));
    return { rules, shuffled: [...rules].sort((x, y) => order(x.name, seed) - order(y.name, seed)) };
  });

const order = (name: string, seed: number): number => Math.imul(name.charCodeAt(0) + 7, seed | 1) % 1_009;
const matched = (rules: LoadedRule[]) => match({ ...loaded, rules } as RuleSet, alert(), incident());

describe('T17, I12: 10,000 random sets of rules', () => {
  it('come to the same in any order, and where none decides over all others that match, nobody acts', () => {
    fc.assert(
      fc.property(drawn, ({ rules, shuffled }) => {
        const [first, second] = [matched(rules), matched(shuffled)];
        expect(second.winner?.name).toBe(first.winner?.name);
        expect(JSON.stringify(second.verdicts)).toBe(JSON.stringify(first.verdicts));
        expect(second.conflict.map(({ name }) => name)).toEqual(first.conflict.map(({ name }) => name));
        // From first principles: the winner stands over every other that matches, and is alone in that.
        const matching = rules.filter(({ name }) => name !== 'silent');
        const over = matching.filter((rule) =>
          matching.every((other) => other === rule || (rule.doc.overrides ?? []).includes(other.name)),
        );
        expect(first.winner?.name).toBe(over.length === 1 ? over[0]?.name : undefined);
        expect(first.conflict).toHaveLength(over.length === 1 ? 0 : matching.length);
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);
});
