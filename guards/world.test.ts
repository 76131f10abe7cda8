import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuardFacts } from '../domain/admission.js';
import type { Hold } from '../domain/hold.js';
import { askAll, calmFacts, calmState, now, standard } from './facts.fixture.js';
import { fits } from './glob.js';

const hold = (changes: Partial<Hold> = {}): Hold => ({
  id: 'H1',
  kind: 'stop',
  scope: 'all',
  reason: 'just looking',
  owner: 'ada',
  since: '2026-11-22T03:00:00Z',
  ...changes,
});
const decided = (facts: Partial<GuardFacts>, state = calmState()) => askAll(calmFacts(facts), state).decisive;

it('with nothing against it, every guard allows', () => {
  const { verdicts, decisive } = askAll(calmFacts(), calmState());
  expect(decisive).toBeUndefined();
  expect(verdicts.map(({ guard }) => guard)).toEqual([
    'stop',
    'target',
    'team',
    'incident',
    'firingFor',
    'corroborate',
    'fresh',
    'freeze',
    'deploys',
    'onAcknowledge',
    'people',
    'healthy',
    'oneAtATime',
    'domainLease',
    'cooldown',
    'sameFix',
    'brake',
    'budget',
    'startBy',
    'risk',
    'approval',
  ]);
});

describe('stop', () => {
  it.each(['stop', 'freeze', 'maintenance', 'brake'] as const)(
    'rows 17, 26, 27: a %s in force refuses, and says whose it is',
    (kind) => {
      expect(decided({}, calmState({ holds: [hold({ kind })] }))).toMatchObject({
        guard: 'stop',
        verdict: 'refuse',
        found: `${kind} of all by ada: just looking; it stands until two people lift it: opssentinel resume ${hold().id}`,
      });
    },
  );

  it('says when it ends, by the one that lasts longest', () => {
    const holds = [hold({ until: '2026-11-22T04:00:00Z' }), hold({ until: '2026-11-23T04:00:00Z', reason: 'year end' })];
    expect(decided({}, calmState({ holds }))).toMatchObject({
      found: 'stop of all by ada: year end and 1 other hold',
      freeAt: '2026-11-23T04:00:00.000Z',
    });
    expect(decided({}, calmState({ holds: [...holds, hold()] }))?.freeAt).toBeUndefined();
  });

  it('a hold that has run out allows; one whose end cannot be read does not', () => {
    expect(decided({}, calmState({ holds: [hold({ until: new Date(now).toISOString() })] }))).toBeUndefined();
    expect(decided({}, calmState({ holds: [hold({ until: 'tomorrow' })] }))).toMatchObject({ guard: 'stop' });
  });
});

describe('target', () => {
  const { target } = calmFacts();
  it.each<[string, Partial<GuardFacts>, RegExp]>([
    ['none', { target: { ...target, id: '' } }, /no target/],
    ['a wildcard', { target: { ...target, id: 'arn:aws:ec2:eu-west-1:444455556666:instance/*' } }, /not one concrete/],
    ['several', { target: { ...target, id: 'i-1,i-2' } }, /not one concrete/],
    ['another environment', { target: { ...target, environment: 'staging' } }, /is in staging/],
    ['no account', { target: { ...target, account: '' } }, /not known in which account/],
    ['an ARN of another account', { target: { ...target, account: '111122223333' } }, /is in account 444455556666/],
    ['an ARN of another region', { target: { ...target, region: 'us-east-1' } }, /is in eu-west-1/],
    ['no tag', { target: { ...target, tags: {} } }, /does not carry the tag opssentinel=allow/],
    ['another value of the tag', { target: { ...target, tags: { opssentinel: 'no' } } }, /it has opssentinel=no/],
    [
      'a protecting tag',
      { target: { ...target, tags: { opssentinel: 'allow', keep: 'out' } }, protected: [{ tag: { keep: 'out' } }] },
      /protected: tag keep=out/,
    ],
    ['a protected ARN', { protected: [{ arn: 'arn:aws:ec2:*:*:instance/i-0aa*' }] }, /protected: arn/],
    [
      'a failed requirement',
      { required: [{ text: 'target.autoScalingGroup == ""', holds: false, found: '"web-asg"' }] },
      /target.autoScalingGroup == "" does not hold: "web-asg"/,
    ],
    ['no opt-in tag in the policy', { optInTag: { key: '', value: '' } }, /names no opt-in tag/],
  ])('refuses %s', (_what, facts, found) => {
    expect(decided(facts)).toMatchObject({ guard: 'target', verdict: 'refuse', found: expect.stringMatching(found) });
  });

  it('a tag name that every object has is no tag', () => {
    expect(decided({ optInTag: { key: 'constructor', value: '' } })).toMatchObject({ guard: 'target' });
  });

  it('no pattern of `*` alone spares anything, and no text is slow', () => {
    fc.assert(fc.property(fc.string(), (id) => fits('*', id) && fits(id, id.replaceAll(/[*?]/g, 'x'))));
    expect(fits(`${'*a'.repeat(50)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('incident', () => {
  const { incident } = calmFacts();
  it('row 5: refuses what is resolved or merged', () => {
    expect(decided({ incident: { ...incident, status: 'resolved' } })).toMatchObject({
      guard: 'incident',
      found: 'pagerduty says resolved',
    });
    expect(decided({ incident: { ...incident, mergedInto: 'Q0HX000' } })).toMatchObject({
      guard: 'incident',
      found: 'pagerduty says merged into Q0HX000',
    });
  });
});

describe('corroborate', () => {
  const { witness } = calmFacts();
  it.each(['clear', 'unknown'] as const)('a witness that says %s refuses', (state) => {
    expect(decided({ witness: { ...witness, state, says: 'DescribeAlarms: OK' } })).toMatchObject({
      guard: 'corroborate',
      verdict: 'refuse',
      found: `DescribeAlarms: OK (${state})`,
    });
  });
});

describe('onAcknowledge', () => {
  const { incident } = calmFacts();
  const taken = { ...incident, status: 'acknowledged', heldBy: [{ id: 'PADA', name: 'Ada' }] } as const;
  const held = { incident: { ...taken, heldBy: [...taken.heldBy] } };

  it('stands down when a human has it, by default', () => {
    expect(decided(held)).toMatchObject({ guard: 'onAcknowledge', verdict: 'refuse', limit: 'standDown', found: 'Ada has it' });
  });

  it('asks where the rule says so', () => {
    expect(askAll(calmFacts(held), calmState(), { ...standard, onAcknowledge: 'ask' }).decisive).toMatchObject({
      guard: 'onAcknowledge',
      verdict: 'ask',
    });
  });

  it('our own acknowledgement is nobody; somebody nameless is somebody', () => {
    expect(decided({ incident: { ...taken, heldBy: [{ id: 'PAGENT1', name: 'OpsSentinel' }] } })).toBeUndefined();
    expect(decided({ incident: { ...taken, heldBy: [] } })).toMatchObject({
      guard: 'onAcknowledge',
      found: 'acknowledged by somebody',
    });
  });
});
