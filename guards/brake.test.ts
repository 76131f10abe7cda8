import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AdmissionState, LiftedHold, PastEffect, RecentIncident } from '../domain/admission.js';
import { askAll, calmFacts, calmState, effectAgo, hour, minute, now, standard } from './facts.fixture.js';

const domain = '444455556666/eu-west-1/ec2';
const action = calmFacts().step.action;
const incidentAgo = (ms: number, failureDomain = domain): RecentIncident => ({
  incident: `x:${ms}`,
  at: now - ms,
  failureDomain,
});
const many = (count: number, everyMs: number, failureDomain = domain) =>
  Array.from({ length: count }, (_, n) => incidentAgo(n * everyMs, failureDomain));
const unhelped = (ms: number, changes = {}) => effectAgo(ms, { action, verified: false, verifiedAt: now - ms, ...changes });
const said = (state: Partial<AdmissionState>) => askAll(calmFacts(), calmState(state)).of('brake');
const lift = (scope: string, ago: number, kind: LiftedHold['kind'] = 'brake'): LiftedHold => ({ kind, scope, at: now - ago });

describe('brake', () => {
  it('N6, G7: the third incident in one failure domain within 10 min stops that domain', () => {
    const reason = `3 incidents in ${domain} in 10 min`;
    expect(said({ incidents: many(3, minute) })).toEqual({
      guard: 'brake',
      verdict: 'refuse',
      limit: '3/10m',
      found: `${reason}: stopped until somebody lifts it, see opssentinel holds`,
      places: [{ kind: 'brake', scope: `domain:${domain}`, reason }],
      setBy: 'default',
    });
    expect(said({ incidents: many(2, minute) })).toMatchObject({ verdict: 'allow', limit: '3/10m', found: '2 lately here' });
    expect(said({ incidents: many(2, minute) })?.places).toBeUndefined();
  });

  it('counts to the millisecond; a time that cannot be read counts', () => {
    const third = (ms: number) => said({ incidents: [...many(2, minute), incidentAgo(ms)] })?.verdict;
    expect([third(10 * minute - 1), third(10 * minute), third(Number.NaN)]).toEqual(['refuse', 'allow', 'refuse']);
  });

  it('incidents of another domain, or of none, are no business of this one', () => {
    for (const other of ['444455556666/eu-west-1/ecs', '111122223333/eu-west-1/ec2', '444455556666/us-east-1/ec2', ''])
      expect(said({ incidents: [...many(2, minute), ...many(9, 1_000, other)] })?.verdict).toBe('allow');
  });

  it('G7: an action that did not help three times within an hour is stopped, wherever it did not', () => {
    const three = [minute, 20 * minute, hour - 1].map((ms) => unhelped(ms));
    const reason = `3 effects of ${action} in 1 h did not help`;
    expect(said({ effects: three })).toMatchObject({
      verdict: 'refuse',
      limit: '3/1h',
      places: [{ kind: 'brake', scope: `action:${action}`, reason }],
    });
    expect(said({ effects: three.slice(1) })?.verdict).toBe('allow');
    expect(said({ effects: [...three.slice(0, 2), unhelped(hour)] })?.verdict).toBe('allow');
  });

  it('what helped, what is still looked at, and what another action did, do not count', () => {
    const two = [unhelped(minute), unhelped(2 * minute)];
    const { verified: _verified, ...open } = unhelped(3 * minute);
    for (const third of [
      unhelped(3 * minute, { verified: true }),
      open,
      unhelped(3 * minute, { action: 'aws.ec2.reboot-instance' }),
    ])
      expect(said({ effects: [...two, third] })?.verdict).toBe('allow');
  });

  it('G7: what nobody saw help counts as well: of unknown end from its end on, never verified from when it should have been', () => {
    const two = [unhelped(minute), unhelped(2 * minute)];
    const { verified: _verified, verifiedAt: _at, ...open } = unhelped(3 * hour);
    const third = (became: Partial<PastEffect>) => said({ effects: [...two, { ...open, overAt: open.at, ...became }] });
    const reason = `3 effects of ${action} in 1 h did not visibly help`;
    expect(third({ verifyBy: now - 10 * minute })).toMatchObject({ verdict: 'refuse', places: [{ kind: 'brake', reason }] });
    expect(third({ verifyBy: now })?.verdict).toBe('allow');
    // Long ago it should have been seen: no more of this hour than one that was seen then.
    expect(third({ verifyBy: now - 2 * hour })?.verdict).toBe('allow');
    const unknown = { status: 'unknown', verifyBy: now + hour };
    expect(third({ ...unknown, overAt: now - minute })?.verdict).toBe('refuse');
    expect(third({ ...unknown, overAt: now - hour })?.verdict).toBe('allow');
    expect(third({ status: 'unknown', overAt: now - minute })?.verdict).toBe('allow');
    expect(third({ status: 'not-done', verifyBy: now - 10 * minute })?.verdict).toBe('allow');
  });

  it('an effect counts from when it was seen not to help, not from when it was done', () => {
    const late = [5, 6, 7].map((n) => unhelped(2 * hour, { verifiedAt: now - n * minute }));
    expect(said({ effects: late })?.verdict).toBe('refuse');
    const { verifiedAt: _at, ...undated } = unhelped(2 * hour);
    expect(said({ effects: [...late.slice(1), undated] })?.verdict).toBe('allow');
  });

  it('G13: twenty incidents in 5 min, wherever, stop everything', () => {
    const spread = Array.from({ length: 20 }, (_, n) => incidentAgo(n * 1_000, `account-${n}/eu-west-1/ec2`));
    expect(said({ incidents: spread })).toMatchObject({
      verdict: 'refuse',
      limit: '20/5m',
      found: '20 incidents in 5 min: stopped until somebody lifts it, see opssentinel holds',
      places: [{ kind: 'brake', scope: 'all' }],
    });
    expect(said({ incidents: spread.slice(1) })?.verdict).toBe('allow');
    expect(said({ incidents: [...spread.slice(1), incidentAgo(5 * minute, 'x')] })?.verdict).toBe('allow');
    expect(said({ incidents: [...spread.slice(1), incidentAgo(5 * minute - 1, 'x')] })?.verdict).toBe('refuse');
  });

  it('N6: lifting one begins its count anew, and that of no other', () => {
    const three = many(3, minute);
    expect(said({ incidents: three, lifted: [lift(`domain:${domain}`, 0)] })).toMatchObject({ found: '0 lately here' });
    // What came at the very moment of the lift had been seen by whoever lifted it.
    expect(said({ incidents: three, lifted: [lift(`domain:${domain}`, 2 * minute)] })?.verdict).toBe('allow');
    expect(said({ incidents: three, lifted: [lift(`domain:${domain}`, 2 * minute + 1)] })?.verdict).toBe('refuse');
    expect(said({ incidents: three, lifted: [lift('all', 0)] })?.verdict).toBe('refuse');
    expect(said({ incidents: three, lifted: [lift(`domain:${domain}`, 0, 'demotion')] })?.verdict).toBe('refuse');
    expect(said({ incidents: three, lifted: [lift(`action:${action}`, 0)] })?.verdict).toBe('refuse');
  });

  it('N6: never allows where any of the three counts, within its window and since its last lift, has reached its limit', () => {
    const incident = fc.record({ ago: fc.integer({ min: 0, max: 20 * minute }), here: fc.boolean() });
    const effect = fc.record({ ago: fc.integer({ min: 0, max: 2 * hour }), same: fc.boolean(), helped: fc.boolean() });
    const scopes = [`domain:${domain}`, `action:${action}`, 'all'];
    const lifts = fc.array(fc.record({ scope: fc.constantFrom(...scopes), ago: fc.integer({ min: 0, max: 2 * hour }) }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.array(incident, { maxLength: 30 }),
        fc.array(effect, { maxLength: 6 }),
        lifts,
        (incidents, effects, ended) => {
          const since = (scope: string, window: number) =>
            Math.min(window, ...ended.filter((one) => one.scope === scope).map(({ ago }) => ago));
          const reached = [
            incidents.filter(({ ago, here }) => here && ago < since(`domain:${domain}`, 10 * minute)).length >= 3,
            effects.filter(({ ago, same, helped }) => same && !helped && ago < since(`action:${action}`, hour)).length >= 3,
            incidents.filter(({ ago }) => ago < since('all', 5 * minute)).length >= 20,
          ];
          const state = {
            incidents: incidents.map(({ ago, here }) => incidentAgo(ago, here ? domain : 'elsewhere')),
            effects: effects.map(({ ago, same, helped }) =>
              unhelped(ago, { verified: helped, ...(same ? {} : { action: 'x' }) }),
            ),
            lifted: ended.map(({ scope, ago }) => lift(scope, ago)),
          };
          const verdict = said(state);
          expect(verdict?.verdict).toBe(reached.some(Boolean) ? 'refuse' : 'allow');
          expect((verdict?.places ?? []).length > 0).toBe(reached.some(Boolean));
        },
      ),
    );
  });

  it('a limit that is no number stops', () => {
    const broken = { ...standard, brake: { ...standard.brake, domain: { count: Number.NaN, perMs: minute } } };
    expect(askAll(calmFacts(), calmState(), broken).of('brake')?.verdict).toBe('refuse');
  });
});
