import { describe, expect, it } from '@jest/globals';
import { createRegistry } from '../../integrations/registry.js';

/** What is acted on: by which action, what tells whether it helped, and what puts it back. */
const shipped = [
  ['EC2, a reboot', 'aws.ec2.reboot-instance', 'aws.ec2.status-checks-ok', 'none'],
  ['EC2, stopped and started', 'aws.ec2.restart-instance', 'aws.ec2.status-checks-ok', 'none'],
  ['ECS, a redeploy', 'aws.ecs.redeploy-service', 'aws.ecs.steady-state', 'none'],
  ['ECS, a count', 'aws.ecs.set-desired-count', 'aws.ecs.steady-state', 'aws.ecs.set-desired-count'],
  ['RDS', 'aws.rds.reboot-instance', 'aws.rds.available', 'none'],
  ['Auto Scaling', 'aws.autoscaling.set-desired-capacity', 'aws.autoscaling.in-service', 'aws.autoscaling.set-desired-capacity'],
  ['Lambda', 'aws.lambda.invoke', 'aws.cloudwatch.alarm-ok', 'none'],
  ['Lambda, durable', 'aws.lambda.invoke-durable', 'aws.cloudwatch.alarm-ok', 'none'],
  ['SSM Automation', 'aws.ssm.start-automation', 'aws.cloudwatch.alarm-ok', 'none'],
  ['SSM Run Command', 'aws.ssm.run-command', 'aws.ssm.disk-below', 'none'],
] as const;

/** The conformance suite has every one of them answered by its simulator; the systems of the end-to-end tests run them. */
describe('M10, row 37: what can be acted on without writing code', () => {
  const { registry } = createRegistry({});

  it.each(shipped)('%s: %s, checked by %s, put back by %s', (_what, action, check, undo) => {
    const found = registry.actions.get(action);
    expect(found).toBeDefined();
    expect(registry.checks.has(check)).toBe(true);
    expect(found?.undo === 'none' ? 'none' : found?.undo.action).toBe(undo);
  });

  it('every action of AWS stands here', () => {
    const ours = [...registry.actions.keys()].filter((id) => id.startsWith('aws.'));
    expect(new Set(ours)).toEqual(new Set(shipped.map(([, action]) => action)));
  });
});
