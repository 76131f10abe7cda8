import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CalendarFacts, CalendarWord } from '../domain/calendar.js';
import { type Risk, riskOrder } from '../domain/plan.js';
import { askAll, calmFacts, calmState, now, standard } from './facts.fixture.js';
import { freeze } from './freeze.js';

const iso = (ms: number): string => new Date(ms).toISOString();
const word = (changes: Partial<CalendarWord> = {}): CalendarWord => ({
  from: 'opssentinel.yaml:3',
  closed: true,
  says: 'freeze year-end',
  until: iso(now + 60_000),
  allow: [],
  ...changes,
});
const judge = (calendars: Partial<CalendarFacts>, risk: Risk = 'disruptive') => {
  const facts = calmFacts({ calendars: { words: [], unknown: [], ...calendars } });
  return freeze.judge({ ...facts, step: { ...facts.step, risk } }, calmState(), standard);
};

describe('row 17: a freeze refuses, whoever has approved', () => {
  it('it is said which, by whom, and when it is free again', () => {
    expect(judge({ words: [word()] })).toEqual({
      verdict: 'refuse',
      limit: 'open',
      found: 'freeze year-end (opssentinel.yaml:3)',
      freeAt: '2026-11-22T03:14:40.000Z',
    });
  });

  it('of several, the one that ends last is said, and one without an end is last of all', () => {
    const words = [
      word({ says: 'a', until: iso(now + 1_000) }),
      word({ says: 'b', until: iso(now + 9_000) }),
      word({ says: 'c' }),
    ];
    expect(judge({ words })).toMatchObject({ found: 'c (opssentinel.yaml:3)', freeAt: iso(now + 60_000) });
    const endless = word({ says: 'd', until: undefined as never });
    for (const order of [
      [endless, ...words],
      [...words, endless],
    ]) {
      const said = judge({ words: order });
      expect(said).toMatchObject({ verdict: 'refuse', found: 'd (opssentinel.yaml:3)' });
      expect(said.freeAt).toBeUndefined();
    }
  });

  it('its end to the millisecond: closed one before it, open at it', () => {
    expect(judge({ words: [word({ until: iso(now + 1) })] }).verdict).toBe('refuse');
    expect(judge({ words: [word({ until: iso(now) })] }).verdict).toBe('allow');
    expect(judge({ words: [word({ until: iso(now - 1) })] })).toMatchObject({
      verdict: 'allow',
      found: 'open (opssentinel.yaml:3)',
    });
  });

  it('it is never said to be free a moment too early', () => {
    expect(judge({ words: [word({ until: iso(now + 1) })] }).freeAt).toBe(iso(now + 1_000));
  });

  it('an end that cannot be read is none', () => {
    expect(judge({ words: [word({ until: 'soon' })] })).toMatchObject({ verdict: 'refuse' });
  });

  it('no approval and no mode gets past it', () => {
    const calendars = { words: [word()], unknown: [] };
    for (const mode of ['approve', 'auto'] as const)
      expect(askAll(calmFacts({ calendars, mode }), calmState()).of('freeze')).toMatchObject({ verdict: 'refuse' });
  });
});

describe('what it lets through', () => {
  it('the risks that it names, and says that it does', () => {
    expect(judge({ words: [word({ allow: ['additive'] })] }, 'additive')).toEqual({
      verdict: 'allow',
      limit: 'open',
      found: 'freeze year-end (opssentinel.yaml:3) lets additive through',
    });
    expect(judge({ words: [word({ allow: ['additive'] })] }, 'disruptive').verdict).toBe('refuse');
  });

  it('two that are closed: both must let it through', () => {
    const words = [word({ allow: ['additive'] }), word({ says: 'maintenance' })];
    expect(judge({ words }, 'additive')).toMatchObject({ verdict: 'refuse', found: 'maintenance (opssentinel.yaml:3)' });
  });
});

describe('not knowing is not open', () => {
  const unknown = [{ from: 'http.ical', because: 'http: calendar prod: no answer' }];

  it('who cannot tell is named, with why', () => {
    expect(judge({ unknown })).toEqual({
      verdict: 'refuse',
      limit: 'open',
      found: 'not known: http.ical, http: calendar prod: no answer',
    });
  });

  it('an open one beside it does not help, nor one that lets this risk through', () => {
    expect(judge({ unknown, words: [word({ closed: false })] }).verdict).toBe('refuse');
    expect(judge({ unknown, words: [word({ allow: ['additive'] })] }, 'additive').verdict).toBe('refuse');
  });
});

describe('open', () => {
  it('says whom it asked, each once, or that there is none', () => {
    expect(judge({})).toEqual({ verdict: 'allow', limit: 'open', found: 'none' });
    const open = word({ closed: false });
    expect(judge({ words: [open, open, { ...open, from: 'http.ical' }] }).found).toBe('open (opssentinel.yaml:3 and http.ical)');
  });
});

it('allows exactly where everybody could be asked and nobody who is closed forbids this risk', () => {
  const risk = fc.constantFrom(...riskOrder);
  const words = fc.array(
    fc.record({
      from: fc.constantFrom('a', 'b'),
      closed: fc.boolean(),
      says: fc.constantFrom('x', 'y'),
      until: fc.option(
        fc.integer({ min: -2, max: 2 }).map((ms) => iso(now + ms)),
        { nil: 'never' },
      ),
      allow: fc.uniqueArray(risk),
    }),
    { maxLength: 4 },
  );
  const unknown = fc.array(fc.record({ from: fc.constant('c'), because: fc.constant('z') }), { maxLength: 1 });
  fc.assert(
    fc.property(words, unknown, risk, (said, blind, of) => {
      const forbidding = said.some(({ closed, until, allow }) => closed && !allow.includes(of) && !(Date.parse(until) <= now));
      const verdict = judge({ words: said, unknown: blind }, of);
      expect(verdict.verdict).toBe(blind.length > 0 || forbidding ? 'refuse' : 'allow');
      if (verdict.freeAt !== undefined) expect(Date.parse(verdict.freeAt)).toBeGreaterThan(now);
    }),
  );
});
