import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { type GroupState, isGoingOn, readActivities, readGroup, type ScalingActivity } from '../groups.js';
import { watch } from './watch.js';

/** What `start` and `adopt` hand to `wait`. */
export interface ScalingRef extends JsonObject {
  group: string;
  from: number;
  desired: number;
  /** How many were in service before. */
  inService: number;
  /** The newest activity before, so that only later ones count; empty when there was none. */
  newest: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** Launch, warm-up and health-check grace of slow images, retries included. Milliseconds. */
const longest = 3_600_000;
/** Whoever cannot read at the end looks a little longer. Milliseconds. */
const blindFor = 5 * 60_000;

/** Polls until so many are in service. A desired capacity that was set says nothing: instances may never come. */
export function waitForCapacity(call: CallWith<AwsClient>, ref: ScalingRef): Promise<EffectEnd> {
  const watched = {
    id: `the change of ${ref.group}`,
    by: 'Auto Scaling',
    startedAt: ref.startedAt,
    longestMs: longest + blindFor,
  };
  return watch(call, watched, async () => {
    const group = await readGroup(call, call.place, ref.group);
    const activities = group ? await readActivities(call, call.place, ref.group) : [];
    return endOfScaling(ref, group, since(activities, ref.newest), call.now() - ref.startedAt);
  });
}

/** How it ended, or `undefined` while it goes on. `activities`: those since the start, newest first. Pure. */
export function endOfScaling(
  ref: Pick<ScalingRef, 'group' | 'from' | 'desired' | 'inService'>,
  group: GroupState | undefined,
  activities: readonly ScalingActivity[],
  ageMs: number,
): EffectEnd | undefined {
  if (!group) return { status: 'failed', says: `the group ${ref.group} is not there any more` };
  const out = ref.desired > ref.from;
  const told = `${group.inService} of ${ref.desired} in service`;
  if (out ? group.inService >= ref.desired : group.desired === ref.desired && group.instances <= ref.desired)
    return { status: 'succeeded', says: told };
  // Somebody, or a policy, went the other way: what was asked for will not come.
  if (out ? group.desired < ref.desired : group.desired > ref.desired)
    return { status: 'failed', says: `${told}; the desired capacity was set to ${group.desired} by somebody else` };
  const failure = activities.find(({ status }) => status === 'Failed' || status === 'Cancelled');
  const progress = out ? group.inService > ref.inService : group.instances < ref.from;
  if (failure && !progress && !activities.some(isGoingOn))
    return { status: 'failed', says: `${told}; the scaling activity ${failure.status.toLowerCase()}: ${failure.says}` };
  // What can be read is known, and can be put back: the wanted number never came.
  if (ageMs > longest)
    return { status: 'failed', says: `${told} after ${longest / 3_600_000} h${failure ? `: ${failure.says}` : ''}` };
  return undefined;
}

/** Those that began after the one that was the newest before. */
function since(activities: readonly ScalingActivity[], newest: string): readonly ScalingActivity[] {
  const known = activities.findIndex(({ id }) => id === newest);
  return known < 0 ? activities : activities.slice(0, known);
}
