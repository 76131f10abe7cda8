import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fits } from './glob.js';

it.each<[string, string, boolean]>([
  ['', '', true],
  ['', 'a', false],
  ['a', '', false],
  ['*', '', true],
  ['**', '', true],
  ['?', '', false],
  ['?', 'a', true],
  ['a*', 'a', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abcb', false],
  ['*ab', 'aab', true],
  ['a*bc*d', 'abcbcxd', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
  ['arn:aws:rds:*:*:cluster:ledger-*', 'arn:aws:rds:eu-west-1:444455556666:cluster:ledger-1', true],
  ['arn:aws:rds:*:*:cluster:ledger-*', 'arn:aws:rds:eu-west-1:444455556666:cluster:web-1', false],
])('%j and %j: %s', (pattern, text, is) => expect(fits(pattern, text)).toBe(is));

it('agrees with a regular expression of the same meaning on every short pattern and text', () => {
  const words = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 7 }).map((list) => list.join(''));
  const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((list) => list.join(''));
  fc.assert(
    fc.property(words, texts, (pattern, text) => {
      const meaning = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(fits(pattern, text)).toBe(meaning.test(text));
    }),
    { numRuns: 3_000 },
  );
});
