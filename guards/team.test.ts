import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuardFacts } from '../domain/admission.js';
import { askAll, calmFacts, calmState } from './facts.fixture.js';

const { target } = calmFacts();
const said = (team: Partial<GuardFacts['team']>, changes: Partial<GuardFacts['target']> = {}) =>
  askAll(calmFacts({ team: { name: 'team-web', ...team }, target: { ...target, ...changes } }), calmState()).of('team');
const here = { accounts: ['444455556666'], regions: ['eu-west-1'], tags: { opssentinel: 'allow' } };

describe('team', () => {
  it('a team that the policy gives no ground has all of the environment', () => {
    expect(said({})).toMatchObject({ verdict: 'allow', limit: 'team-web', found: 'all of the environment' });
    expect(said({ tags: {} })).toMatchObject({ verdict: 'allow', found: 'all of the environment' });
    expect(said({ name: '' })).toMatchObject({ limit: '-' });
  });

  it('allows what is on its own ground', () => {
    const { accounts, regions, tags } = here;
    for (const ground of [here, { accounts }, { regions }, { tags }])
      expect(said(ground)).toMatchObject({ verdict: 'allow', found: 'belongs to team-web' });
  });

  it.each<[string, Partial<GuardFacts['team']>, string]>([
    ['account', { accounts: ['1'] }, 'is in account 444455556666, which is not one of team-web'],
    ['no account at all', { accounts: [] }, 'is in account 444455556666, which is not one of team-web'],
    ['region', { regions: ['us-east-1'] }, 'is in eu-west-1, which is not one of team-web'],
    ['no region at all', { regions: [] }, 'is in eu-west-1, which is not one of team-web'],
    ['value of a tag', { tags: { opssentinel: 'no' } }, 'does not carry the tag opssentinel=no of team-web'],
    ['tag', { tags: { owner: 'web' } }, 'does not carry the tag owner=web of team-web'],
  ])('refuses what is of another %s, and says so', (_what, team, found) => {
    expect(said(team)).toMatchObject({ verdict: 'refuse', found: `i-0aa11bb22cc33dd44 ${found}` });
    expect(said({ ...here, ...team })?.verdict).toBe('refuse');
  });

  it('a tag that every object has is no tag', () => {
    const inherited = Object.create({ owner: 'web' }) as Record<string, string>;
    expect(said({ tags: { owner: 'web' } }, { tags: inherited })?.verdict).toBe('refuse');
  });

  it('allows exactly where account, region and every tag are among its own', () => {
    const some = fc.option(fc.subarray(['a', 'b', 'c']), { nil: undefined });
    const tags = fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2'));
    fc.assert(
      fc.property(some, some, fc.option(tags, { nil: undefined }), tags, (accounts, regions, wanted, carried) => {
        const team = {
          ...(accounts === undefined ? {} : { accounts }),
          ...(regions === undefined ? {} : { regions }),
          ...(wanted === undefined ? {} : { tags: wanted }),
        };
        const own =
          (accounts?.includes('a') ?? true) &&
          (regions?.includes('b') ?? true) &&
          Object.entries(wanted ?? {}).every(([key, value]) => carried[key] === value);
        expect(said(team, { account: 'a', region: 'b', tags: carried })?.verdict).toBe(own ? 'allow' : 'refuse');
      }),
    );
  });
});
