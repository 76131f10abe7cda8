import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { type DeploymentState, primaryOf, readService, revisionOf, type ServiceState } from '../services.js';
import { watch } from './watch.js';

/** What `start` and `adopt` hand to `wait`. */
export interface RolloutRef extends JsonObject {
  cluster: string;
  service: string;
  /** Id of the deployment that our call began. */
  deployment: string;
  /** Ids of those that were there before. */
  before: string[];
  /** Epoch milliseconds. */
  startedAt: number;
}

/** Just after the start a read may still show the service as it was. Milliseconds. */
const staleTolerated = 30_000;
/** ECS tries without an end where no circuit breaker stops it. Milliseconds. */
const longest = 3_600_000;

/** Polls the one deployment that we began: that some deployment is COMPLETED proves nothing after a rollback. */
export function waitForRollout(call: CallWith<AwsClient>, ref: RolloutRef): Promise<EffectEnd> {
  return watch(call, { id: `deployment ${ref.deployment}`, by: 'ECS', startedAt: ref.startedAt, longestMs: longest }, async () =>
    endOfRollout(ref, await readService(call, call.place, ref), call.now() - ref.startedAt),
  );
}

/** How our deployment ended, or `undefined` while it goes on. Pure. */
export function endOfRollout(
  { deployment: id, before }: Pick<RolloutRef, 'deployment' | 'before'>,
  service: ServiceState | undefined,
  ageMs: number,
): EffectEnd | undefined {
  const stale = ageMs <= staleTolerated;
  if (!service) return stale ? undefined : { status: 'failed', says: 'the service is not there any more' };
  const ours = service.deployments.find((one) => one.id === id);
  const primary = primaryOf(service);
  if (!ours) {
    // The old state, read late; after a while it is the rollback to it.
    if (stale && (primary === undefined || before.includes(primary.id))) return undefined;
    return { status: 'failed', says: `deployment ${id} is gone: ${replaced(primary)}` };
  }
  if (ours.rolloutState === 'COMPLETED')
    return {
      status: 'succeeded',
      says: `deployment ${id} COMPLETED, ${service.running} of ${service.desired} running ${revisionOf(ours.taskDefinition)}`,
    };
  if (ours.rolloutState === 'FAILED')
    return {
      status: 'failed',
      says: `deployment ${id} FAILED${ours.because ? `: ${ours.because}` : ''}${primary === ours ? '' : `; ${replaced(primary)}`}`,
    };
  if (ours.status !== 'PRIMARY' && primary)
    return { status: 'failed', says: `deployment ${id} is given up: ${replaced(primary)}` };
  return undefined;
}

function replaced(primary: DeploymentState | undefined): string {
  if (!primary) return 'the service has no PRIMARY deployment';
  const why = /roll(ing|ed)? ?back/i.test(primary.because) ? 'rolled back by the circuit breaker' : 'replaced';
  return `${why}; PRIMARY is ${primary.id}${primary.because ? ` (${primary.because})` : ''}`;
}
