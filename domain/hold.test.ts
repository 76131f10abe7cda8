import { expect, it } from '@jest/globals';
import { holdScopes } from './hold.js';

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
