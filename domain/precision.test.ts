import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { effective, type LabelRow, machine, maySay } from './label.js';
import { demotionFor, percent, precisionOf, shareOf, verifiedOf } from './precision.js';

const row = (change: Partial<LabelRow> = {}): LabelRow => ({
  incident: 'pagerduty:Q1',
  rule: 'cpu',
  logicHash: 'l',
  runbookHash: 'b',
  environment: 'prod',
  mode: 'auto',
  label: 'right',
  kind: 'auto-verified',
  because: '',
  by: machine,
  refusedBy: '',
  at: '2026-11-22T03:00:00.000Z',
  ...change,
});
const now = Date.parse('2026-11-22T12:00:00.000Z');
const some = (count: number, label: LabelRow['label'], at = '2026-10-01T00:00:00.000Z') =>
  Array.from({ length: count }, (_, index) => row({ label, at, incident: `pagerduty:${label}${index}${at}` }));

describe("N3: Wilson's bound", () => {
  it.each([
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: the score interval without continuity correction.
    [81, 263, 0.2553],
    [15, 148, 0.0624],
    [0, 20, 0],
    [1, 29, 0.0061],
    // The page that people know.
    [36, 38, 0.8271],
    [15, 15, 0.7961],
  ])('of %i in %i is %f', (good, n, published) => {
    expect(shareOf(good, n).atLeast).toBeCloseTo(published, 4);
  });

  const records = fc.tuple(fc.nat(500), fc.nat(500)).map(([good, more]) => ({ good, n: good + more }));

  it('is never above the share, nor below 0; none judged is at least 0', () => {
    fc.assert(
      fc.property(records, ({ good, n }) => {
        const { share, atLeast } = shareOf(good, n);
        expect(atLeast).toBeGreaterThanOrEqual(0);
        expect(atLeast).toBeLessThanOrEqual(share);
        if (n > 0 && good > 0) expect(atLeast).toBeLessThan(1);
      }),
    );
    expect(shareOf(0, 0)).toMatchObject({ share: 0, atLeast: 0 });
  });

  it('rises with one more that was right, sinks with one more that was wrong, and with as good a record of more it never sinks', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 2, max: 5 }), ({ good, n }, times) => {
        const is = shareOf(good, n).atLeast;
        expect(shareOf(good + 1, n + 1).atLeast).toBeGreaterThan(is);
        expect(shareOf(good, n + 1).atLeast).toBeLessThanOrEqual(is);
        expect(shareOf(good * times, n * times).atLeast).toBeGreaterThanOrEqual(is - 1e-12);
      }),
    );
  });

  it('is said cut off, never rounded up over a limit', () => {
    expect([percent(0.799_999), percent(0.8), percent(0.827_14), percent(1)]).toEqual(['79.9 %', '80 %', '82.7 %', '100 %']);
  });
});

describe('N3: what counts', () => {
  it('nothing that nobody could judge, ever: it is no agreement', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(50), (right, wrong, silent) => {
        const judged = [...some(right, 'right'), ...some(wrong, 'wrong')];
        expect(precisionOf([...judged, ...some(silent, 'unlabelled')])).toEqual(precisionOf(judged));
      }),
    );
  });

  it('each run once, a person over the machine in whatever order they are read', () => {
    const said = row({ label: 'wrong', kind: 'person-said', by: 'ada' });
    for (const rows of [
      [row(), said],
      [said, row()],
    ])
      expect(effective(rows)).toEqual([said]);
  });

  it('a person answers what nobody could see, or says that it was wrong after all; nobody talks a rule into acting', () => {
    expect([maySay('unlabelled', 'right'), maySay('unlabelled', 'wrong'), maySay('right', 'wrong')]).toEqual([true, true, true]);
    expect([maySay('wrong', 'right'), maySay('right', 'right'), maySay('wrong', 'wrong')]).toEqual([false, false, false]);
  });

  it('whether it helped is counted of what was done alone', () => {
    const labels = [row(), row({ kind: 'approved-verified' }), row({ kind: 'not-verified' }), row({ kind: 'human-same' })];
    expect(verifiedOf(labels)).toMatchObject({ good: 2, n: 3 });
  });
});

describe('N3: when a rule that acts has to ask again', () => {
  it.each([
    [
      'two wrong within a day',
      [...some(40, 'right'), ...some(1, 'wrong', '2026-11-22T01:00:00.000Z'), ...some(1, 'wrong', '2026-11-21T13:00:00.000Z')],
      /^2 wrong within 24 h/,
    ],
    [
      'one wrong within a day',
      [...some(40, 'right'), ...some(1, 'wrong', '2026-11-22T01:00:00.000Z'), ...some(1, 'wrong', '2026-11-21T11:00:00.000Z')],
      undefined,
    ],
    ['a bound below 60 % of ten', [...some(8, 'right'), ...some(2, 'wrong')], /^right 8 of 10, at least 49 %, wanted 60 %$/],
    ['the same of nine: too few to say', [...some(7, 'right'), ...some(2, 'wrong')], undefined],
    ['the bound, whatever nobody could judge', [...some(14, 'right'), ...some(1, 'wrong'), ...some(50, 'unlabelled')], undefined],
  ])('%s', (_name, labels, says) => {
    const why = demotionFor(labels, now);
    if (says === undefined) expect(why).toBeUndefined();
    else expect(why).toMatch(says);
  });
});
