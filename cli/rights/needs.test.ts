import { describe, expect, it } from '@jest/globals';
import { hash, policy, rule } from '../../tests/support/rules.js';
import { assemble } from '../../rules/language/assemble.js';
import type { RuleSet } from '../../rules/language/set.js';
import { readYaml } from '../../rules/language/yaml.js';
import { installation } from '../installation.js';
import { ableOf, accountsOf, needsOf } from './needs.js';

const { registry, catalogue } = installation({});

function setWith(calendars: string, ...more: string[]): RuleSet {
  const { documents, problems } = readYaml('x.yaml', [policy(calendars), ...more].join('\n---\n'));
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

describe('row 28: what a runbook is stopped on', () => {
  const automation = (more: string): string => `apiVersion: opssentinel.dev/v1
runbook: restart
owner: platform
uses: aws.ssm.start-automation
target: aws.ec2.instance
with: { document: Restart, version: "7", sha256: "${'a'.repeat(64)}", parameters: { InstanceId: { from: target.name } } }
risk: disruptive
${more}`;
  const lines = (more: string, mode: string) =>
    needsOf(setWith('', automation(more), rule('cpu', mode)), registry, 'aws', { rulesOnly: true })
      .filter(({ because }) => because.startsWith('stopOn '))
      .map(({ account, permissions, readBy, acts }) => [account, permissions, readBy, acts]);

  it('is read by whoever waits for the effect: the acting role, where somebody acts', () => {
    const stopOn = 'stopOn: { check: aws.cloudwatch.alarm-ok, with: { alarm: errors } }';
    expect(lines(stopOn, 'mode: { staging: auto }')).toEqual([
      ['111122223333', ['cloudwatch:DescribeAlarms'], 'both', true],
      ['444455556666', ['cloudwatch:DescribeAlarms'], 'both', false],
    ]);
    expect(lines('', 'mode: { staging: auto }')).toEqual([]);
    const wish = { accounts: accountsOf(setWith('')), able: [], protected: [], principals: {}, documents: new Map() };
    const needs = needsOf(setWith('', automation(stopOn), rule('cpu', 'mode: { staging: auto }')), registry, 'aws', {
      rulesOnly: true,
    });
    const files = registry.integrations.get('aws')?.rights?.make({ ...wish, needs }).files ?? [];
    const acting = files.filter(({ name, account }) => name === 'act.json' && account === '111122223333');
    expect(acting.flatMap(({ lines: all }) => all.flatMap(({ actions }) => actions))).toContain('cloudwatch:DescribeAlarms');
  });
});
