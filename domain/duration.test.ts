import { describe, expect, it } from '@jest/globals';
import { parseBudget, parseDuration } from './duration.js';
import { nearest } from './nearest.js';

describe('figures of rules', () => {
  it.each([
    ['60s', 60_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['0', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  it.each(['', '5', '5 m', '-5m', '1.5h', '5m; x', '5M', '1h30m', '9999999s'])('refuses %j as a duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
  it('reads a budget, and refuses one without a window', () => {
    expect(parseBudget('5/1h')).toEqual({ count: 5, perMs: 3_600_000 });
    for (const text of ['5', '5/h', '5/0s', '/1h', '5/1h/2']) expect(parseBudget(text)).toBeUndefined();
  });
});

describe('did you mean', () => {
  it('finds the nearest word, and none where none is near', () => {
    expect(nearest('atuo', ['observe', 'approve', 'auto'])).toBe('auto');
    expect(nearest('namespce', ['name', 'namespace'])).toBe('namespace');
    expect(nearest('zebra', ['observe', 'auto'])).toBeUndefined();
  });
});
