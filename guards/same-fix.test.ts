import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LiftedHold, PastEffect } from '../domain/admission.js';
import { askAll, calmFacts, calmState, effectAgo, hour, minute, now, standard } from './facts.fixture.js';

const mine = calmFacts().target.id;
const day = 24 * hour;
const failed = (ms: number, changes: Partial<PastEffect> = {}): PastEffect =>
  effectAgo(ms, { targetId: mine, runbook: 'restart-ec2-instance', verified: false, ...changes });
const said = (effects: PastEffect[], lifted: LiftedHold[] = [], sameFix = standard.sameFix) =>
  askAll(calmFacts(), calmState({ effects, lifted }), { ...standard, sameFix }).of('sameFix');
const lift = (ago: number, changes: Partial<LiftedHold> = {}): LiftedHold => ({
  kind: 'demotion',
  scope: 'rule:ec2-cpu-high',
  at: now - ago,
  ...changes,
});

describe('sameFix', () => {
  it('row 22, G12: what did not help twice is not tried a third time, and the rule asks from then on', () => {
    const reason = 'restart-ec2-instance did not help on i-0aa11bb22cc33dd44 2 times in 1 d';
    expect(said([failed(hour), failed(2 * hour)])).toEqual({
      guard: 'sameFix',
      verdict: 'refuse',
      limit: '2/24h',
      found: reason,
      places: [{ kind: 'demotion', scope: 'rule:ec2-cpu-high', reason }],
      setBy: 'default',
    });
    expect(said([failed(hour)])).toMatchObject({ verdict: 'allow', found: '1 failed' });
    expect(said([failed(hour)])?.places).toBeUndefined();
  });

  it.each<[string, Partial<PastEffect>]>([
    ['another runbook', { runbook: 'reboot-ec2-instance' }],
    ['a runbook that is not known', { runbook: '' }],
    ['another target', { targetId: `${mine}0` }],
    ['what helped', { verified: true }],
  ])('%s does not count', (_what, change) => {
    expect(said([failed(hour), failed(2 * hour, change)])?.verdict).toBe('allow');
  });

  const { verified: _verified, ...open } = failed(2 * hour);

  it('what has not been seen yet does not count as failed', () => {
    expect(said([failed(hour), open])?.verdict).toBe('allow');
    expect(said([failed(hour), { ...open, overAt: open.at, verifyBy: now }])?.verdict).toBe('allow');
  });

  it('row 22, G12: what nobody saw help counts: of unknown end at once, never verified as soon as it should have been', () => {
    const looked = { ...open, overAt: open.at, verifyBy: now - 5 * minute };
    expect(said([failed(hour), looked])?.verdict).toBe('allow');
    expect(said([failed(hour), { ...looked, verifyBy: now - 5 * minute - 1 }])).toMatchObject({
      verdict: 'refuse',
      found: 'restart-ec2-instance did not visibly help on i-0aa11bb22cc33dd44 2 times in 1 d',
    });
    expect(said([failed(hour), { ...looked, verifyBy: Number.NaN }])?.verdict).toBe('refuse');
    expect(said([failed(hour), { ...looked, verifyBy: now + hour, status: 'unknown' }])?.verdict).toBe('refuse');
    expect(said([failed(hour), { ...looked, verifyBy: 0, verified: true }])?.verdict).toBe('allow');
  });

  it.each<[string, Partial<PastEffect>]>([
    ['what was not done', { status: 'not-done', verifyBy: 0 }],
    ['an undo, which is never verified', { status: 'succeeded', overAt: open.at }],
    ['an undo of which nobody knows whether it was done', { status: 'unknown', overAt: open.at }],
  ])('%s does not count as seen not to help', (_what, became) => {
    expect(said([failed(hour), { ...open, ...became }])?.verdict).toBe('allow');
  });

  it('counts to the millisecond for so long; a time that cannot be read counts', () => {
    expect(said([failed(hour), failed(day - 1)])?.verdict).toBe('refuse');
    expect(said([failed(hour), failed(day)])?.verdict).toBe('allow');
    expect(said([failed(hour), failed(Number.NaN)])?.verdict).toBe('refuse');
  });

  it('row 22: lifting the demotion begins the count anew, for that rule alone', () => {
    const twice = [failed(hour), failed(2 * hour)];
    expect(said(twice, [lift(30 * minute)])).toMatchObject({ verdict: 'allow', found: '0 failed' });
    expect(said(twice, [lift(hour)])?.verdict).toBe('allow');
    // One of the two came after it.
    expect(said(twice, [lift(hour + 1)])).toMatchObject({ verdict: 'allow', found: '1 failed' });
    expect(said(twice, [lift(3 * hour)])?.verdict).toBe('refuse');
    expect(said(twice, [lift(minute, { scope: 'rule:other' })])?.verdict).toBe('refuse');
    expect(said(twice, [lift(minute, { kind: 'brake' })])?.verdict).toBe('refuse');
  });

  it('no times at all is never allowed to begin', () => {
    expect(said([], [], { count: 0, perMs: day })?.verdict).toBe('refuse');
  });

  it('refuses exactly where so many failures of this runbook on this target came in the window and after the last lift', () => {
    const effect = fc.record({ ago: fc.integer({ min: 0, max: 3 * day }), same: fc.boolean(), helped: fc.boolean() });
    const lifts = fc.array(fc.integer({ min: 0, max: 3 * day }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(effect, { maxLength: 8 }), lifts, fc.integer({ min: 1, max: 4 }), (list, ended, count) => {
        const effects = list.map(({ ago, same, helped }) =>
          failed(ago, { verified: helped, ...(same ? {} : { targetId: 'x' }) }),
        );
        const since = Math.min(day, ...ended);
        const counting = list.filter(({ ago, same, helped }) => same && !helped && ago < since).length;
        const verdict = said(
          effects,
          ended.map((ago) => lift(ago)),
          { count, perMs: day },
        )?.verdict;
        expect(verdict).toBe(counting >= count ? 'refuse' : 'allow');
      }),
    );
  });
});
