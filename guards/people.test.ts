import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Surroundings } from '../domain/surroundings.js';
import { approvalBy, askAll, calmFacts, calmState } from './facts.fixture.js';

const said = (surroundings: Partial<Surroundings>) =>
  askAll(calmFacts({ surroundings: { people: [], unknown: [], ...surroundings } }), calmState()).of('people');
const ada = 'ada by Session Manager since 03:10:12Z';
const grace = 'grace by Session Manager since 03:12:01Z';

describe('people', () => {
  it('G14: hands off what somebody is working on, and says who and since when', () => {
    expect(said({ people: [ada] })).toEqual({
      guard: 'people',
      verdict: 'refuse',
      limit: 'nobody',
      found: 'ada by Session Manager since 03:10:12Z: hands off',
      setBy: 'default',
    });
    expect(said({ people: [ada, grace] })).toMatchObject({ verdict: 'refuse', found: `${ada} and ${grace}: hands off` });
    expect(said({})).toMatchObject({ verdict: 'allow', limit: 'nobody', found: 'nobody works on it' });
  });

  it('G14: an approval does not move somebody out of the way', () => {
    const busy = calmFacts({ mode: 'approve', surroundings: { people: [ada], unknown: [] } });
    expect(askAll(busy, calmState({ approvals: [approvalBy('ada')] })).decisive).toMatchObject({ guard: 'people' });
  });

  it('not knowing who is there is a refusal; not knowing the group is another guard’s', () => {
    expect(said({ unknown: [{ what: 'people', because: 'AccessDenied: ssm:DescribeSessions' }] })).toMatchObject({
      verdict: 'refuse',
      limit: 'nobody',
      found: 'not known who works on it: AccessDenied: ssm:DescribeSessions',
    });
    expect(said({ unknown: [{ what: 'group', because: 'x' }] })?.verdict).toBe('allow');
  });

  it('of a type that never tells, that is said, and refuses nobody; somebody who is there is still left alone', () => {
    expect(said({ untold: ['people'] })).toMatchObject({
      verdict: 'allow',
      found: 'not known: aws.ec2.instance does not tell who works on it',
    });
    expect(said({ untold: ['group'] })).toMatchObject({ found: 'nobody works on it' });
    expect(said({ untold: ['people'], people: [ada] })?.verdict).toBe('refuse');
    expect(said({ untold: ['people'], unknown: [{ what: 'people', because: 'x' }] })?.verdict).toBe('refuse');
  });

  it('is allowed when it is known that nobody is there, and never else', () => {
    const unknown = fc.array(fc.record({ what: fc.constantFrom('group' as const, 'people' as const), because: fc.string() }));
    fc.assert(
      fc.property(fc.array(fc.string()), unknown, (people, blind) => {
        const free = people.length === 0 && blind.every(({ what }) => what === 'group');
        expect(said({ people, unknown: blind })?.verdict).toBe(free ? 'allow' : 'refuse');
      }),
    );
  });
});
