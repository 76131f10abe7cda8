import type { Target } from '../../../domain/target.js';

export const instance = (id: string, account = '111122223333'): Target => ({
  type: 'aws.ec2.instance',
  id: `arn:aws:ec2:eu-west-1:${account}:instance/${id}`,
  name: id,
  account,
  region: 'eu-west-1',
  environment: 'staging',
  tags: { opssentinel: 'allow' },
  facts: {},
  readAt: '2026-09-30T08:14:02.000Z',
});

export const database = (id: string, account = '444455556666'): Target => ({
  ...instance(id, account),
  type: 'aws.rds.instance',
  id: `arn:aws:rds:eu-west-1:${account}:db:${id}`,
});

/** An instance whose SSM agent answers. */
export const online = (id: string): Target => ({ ...instance(id), facts: { ssmPing: 'Online' } });
