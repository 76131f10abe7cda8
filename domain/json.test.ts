import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './json.js';

/** Every way in which one text can stand before another: letters, digits, what comes in two code units, halves of such, and names that objects have. */
const key = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'A', 'ä', 'z', '1', '10', '\ud83d', '\ude00', '\uffff', '😀', '_') }),
  fc.nat().map(String),
  fc.constantFrom('__proto__', 'constructor', 'toString', '', 'length'),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(undefined, null, true, false, -0, 1e21, Number.NaN, Number.POSITIVE_INFINITY),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));

/** Smaller first, by the first UTF-16 code unit in which they differ; otherwise the shorter. */
function byCodeUnit(one: string, other: string): number {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1)
    if (one.charCodeAt(at) !== other.charCodeAt(at)) return one.charCodeAt(at) - other.charCodeAt(at);
  return one.length - other.length;
}

/** The text as it is defined: what every hash that was ever written down rests on. */
function defined(given: unknown): string {
  if (given === null || typeof given !== 'object') return JSON.stringify(given) ?? 'null';
  if (Array.isArray(given)) return `[${given.map(defined).join(',')}]`;
  const members = Object.entries(given as Record<string, unknown>).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([one], [other]) => byCodeUnit(one, other))
    .map(([name, member]) => `${JSON.stringify(name)}:${defined(member)}`)
    .join(',')}}`;
}

it('the text that hashes are taken of is sorted by UTF-16 code units, whatever the value: no older hash may come out otherwise', () => {
  fc.assert(
    fc.property(value, (given) => expect(canonicalJson(given)).toBe(defined(given))),
    { numRuns: 300 },
  );
});

it('an emoji stands before the last letters of the first plane, and a number by its digits', () => {
  expect(canonicalJson({ '\uffff': 1, '😀': 2, '9': 3, '10': 4, ä: 5, Z: 6 })).toBe(
    '{"10":4,"9":3,"Z":6,"ä":5,"😀":2,"\uffff":1}',
  );
});
