import { describe, expect, it } from '@jest/globals';
import { hash, policy } from '../../tests/support/rules.js';
import { assemble } from '../../rules/language/assemble.js';
import type { RuleSet } from '../../rules/language/set.js';
import { readYaml } from '../../rules/language/yaml.js';
import { installation } from '../installation.js';
import { ableOf, needsOf } from './needs.js';

const { registry, catalogue } = installation({});

function setWith(calendars: string): RuleSet {
  const { documents, problems } = readYaml('x.yaml', policy(calendars));
  const loaded = assemble(documents, problems, '/rules', catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ says }) => says).join('\n'));
  return loaded.set;
}

const change = (more = '') => `calendars:\n  - { use: aws.ssm.change-calendar, with: { calendars: [prod-changes] }${more} }`;
/** Accounts in which calendars need a right. */
const accounts = (set: RuleSet, integration: string, options = {}): string[] =>
  needsOf(set, registry, integration, options)
    .filter(({ because }) => because.startsWith('calendar '))
    .map(({ account, permissions, acts }) => `${account} ${permissions.join()}${acts ? ' acts' : ''}`);

describe('M18: what calendars need is given to the role that reads', () => {
  it('in every environment that the policy names them for, and nowhere without it', () => {
    expect(accounts(setWith(change()), 'aws')).toEqual([
      '111122223333 ssm:GetCalendarState',
      '444455556666 ssm:GetCalendarState',
    ]);
    expect(accounts(setWith(change(', env: [prod]')), 'aws')).toEqual(['444455556666 ssm:GetCalendarState']);
    expect(accounts(setWith(''), 'aws')).toEqual([]);
  });

  it('unnamed for those that are asked unnamed; as no rule’s own; within what a boundary allows', () => {
    expect(accounts(setWith(''), 'pagerduty')).toHaveLength(2);
    expect(accounts(setWith(change()), 'aws', { rulesOnly: true })).toEqual([]);
    expect(ableOf(registry, 'aws')).toContain('ssm:GetCalendarState');
  });
});
