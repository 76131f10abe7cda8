import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Guard } from '../domain/admission.js';
import type { GuardVerdict } from '../domain/permit.js';
import { decisiveVerdict, foundWords } from '../domain/verdicts.js';
import { approvalBy, calmFacts, calmState, standard } from './facts.fixture.js';
import { guards } from './index.js';
import { judgeAll } from './judge.js';

const guard = (id: string, judge: Guard['judge']): Guard => ({ id, sentence: '', asked: ['admission'], judge });
const decide = (list: readonly Guard[], approvals = calmState().approvals) =>
  decisiveVerdict(judgeAll(list, calmFacts(), calmState({ approvals }), standard));

describe('judging', () => {
  it('no guards at all is a refusal', () => {
    expect(decide([])).toMatchObject({ verdict: 'refuse' });
  });

  it('a guard that throws, in any way and any place, never allows', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: guards.length }),
        fc.oneof(
          fc.string(),
          fc.constant(undefined),
          fc.string().map((text) => new Error(text)),
        ),
        (place, thrown) => {
          const throwing = guard('broken', () => {
            // oxlint-disable-next-line typescript/only-throw-error -- that it may be anything is the point
            throw thrown;
          });
          expect(decide([...guards.slice(0, place), throwing, ...guards.slice(place)])).toMatchObject({
            guard: 'broken',
            verdict: 'refuse',
          });
        },
      ),
    );
  });

  it.each([undefined, null, {}, { verdict: 'ALLOW' }, { verdict: true }, Promise.resolve({ verdict: 'allow' })])(
    'an answer like %p never allows',
    (answer) => {
      expect(decide([...guards, guard('odd', () => answer as never)])).toMatchObject({ guard: 'odd', verdict: 'refuse' });
    },
  );

  it('a guard cannot take the name of another', () => {
    const liar = guard('liar', () => ({ verdict: 'refuse', limit: '', found: '', guard: 'approval', setBy: 'me' }) as never);
    expect(decide([liar])).toMatchObject({ guard: 'liar', setBy: 'default' });
  });

  it('what is left to humans needs the approval guard and enough of them, also in mode auto', () => {
    const asking = guard('asking', () => ({ verdict: 'ask', limit: '-', found: 'budget used up' }));
    expect(decide([...guards, asking])).toMatchObject({ verdict: 'ask' });
    expect(decide([...guards, asking], [approvalBy('ada')])).toBeUndefined();
    // Where approval is not asked (the preview), it stays a question.
    expect(decide([asking], [approvalBy('ada')])).toMatchObject({ guard: 'asking', verdict: 'ask' });
  });

  it('an approval never overrules a refusal', () => {
    const refusing = guard('refusing', () => ({ verdict: 'refuse', limit: '-', found: 'no' }));
    const asking = guard('asking', () => ({ verdict: 'ask', limit: '-', found: '?' }));
    expect(decide([...guards, asking, refusing], [approvalBy('ada')])).toMatchObject({ guard: 'refusing' });
  });

  it('every guard has its own name and a sentence, and all but approval are asked before anybody is woken', () => {
    expect(new Set(guards.map(({ id }) => id)).size).toBe(guards.length);
    for (const { sentence } of guards) expect(sentence).toMatch(/^[A-Z].{20,}\.$/);
    expect(guards.filter(({ asked }) => !asked.includes('preview')).map(({ id }) => id)).toEqual(['approval']);
    expect(guards.every(({ asked }) => asked.includes('admission'))).toBe(true);
  });
});

describe('the verdict that decides', () => {
  const verdict = (guard: string, verdict: GuardVerdict['verdict'], more: Partial<GuardVerdict> = {}): GuardVerdict => ({
    guard,
    verdict,
    limit: '',
    found: '',
    setBy: '',
    ...more,
  });

  it('is one that waiting cannot mend, then the longest wait, then a question', () => {
    const soon = verdict('soon', 'refuse', { wait: true, freeAt: '2026-11-22T03:00:01Z' });
    const later = verdict('later', 'refuse', { wait: true, freeAt: '2026-11-22T03:00:09Z' });
    const all = [verdict('yes', 'allow'), verdict('question', 'ask'), soon, later, verdict('final', 'refuse')];
    const order: string[] = [];
    for (let rest = all; decisiveVerdict(rest); rest = rest.filter((one) => one !== decisiveVerdict(rest)))
      order.push(decisiveVerdict(rest)?.guard ?? '');
    expect(order).toEqual(['final', 'later', 'soon', 'question']);
  });

  it('says when it is free, on another day with the day, and when it asks again where it waits', () => {
    const refused = verdict('cooldown', 'refuse', { found: 'acted 11 min ago', freeAt: '2026-11-22T03:32:10.000Z' });
    expect(foundWords(refused)).toBe('acted 11 min ago, free 03:32:10Z');
    expect(foundWords(refused, Date.parse('2026-11-21T23:00:00Z'))).toBe('acted 11 min ago, free 2026-11-22 03:32:10Z');
    expect(foundWords({ ...refused, wait: true })).toBe('acted 11 min ago, asks again 03:32:10Z');
    expect(foundWords({ ...refused, verdict: 'allow' })).toBe('acted 11 min ago');
  });
});
