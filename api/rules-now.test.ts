import { describe, expect, it } from '@jest/globals';
import { observing } from './rules-now.js';
import type { RuleLine } from './shapes.js';

const now = Date.parse('2026-11-22T03:00:00.000Z');
const since = (days: number): string => new Date(now - days * 86_400_000).toISOString();
const rule = (mode: RuleLine['mode']): RuleLine => ({
  name: 'cpu',
  at: 'r:1',
  mode,
  runbooks: [],
  logicHash: 'l',
  fileHash: 'f',
});

describe('N3: observing expires', () => {
  it.each([
    [59, { prod: 'observe' }, { expired: false, says: 'observing', in: ['prod'] }],
    [60, { prod: 'observe', staging: 'auto' }, { expired: true, says: 'expired: decide about it', in: ['prod'] }],
    [90, { prod: 'approve', staging: 'auto' }, undefined],
  ])('after %i days in %j', (days, mode, shown) => {
    const [line] = observing([rule(mode as RuleLine['mode'])], new Map([['f', since(days)]]), now);
    if (shown === undefined) expect(line?.observing).toBeUndefined();
    else expect(line?.observing).toMatchObject({ since: since(days), ...shown });
  });

  it('of a rule that was never loaded by this ledger nobody knows since when', () => {
    expect(observing([rule({ prod: 'observe' })], new Map(), now)[0]).toEqual(rule({ prod: 'observe' }));
  });
});
