import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuardFacts, PastEffect } from '../domain/admission.js';
import { foundWords } from '../domain/verdicts.js';
import { askAll, approvalBy, calmFacts, calmState, effectAgo, hour, minute, now, standard } from './facts.fixture.js';

const mine = calmFacts().target.id;
const decided = (effects: PastEffect[], facts: Partial<GuardFacts> = {}) =>
  askAll(calmFacts(facts), calmState({ effects })).decisive;

describe('firingFor', () => {
  it('row 6: waits until it has fired for so long, to the millisecond', () => {
    expect(decided([], { alertStartedAt: now - 59_999 })).toMatchObject({
      guard: 'firingFor',
      verdict: 'refuse',
      limit: '60 s',
      found: 'firing for 60 s',
      wait: true,
      freeAt: '2026-11-22T03:13:40.001Z',
    });
    expect(decided([], { alertStartedAt: now - 60_000 })).toBeUndefined();
    expect(askAll(calmFacts(), calmState()).of('firingFor')).toMatchObject({ found: 'firing for 62 s' });
  });

  it('not knowing since when is a refusal', () => {
    expect(decided([], { alertStartedAt: Number.NaN })).toMatchObject({
      guard: 'firingFor',
      verdict: 'refuse',
      found: 'it is not known since when it fires',
    });
  });
});

describe('oneAtATime', () => {
  it('row 23: waits for another run on the target and names it', () => {
    const state = calmState({ targetHeldBy: { incident: 'pagerduty:Q0HX1B4', since: now - minute } });
    const { decisive } = askAll(calmFacts(), state);
    expect(decisive).toMatchObject({
      guard: 'oneAtATime',
      verdict: 'refuse',
      wait: true,
      found: 'Q0HX1B4 has the target since 03:12:40Z',
    });
    expect(Date.parse(decisive?.freeAt ?? '')).toBeGreaterThan(now);
    expect(
      askAll(calmFacts(), calmState({ targetHeldBy: { incident: 'pagerduty:Q0HX2R9', since: now } })).decisive,
    ).toBeUndefined();
  });
});

describe('cooldown', () => {
  it('row 20: refuses a target that was acted on lately; names the incident and when it is free', () => {
    expect(decided([effectAgo(11 * minute + 30_000, { targetId: mine })])).toEqual({
      guard: 'cooldown',
      verdict: 'refuse',
      limit: '30 min',
      found: 'acted 11 min ago (Q0HX1B4)',
      freeAt: '2026-11-22T03:32:10.000Z',
      setBy: 'opssentinel.yaml:22',
    });
  });

  it('is over at the very moment that it said', () => {
    expect(decided([effectAgo(30 * minute - 1, { targetId: mine })])).toMatchObject({ guard: 'cooldown' });
    expect(decided([effectAgo(30 * minute, { targetId: mine })])).toBeUndefined();
  });

  it("the run's own earlier steps do not count, another target's neither", () => {
    expect(decided([effectAgo(minute, { targetId: mine, incident: 'pagerduty:Q0HX2R9' }), effectAgo(minute)])).toBeUndefined();
  });

  it('no state with an effect of another incident on the target within the cooldown is ever allowed', () => {
    const effect = fc.record({ ago: fc.integer({ min: -hour, max: 24 * hour }), own: fc.boolean(), here: fc.boolean() });
    fc.assert(
      fc.property(fc.array(effect, { maxLength: 12 }), fc.integer({ min: 0, max: 2 * hour }), (list, cooldownMs) => {
        const effects = list.map(({ ago, own, here }) =>
          effectAgo(ago, { ...(own ? { incident: 'pagerduty:Q0HX2R9' } : {}), ...(here ? { targetId: mine } : {}) }),
        );
        const tooSoon = list.some(({ ago, own, here }) => here && !own && ago < cooldownMs);
        const said = askAll(calmFacts(), calmState({ effects }), { ...standard, cooldownMs }).of('cooldown');
        expect(said?.verdict).toBe(tooSoon ? 'refuse' : 'allow');
      }),
    );
  });

  it('N5: a worker whose clock runs ahead does not end a cooldown: the ledger says what time it is', () => {
    const effects = [effectAgo(minute, { targetId: mine })];
    expect(
      askAll(calmFacts({ now: now + 5 * minute, alertStartedAt: now }), calmState({ effects, now }), {
        ...standard,
        cooldownMs: 3 * minute,
        firingForMs: 0,
      }).of('cooldown'),
    ).toMatchObject({ verdict: 'refuse' });
  });
});

describe('budget', () => {
  const many = (count: number, changes: Partial<PastEffect>): PastEffect[] =>
    Array.from({ length: count }, (_, n) => effectAgo((n + 1) * minute, changes));

  it.each<[string, PastEffect[], string]>([
    ['rule', many(5, { rule: 'ec2-cpu-high' }), '5 used of 5/1h for rule ec2-cpu-high, free 04:08:40Z'],
    ['service', many(10, { service: 'PSVC002' }), '10 used of 10/1h for service web, free 04:03:40Z'],
    ['all', many(20, {}), '20 used of 20/1h for everything, free 03:53:40Z'],
  ])('row 21: an empty budget of %s asks a human, and says when it is free', (_what, effects, found) => {
    const decisive = decided(effects);
    expect(decisive).toMatchObject({ guard: 'budget', verdict: 'ask' });
    expect(decisive && foundWords(decisive, now)).toBe(found);
    expect(decided(effects.slice(1))).toBeUndefined();
  });

  it('is free at the moment that it says, and not before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: hour - 1 }), { minLength: 5, maxLength: 9 }), (agos) => {
        const effects = agos.map((ago) => effectAgo(ago, { rule: 'ec2-cpu-high' }));
        const at = (when: number) => askAll(calmFacts({ now: when }), calmState({ effects })).of('budget')?.verdict;
        const free = [...agos].sort((a, b) => a - b)[4] ?? 0;
        expect([at(now), at(now - free + hour - 1), at(now - free + hour)]).toEqual(['ask', 'ask', 'allow']);
      }),
    );
  });

  it('of several empty ones, names the one that is free last', () => {
    const effects = [...many(5, { rule: 'ec2-cpu-high' }), ...many(20, {})];
    expect(decided(effects)?.found).toBe('5 used of 5/1h for rule ec2-cpu-high');
    expect(
      decided([
        ...many(20, {}),
        ...many(5, { rule: 'ec2-cpu-high' }).map((effect) => ({ ...effect, at: effect.at - 40 * minute })),
      ])?.found,
    ).toMatch(/everything/);
  });

  it('a budget of none is never free', () => {
    const none = { ...standard, budget: { ...standard.budget, all: { count: 0, perMs: hour } } };
    expect(askAll(calmFacts(), calmState(), none).decisive).toMatchObject({
      verdict: 'ask',
      found: '0 used of 0/1h for everything',
    });
  });

  it('a human may allow it, and is named', () => {
    const effects = many(20, {});
    const { decisive, of } = askAll(calmFacts(), calmState({ effects, approvals: [approvalBy('ada')] }));
    expect(decisive).toBeUndefined();
    expect(of('budget')?.found).toBe('20 used of 20/1h for everything; approved by ada');
  });
});

describe('startBy', () => {
  it('refuses an effect too long after the alert', () => {
    expect(decided([], { alertStartedAt: now - 10 * minute })).toBeUndefined();
    expect(decided([], { alertStartedAt: now - 10 * minute - 1 })).toMatchObject({
      guard: 'startBy',
      verdict: 'refuse',
      limit: '10 min',
      found: 'began 10 min ago: too late',
    });
  });

  it('counts anew from a human who has just approved, and not from a word that does not count', () => {
    const late = calmFacts({ alertStartedAt: now - 14 * minute });
    expect(askAll(late, calmState({ approvals: [approvalBy('ada')] })).decisive).toBeUndefined();
    for (const other of [{ planHash: 'other' }, { accepted: false }, { decision: 'reject' as const }]) {
      expect(askAll(late, calmState({ approvals: [approvalBy('ada', other)] })).of('startBy')?.verdict).toBe('refuse');
    }
  });

  it("a ladder's later step is as timely as its first", () => {
    expect(decided([], { alertStartedAt: now - hour, laterStep: true })).toBeUndefined();
  });
});
