import { expect, it } from '@jest/globals';
import type { Decision } from '../../domain/plan.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { roomOf } from './room.js';

const planned = (report: object, team = 'team-web'): Decision => ({ plan: { team, report } }) as unknown as Decision;
const rulesWith = (channels: Record<string, string>) => {
  const set = setOf(policy(), runbook(), rule());
  const teams = Object.fromEntries(Object.entries(channels).map(([team, slack]) => [team, { slack }]));
  return { rules: () => ({ ...set, policy: { ...set.policy, doc: { ...set.policy.doc, teams } } }) };
};

it.each<[string, object, Record<string, string>, object]>([
  ['the rule’s channel is told', { slack: '#rule' }, {}, { slack: '#rule' }],
  ['the rule’s rather than its team’s', { slack: '#rule' }, { 'team-web': '#team' }, { slack: '#rule' }],
  ['else its team’s', {}, { 'team-web': '#team', 'team-other': '#other' }, { slack: '#team' }],
  ['another team’s never', {}, { 'team-other': '#other' }, {}],
])('%s', (_what, report, channels, expected) => {
  expect(roomOf(rulesWith(channels), planned(report))).toEqual(expected);
});

it('without a plan nobody knows whose it is', () => {
  const nothing = { concluded: 'nothing', because: 'no rule matches' } as unknown as Decision;
  expect(roomOf(rulesWith({ 'team-web': '#team' }), nothing)).toEqual({});
  expect(roomOf(rulesWith({ 'team-web': '#team' }), undefined)).toEqual({});
});
