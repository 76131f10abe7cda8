import { expect, it } from '@jest/globals';
import { hashScope, holdKinds, holdScopePattern, holdScopes, holdScopeWords } from './hold.js';

const subject = { environment: 'prod', service: 'PSVC002', rule: 'cpu', action: 'aws.ec2.reboot', targetId: 'arn:i-1' };

it('row 26: an effect is covered by every scope that it stands in, each by its own name', () => {
  expect(holdScopes(subject)).toEqual([
    'all',
    'environment:prod',
    'service:PSVC002',
    'rule:cpu',
    'action:aws.ec2.reboot',
    'target:arn:i-1',
  ]);
});

it('says which kinds there are, in the order in which they are offered', () => {
  expect(holdKinds).toEqual(['stop', 'freeze', 'maintenance', 'brake', 'demotion']);
});

it('and by domain, team, runbook and every hash that can be revoked, where they are known', () => {
  const more = { domain: '1/eu-west-1/ec2', team: 'web', runbook: 'restart', hashes: ['aa', 'bb'] };
  expect(holdScopes({ ...subject, ...more }).slice(6)).toEqual([
    'domain:1/eu-west-1/ec2',
    'team:web',
    'runbook:restart',
    'hash:aa',
    'hash:bb',
  ]);
  expect(hashScope('aa')).toBe('hash:aa');
});

it('whoever holds something writes one of its scopes, and nothing before or behind it', () => {
  const more = { domain: '1/eu-west-1/ec2', team: 'web', runbook: 'restart', hashes: ['0123456789abcdef'.repeat(4)] };
  const scopes = holdScopes({ ...subject, ...more });
  expect(scopes.filter((scope) => !holdScopePattern.test(scope))).toEqual([]);
  const hash = `hash:${'a'.repeat(64)}`;
  const none = ['', 'all of it', 'not all', 'team:', 'team: ', 'team:a b', 'xteam:web', 'region:x', `x${hash}`, `${hash}a`];
  const hashes = [hash.slice(0, -1), `hash:${'G'.repeat(64)}`, `hash:${'A'.repeat(64)}`];
  expect([...none, ...hashes].filter((scope) => holdScopePattern.test(scope))).toEqual([]);
});

it('a scope that is none is answered with all that there are', () => {
  expect(holdScopeWords).toBe(
    'all, environment:…, service:…, rule:…, runbook:…, action:…, target:…, domain:<account>/<region>/<service>, team:… or hash:…',
  );
});
