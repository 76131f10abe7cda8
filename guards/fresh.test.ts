import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askAll, calmFacts, calmState, minute, now, standard } from './facts.fixture.js';

const calm = calmFacts();
const iso = (at: number) => new Date(at).toISOString();
const said = (alert: string, target: string, clocks: { now?: number; readNow?: number; ledger?: number } = {}) =>
  askAll(
    calmFacts({
      ...(clocks.now === undefined ? {} : { now: clocks.now }),
      readNow: clocks.readNow ?? now,
      witness: { ...calm.witness, readAt: alert },
      target: { ...calm.target, readAt: target },
    }),
    calmState(clocks.ledger === undefined ? {} : { now: clocks.ledger }),
  ).of('fresh');
const just = iso(now);

describe('fresh', () => {
  it('allows what was read just now, to the millisecond', () => {
    expect(said(just, just)).toMatchObject({ verdict: 'allow', limit: '60 s', found: 'alert and target read just now' });
    expect(said(iso(now - minute), iso(now - minute))?.verdict).toBe('allow');
    expect(said(iso(now - minute - 1), just)).toMatchObject({ verdict: 'refuse', found: 'the alert was read 60 s ago' });
    expect(said(just, iso(now - minute - 1))).toMatchObject({
      verdict: 'refuse',
      found: 'i-0aa11bb22cc33dd44 was read 60 s ago',
    });
  });

  it('a clock that runs ahead a little is none that lies', () => {
    expect(said(iso(now + 5 * minute), just)?.verdict).toBe('allow');
    expect(said(just, iso(now + 5 * minute + 1))).toMatchObject({
      verdict: 'refuse',
      found: 'i-0aa11bb22cc33dd44 was read in time to come',
    });
  });

  it.each(['', 'yesterday', 'NaN'])('what has no date (%j) refuses', (none) => {
    expect(said(none, just)).toMatchObject({ verdict: 'refuse', found: 'it is not known when the alert was read' });
    expect(said(just, none)).toMatchObject({ verdict: 'refuse', found: 'it is not known when i-0aa11bb22cc33dd44 was read' });
  });

  it('dates are compared with the clock of whoever read, not with the ledger’s', () => {
    const apart = 30 * minute;
    expect(said(just, just, { ledger: now + apart })?.verdict).toBe('allow');
    expect(said(just, just, { readNow: now + apart })?.verdict).toBe('refuse');
  });

  it('is allowed exactly where both ages lie within the window', () => {
    const age = fc.integer({ min: -10 * minute, max: 5 * minute });
    fc.assert(
      fc.property(age, age, fc.integer({ min: 0, max: 3 * minute }), (ofAlert, ofTarget, freshMs) => {
        const facts = calmFacts({
          witness: { ...calm.witness, readAt: iso(now - ofAlert) },
          target: { ...calm.target, readAt: iso(now - ofTarget) },
        });
        const good = [ofAlert, ofTarget].every((ms) => ms <= freshMs && ms >= -5 * minute);
        expect(askAll(facts, calmState(), { ...standard, freshMs }).of('fresh')?.verdict).toBe(good ? 'allow' : 'refuse');
      }),
    );
  });
});
