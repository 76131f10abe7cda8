import { describe, expect, it } from '@jest/globals';
import type { DeploymentState, ServiceState } from '../services.js';
import { service as target, webRevision } from '../testkit/capacity-samples.js';
import { endOfRollout } from './rollout-wait.js';

const ref = { deployment: 'ecs-svc/2', before: ['ecs-svc/1'] };
const minute = 60_000;

const deployment = (id: string, over: Partial<DeploymentState> = {}): DeploymentState => ({
  id,
  status: 'PRIMARY',
  rolloutState: 'IN_PROGRESS',
  because: '',
  desired: 3,
  running: 3,
  failed: 0,
  createdAt: '2026-09-30T08:14:02.000Z',
  taskDefinition: webRevision,
  ...over,
});

const service = (...deployments: DeploymentState[]): ServiceState => ({
  arn: target().id,
  cluster: 'prod',
  name: 'web',
  status: 'ACTIVE',
  desired: 3,
  running: 3,
  pending: 0,
  taskDefinition: webRevision,
  deployments,
  circuitBreaker: true,
  controller: 'ECS',
  scheduling: 'REPLICA',
  lastEvent: '',
  tags: {},
});

const old = deployment('ecs-svc/1', { status: 'ACTIVE', rolloutState: 'COMPLETED' });

describe('how our deployment ended', () => {
  it('goes on while it is PRIMARY and not ended, whatever ECS calls that', () => {
    expect(endOfRollout(ref, service(deployment('ecs-svc/2'), old), minute)).toBeUndefined();
    expect(endOfRollout(ref, service(deployment('ecs-svc/2', { rolloutState: 'SOMETHING_NEW' }), old), minute)).toBeUndefined();
    expect(endOfRollout(ref, service(deployment('ecs-svc/2', { rolloutState: '' }), old), minute)).toBeUndefined();
  });

  it("never takes another deployment's end for its own", () => {
    expect(endOfRollout(ref, service(deployment('ecs-svc/3', { rolloutState: 'COMPLETED' })), 0)).toMatchObject({
      status: 'failed',
      says: 'deployment ecs-svc/2 is gone: replaced; PRIMARY is ecs-svc/3',
    });
  });

  it('takes a late read of the old state for no news, and after a while for the rollback to it', () => {
    const before = service(deployment('ecs-svc/1', { rolloutState: 'COMPLETED' }));
    expect(endOfRollout(ref, before, 1_000)).toBeUndefined();
    expect(endOfRollout(ref, before, minute)).toMatchObject({ status: 'failed' });
  });

  it('is given up once another one is wanted', () => {
    const ours = deployment('ecs-svc/2', { status: 'ACTIVE' });
    expect(endOfRollout(ref, service(deployment('ecs-svc/3'), ours), 0)).toMatchObject({ status: 'failed' });
  });

  it('was completed, even if somebody deployed again since', () => {
    const ours = deployment('ecs-svc/2', { status: 'ACTIVE', rolloutState: 'COMPLETED' });
    expect(endOfRollout(ref, service(deployment('ecs-svc/3'), ours), 0)).toMatchObject({ status: 'succeeded' });
  });

  it('fails when the service is gone', () => {
    expect(endOfRollout(ref, undefined, 1_000)).toBeUndefined();
    expect(endOfRollout(ref, undefined, minute)).toMatchObject({ status: 'failed' });
  });
});
