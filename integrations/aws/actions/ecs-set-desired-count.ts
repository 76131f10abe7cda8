import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import { defineAction } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { isDeploying, serviceThatIs } from '../services.js';
import { ecsName, serviceFacts } from '../targets/ecs-service.js';
import { trailRight } from '../trail/writes.js';
import {
  backwards,
  coherent,
  type Dial,
  exactCapacity,
  mayMove,
  movedSince,
  readBack,
  riskOfMove,
  saysMove,
  settleCapacity,
  writtenCapacity,
} from './capacity.js';
import { type CountRef, waitForCount } from './ecs-count-wait.js';
import { aimsAtService, ecsGrants } from './ecs.js';
import { conflict } from './parameters.js';
import { seenCounted } from './seen-service.js';

const params = z
  .strictObject({
    cluster: z.string().regex(ecsName, 'is the name of an ECS cluster'),
    service: z.string().regex(ecsName, 'is the name of an ECS service'),
    ...exactCapacity,
  })
  .superRefine(coherent);

type Params = z.infer<typeof params>;

const id = 'aws.ecs.set-desired-count';

/** Sets how many tasks a service wants: an absolute number, from the one that was read. It begins no deployment. */
export const setDesiredCount = defineAction<AwsClient>()({
  id,
  summary: 'Set how many tasks an ECS service wants, within the bounds of the runbook.',
  risk: 'additive',
  riskOf: riskOfMove,
  idempotency: 'absolute',
  permissions: ['ecs:UpdateService', 'ecs:DescribeServices', trailRight],
  grants: ecsGrants,
  params,
  written: {
    params: writtenCapacity,
    settle: (said, target) => {
      const { cluster, desiredCount } = serviceFacts.parse(target.facts);
      // ECS itself keeps no bounds; none but a written `floor: 0` takes a service down.
      const least = said.floor ?? Math.min(1, desiredCount);
      const most = said.ceiling ?? Math.max(said.to, desiredCount);
      const settled = settleCapacity(said, { current: desiredCount, least, most }, 'tasks');
      return settled.ok ? { ok: true, params: { cluster, service: target.name, ...settled.capacity } } : settled;
    },
  },
  warns: ({ from, desired, move }) => (move === 'in' ? `stops ${from - desired} tasks` : undefined),
  says: (exact) => `ECS service ${exact.cluster}/${exact.service} ${saysMove(exact)}`,
  preState,
  start: async (call, wanted, attempt) => {
    await mayMove(call, wanted, attempt, dialOf(call, wanted));
    await call.client.ecs.updateService(call, { cluster: wanted.cluster, service: wanted.service, desiredCount: wanted.desired });
    return {
      ref: refOf(wanted, call.now()),
      says: `ecs:UpdateService: ${wanted.cluster}/${wanted.service} ${wanted.from} -> ${wanted.desired}`,
    };
  },
  wait: (call, ref) => waitForCount(call, ref as CountRef),
  adopt: async (call, wanted, { since }) => readBack(await dialOf(call, wanted).read(), wanted, () => refOf(wanted, since)),
  seenDone: (call, wanted, target, within) => seenCounted(call, wanted, target, within),
  undo: {
    action: id,
    params: (_before, done) => ({ cluster: done.cluster, service: done.service, ...backwards(done) }),
    says: (_before, { from }) => `back to ${from}`,
  },
});

const dialOf = (call: CallWith<AwsClient>, wanted: Params): Dial => ({
  what: 'desired count',
  of: `${wanted.cluster}/${wanted.service}`,
  read: async () => (await serviceThatIs(call, wanted)).desired,
});

async function preState(call: CallWith<AwsClient>, wanted: Params, target: Target): Promise<JsonObject> {
  const service = await serviceThatIs(call, wanted);
  aimsAtService(wanted, service, target);
  const { desired, running, status, scheduling } = service;
  const where = `${wanted.cluster}/${wanted.service}`;
  if (status !== 'ACTIVE') throw conflict(`${where} is ${status}, not ACTIVE`);
  if (scheduling === 'DAEMON') throw conflict(`${where} runs one task per host (DAEMON); its count cannot be set`);
  if (desired !== wanted.from) throw conflict(movedSince(`the desired count of ${where}`, desired, wanted.from));
  // What is put back is put back also while a rollout goes on.
  if (isDeploying(service) && wanted.move !== 'back') throw conflict(`a rollout of ${where} is under way`);
  return { desired, running };
}

const refOf = ({ cluster, service, from, desired }: Params, startedAt: number): CountRef => ({
  cluster,
  service,
  from,
  desired,
  startedAt,
});
