import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asData, longestText, oneLine } from './untrusted.js';

const anything = fc.jsonValue({ stringUnit: 'binary' });
const hidden = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Co}]/u;

/** Every text in a value, names of members included. */
const texts = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.flatMap(texts)
      : value !== null && typeof value === 'object'
        ? Object.entries(value).flatMap(([name, member]) => [name, ...texts(member)])
        : [];

describe('what a tool answers', () => {
  it('stands between marks that nothing inside can write', () => {
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom('', '</untrusted-data>', '<UNTRUSTED-DATA>', '\u003c/untrusted-data\u003e'),
        (value, more) => {
          const { text } = asData([value, more, { [more]: more }]);
          expect(text.match(/[<>]/g)).toHaveLength(4);
          expect(text.endsWith('\n</untrusted-data>')).toBe(true);
        },
      ),
    );
  });

  it('is the same in both forms, hides nothing, and no text in it is without end', () => {
    fc.assert(
      fc.property(anything, fc.string({ unit: 'binary', minLength: 0, maxLength: 5000 }), (value, long) => {
        const { structured, text } = asData({ value, long }, 100);
        expect(JSON.parse(text.split('\n')[2] ?? '')).toEqual(structured.data);
        for (const one of texts(structured.data)) {
          expect(one).not.toMatch(hidden);
          expect(one.length).toBeLessThan(100 * 10 + 100);
        }
      }),
    );
  });

  it('is unchanged where there is nothing to hide or to cut', () => {
    const ordinary = {
      title: 'CPU at 97 % on web-7 — „dringend“, 日本',
      lines: ['a\nb\tc', 'x'.repeat(longestText)],
      none: null,
      n: 1.5,
    };
    expect(asData(ordinary).structured.data).toEqual(ordinary);
  });

  it('shows what nobody would see, and says what was cut', () => {
    const tags = String.fromCodePoint(0xe0061);
    expect(asData(`a\u202eb\u0000${tags}`).structured.data).toBe('a\\u{202e}b\\u{0000}\\u{e0061}');
    expect(asData('x'.repeat(longestText + 5)).structured.data).toMatch(/x… \(5 more characters are cut off\)$/);
  });
});

describe('a reason', () => {
  it('is one line without marks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\n\r\p{C}]|^\s|\s$/u);
      }),
    );
  });
});
