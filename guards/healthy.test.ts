import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuardFacts, PastEffect } from '../domain/admission.js';
import { riskOrder } from '../domain/plan.js';
import type { GroupHealth } from '../domain/surroundings.js';
import { askAll, calmFacts, calmState, effectAgo, minute, standard } from './facts.fixture.js';

const web = (changes: Partial<GroupHealth> = {}): GroupHealth => ({
  name: 'instances with service=web',
  total: 6,
  healthy: 6,
  targetHealthy: true,
  ...changes,
});
const said = (group: Partial<GroupHealth>, healthyShare = standard.healthyShare, facts: Partial<GuardFacts> = {}) =>
  askAll(calmFacts({ surroundings: { group: web(group), people: [], unknown: [] }, ...facts }), calmState(), {
    ...standard,
    healthyShare,
  }).of('healthy');
const blind = { people: [], unknown: [{ what: 'group' as const, because: 'AccessDenied: ec2:DescribeInstances' }] };
const { step } = calmFacts();

describe('healthy', () => {
  it('row 24, G3: says how many would stay, of how many, where, and which share that is', () => {
    expect(said({})).toEqual({
      guard: 'healthy',
      verdict: 'allow',
      limit: '51 %',
      found: '5 of 6 would stay healthy in instances with service=web (83 %)',
      setBy: 'default',
    });
    expect(said({ healthy: 3 })).toMatchObject({
      verdict: 'refuse',
      found: '2 of 6 would stay healthy in instances with service=web (33 %)',
    });
  });

  it('G3: to the last unit: at the floor it is allowed, one fewer is refused', () => {
    const of100 = (healthy: number) => said({ total: 100, healthy })?.verdict;
    expect([of100(52), of100(51)]).toEqual(['allow', 'refuse']);
    // Two that stand in for each other: without one of them half is left.
    expect(said({ total: 2, healthy: 2 })?.verdict).toBe('refuse');
    expect(said({ total: 2, healthy: 2 }, 0.5)?.verdict).toBe('allow');
    expect(said({ total: 3, healthy: 3 })?.verdict).toBe('allow');
  });

  it('one that is ill itself takes nothing away from those that are well', () => {
    expect(said({ healthy: 4 })?.verdict).toBe('refuse');
    expect(said({ healthy: 4, targetHealthy: false })).toMatchObject({
      verdict: 'allow',
      found: '4 of 6 would stay healthy in instances with service=web (66 %)',
    });
  });

  it('what the group itself needs counts beside the share', () => {
    expect(said({ minimum: 5 })?.verdict).toBe('allow');
    expect(said({ minimum: 6 })).toMatchObject({
      verdict: 'refuse',
      found: '5 of 6 would stay healthy in instances with service=web (83 %); it needs 6',
    });
  });

  it('a group that says nothing of what it needs needs nothing', () => {
    expect(said({ total: 3, healthy: 1 }, 0)).toMatchObject({
      verdict: 'allow',
      found: '0 of 3 would stay healthy in instances with service=web (0 %)',
    });
  });

  it('alone there are no others that could carry it', () => {
    expect(said({ total: 1, healthy: 1 })).toMatchObject({
      verdict: 'allow',
      found: 'i-0aa11bb22cc33dd44 is alone in instances with service=web',
    });
    expect(askAll(calmFacts(), calmState()).of('healthy')).toMatchObject({
      verdict: 'allow',
      found: 'i-0aa11bb22cc33dd44 stands alone',
    });
  });

  it('of a type that tells no group it is said that no floor is kept', () => {
    const untold = (surroundings: object) =>
      askAll(calmFacts({ surroundings: { people: [], unknown: [], ...surroundings } }), calmState()).of('healthy');
    expect(untold({ untold: ['group'] })).toMatchObject({
      verdict: 'allow',
      found: 'not known of this kind of target (aws.ec2.instance); no floor is kept',
    });
    expect(untold({ untold: ['people'] })).toMatchObject({ found: 'i-0aa11bb22cc33dd44 stands alone' });
    expect(untold({ untold: ['group'], group: web({ healthy: 3 }) })?.verdict).toBe('refuse');
  });

  it('not knowing is not well; not knowing about people is another guard’s', () => {
    expect(said({}, 0.51, { surroundings: blind })).toMatchObject({
      verdict: 'refuse',
      found: 'its group could not be read: AccessDenied: ec2:DescribeInstances',
    });
    const unseen = { group: web(), people: [], unknown: [{ what: 'people' as const, because: 'x' }] };
    expect(said({}, 0.51, { surroundings: unseen })?.verdict).toBe('allow');
  });

  it('what only adds takes nothing away, however the group is', () => {
    const additive = { step: { ...step, risk: 'additive' as const } };
    expect(said({ healthy: 0, targetHealthy: false }, 0.51, additive)).toMatchObject({
      verdict: 'allow',
      found: 'takes nothing away',
    });
    expect(said({}, 0.51, { ...additive, surroundings: blind })?.verdict).toBe('allow');
    for (const risk of riskOrder.filter((one) => one !== 'additive'))
      expect(said({ healthy: 3 }, 0.51, { step: { ...step, risk } })?.verdict).toBe('refuse');
  });

  it('figures that cannot be, of a group of none, refuse', () => {
    expect(said({ total: 0, healthy: 0, targetHealthy: false })?.verdict).toBe('refuse');
    expect(said({ healthy: Number.NaN })?.verdict).toBe('refuse');
    expect(said({}, Number.NaN)?.verdict).toBe('refuse');
  });

  it('G3: no group of several is ever allowed in which the healthy others are fewer than the share or the minimum', () => {
    const group = fc.integer({ min: 2, max: 500 }).chain((total) =>
      fc.record({
        total: fc.constant(total),
        others: fc.integer({ min: 0, max: total - 1 }),
        own: fc.boolean(),
        minimum: fc.option(fc.integer({ min: 0, max: total }), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(group, fc.double({ min: 0, max: 1, noNaN: true }), ({ total, others, own, minimum }, share) => {
        const health = {
          total,
          healthy: others + (own ? 1 : 0),
          targetHealthy: own,
          ...(minimum === undefined ? {} : { minimum }),
        };
        const enough = others / total >= share && others >= (minimum ?? 0);
        expect(said(health, share)?.verdict).toBe(enough ? 'allow' : 'refuse');
      }),
    );
  });

  it('row 25, G3: what this run itself has taken away, and not yet seen to be well again, is missing as well', () => {
    const found = (effects: PastEffect[]) =>
      askAll(calmFacts({ surroundings: { group: web(), people: [], unknown: [] } }), calmState({ effects })).of('healthy')?.found;
    const own = (targetId: string, changes: Partial<PastEffect> = {}) =>
      effectAgo(minute, { incident: calmFacts().incidentId, targetId, ...changes });
    const left = (count: number) => expect.stringMatching(new RegExp(`^${count} of 6 would stay healthy`)) as unknown;
    expect(found([own('i-a'), own('i-b')])).toEqual(left(3));
    // Two effects on one target are one that is away.
    expect(found([own('i-a'), own('i-a')])).toEqual(left(4));
    expect(found([own('i-a', { verified: true }), own('i-b', { verified: false })])).toEqual(left(5));
    expect(found([own('i-a', { incident: 'pagerduty:OTHER' })])).toEqual(left(5));
    expect(found([own(calmFacts().target.id)])).toEqual(left(5));
  });
});
