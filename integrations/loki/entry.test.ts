import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupsWithin, jsonOfLine } from '../wire/sink-line.js';
import { entryOf, stampOf } from './entry.js';
import { line } from './testkit/given.js';

/** Lines as the chain writes them: numbers go up, times never go back. */
const chain = fc
  .array(
    fc.record({
      later: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000_000 })),
      skips: fc.integer({ min: 1, max: 2_000_000 }),
    }),
    {
      minLength: 2,
      maxLength: 50,
    },
  )
  .chain((steps) =>
    fc
      .record({ begin: fc.integer({ min: 0, max: 4_000_000_000_000 }), first: fc.integer({ min: 1, max: 9_000_000_000_000 }) })
      .map(({ begin, first }) => {
        let [ms, seq] = [begin, first];
        return steps.map(({ later, skips }) => {
          ms += later;
          seq += skips;
          return { at: new Date(ms).toISOString(), seq };
        });
      }),
  );

describe('the time of a line', () => {
  it('goes up with every line, in whatever millisecond they were written, and is a text of whole nanoseconds', () => {
    fc.assert(
      fc.property(chain, (lines) => {
        const stamps = lines.map(stampOf);
        for (const stamp of stamps) {
          expect(typeof stamp).toBe('string');
          expect(stamp).toMatch(/^\d{1,19}$/);
        }
        const numbers = stamps.map(BigInt);
        for (const [index, at] of numbers.entries()) if (index > 0) expect(at > (numbers[index - 1] ?? at)).toBe(true);
      }),
    );
  });

  it('is exact where a number would round, and the same for the same line', () => {
    const one = { at: '2026-09-30T08:14:02.001Z', seq: 1 };
    expect(stampOf(one)).toBe('1790756042001000001');
    expect(stampOf({ ...one, seq: 2 })).toBe('1790756042001000002');
    expect(stampOf({ ...one })).toBe(stampOf(one));
    expect(Number('1790756042001000001')).toBe(Number('1790756042001000002'));
  });

  it('stays in its millisecond for as long as there are fewer than a million lines', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 999_999 }), (ms, seq) => {
        expect(BigInt(stampOf({ at: new Date(ms).toISOString(), seq })) / 1_000_000n).toBe(BigInt(ms));
      }),
    );
  });
});

describe('an entry', () => {
  it('holds the whole line, and ids as flat texts', () => {
    const given = line(7, { data: { answer: 42, more: { x: [1] } }, once: 'execute.k', state: 'ok' });
    const [at, text, metadata] = entryOf(given, 'ec2-cpu-high');
    expect(at).toBe(stampOf(given));
    expect(JSON.parse(text)).toEqual({ ...given, prev: undefined });
    expect(metadata).toEqual({
      incident: given.incident,
      phase: 'execute',
      state: 'ok',
      level: 'info',
      seq: '7',
      rule: 'ec2-cpu-high',
    });
    expect(entryOf(given, undefined)[2]).not.toHaveProperty('rule');
  });

  it('is never longer than a line of Loki may be, is JSON, and says what it left out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300_000 }),
        fc.integer({ min: 0, max: 300_000 }),
        fc.constantFrom('é', 'x', '\u0001', '"'),
        (says, data, unit) => {
          const [, text] = entryOf(line(1, { says: unit.repeat(says), data: { text: unit.repeat(data) } }), undefined);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
          const read = JSON.parse(text) as { data?: unknown; dataOmitted?: number };
          expect(read.data === undefined).toBe(typeof read.dataOmitted === 'number');
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is the same text for the same line', () => {
    const given = line(1, { data: { text: 'x'.repeat(400_000) } });
    expect(jsonOfLine(given, 250_000)).toBe(jsonOfLine(structuredClone(given), 250_000));
  });
});

describe('groups', () => {
  it('keep every item in order, and their bound where one item does not break it alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 150 })), (sizes) => {
        const groups = groupsWithin(sizes, (size) => size, 100);
        expect(groups.flat()).toEqual(sizes);
        for (const group of groups) {
          expect(group.length).toBeGreaterThan(0);
          if (group.length > 1) expect(group.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
