import { describe, expect, it } from '@jest/globals';
import type { GuardVerdict } from './permit.js';
import { decisiveVerdict, foundWords } from './verdicts.js';

const refused = (guard: string, more: Partial<GuardVerdict> = {}): GuardVerdict => ({
  guard,
  verdict: 'refuse',
  limit: '',
  found: 'too soon',
  setBy: '',
  ...more,
});

describe('the verdict that decides', () => {
  it('is one that waiting cannot mend, though it would be free before one that can be waited for', () => {
    const final = refused('cooldown', { freeAt: '2026-11-22T03:00:01Z' });
    const waits = refused('firingFor', { wait: true, freeAt: '2026-11-22T04:00:00Z' });
    for (const all of [
      [final, waits],
      [waits, final],
    ])
      expect(decisiveVerdict(all)?.guard).toBe('cooldown');
    const first = refused('stop');
    expect(decisiveVerdict([waits, first, final])?.guard).toBe('stop');
  });

  it('of those that wait, one that does not say until when is waited for longest', () => {
    const endless = refused('oneAtATime', { wait: true });
    const waits = refused('firingFor', { wait: true, freeAt: '2026-11-22T04:00:00Z' });
    for (const all of [
      [endless, waits],
      [waits, endless],
    ])
      expect(decisiveVerdict(all)?.guard).toBe('oneAtATime');
  });

  it('says no time where it knows none', () => {
    expect(foundWords(refused('stop'))).toBe('too soon');
    expect(foundWords(refused('stop', { wait: true }))).toBe('too soon');
  });
});
