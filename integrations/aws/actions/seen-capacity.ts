import type { Target } from '../../../domain/target.js';
import { isoSeconds } from '../../../domain/words.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { clean } from '../errors.js';
import { ofGroup } from '../trail/subjects.js';
import type { Within } from '../trail/writes.js';
import { attributed, combined, seenInTrail, type Wanted } from './seen-trail.js';

interface Move {
  group: string;
  from: number;
  desired: number;
}

/** Whether a group was made to want more or fewer instances, the same way: by its activities, and by CloudTrail, which knows who asked. */
export async function seenResized(call: CallWith<AwsClient>, move: Move, target: Target, within: Within): Promise<Seen> {
  const shown = await seenActivities(call, move, within);
  const subject = ofGroup(target);
  const wanted = sameWay(move, ['SetDesiredCapacity', 'UpdateAutoScalingGroup'], 'desiredCapacity');
  if (shown.what === 'done') return attributed(call, subject, wanted, within, shown);
  return combined(shown, await seenInTrail(call, subject, wanted, within));
}

/** A call that sets another number than the one that stood there, on the same side of it. */
export const sameWay = ({ from, desired }: Pick<Move, 'from' | 'desired'>, operations: string[], member: string): Wanted => ({
  operations,
  same: (writes) =>
    writes.find(({ name, request }) => {
      const set = request[member];
      return operations.includes(name) && typeof set === 'number' && Math.sign(set - from) === Math.sign(desired - from);
    }),
});

/**
 * By the group itself and not by its own policies: Auto Scaling writes who asked into each activity's cause ("a user request …", "a monitor
 * alarm … triggered policy …"; Auto Scaling user guide, "Verify a scaling activity").
 */
async function seenActivities(
  call: CallWith<AwsClient>,
  { group, from, desired }: Move,
  { since, until }: Within,
): Promise<Seen> {
  const { Activities = [] } = await call.client.autoScaling.describeActivities(call, {
    AutoScalingGroupName: group,
    MaxRecords: 100,
  });
  const then = Activities.flatMap(({ StartTime, Cause = '', Description = '' }) => {
    const at = StartTime?.getTime() ?? Number.NaN;
    return at >= since && at <= until ? [{ at, says: clean(Cause || Description, 300) }] : [];
  });
  const changes = then.flatMap((one) => {
    const [, was, is] = /capacity from (\d+) to (\d+)/.exec(one.says) ?? [];
    return was === undefined || is === undefined || was === is ? [] : [{ ...one, up: Number(is) > Number(was) }];
  });
  const asked = changes.filter(({ says }) => /\buser request\b/i.test(says));
  const same = asked.find(({ up }) => up === desired > from);
  if (same) return { what: 'done', says: `at ${isoSeconds(same.at)}: ${same.says}` };
  const [other] = [...asked, ...changes, ...then];
  if (other) return { what: 'other', says: `at ${isoSeconds(other.at)}: ${other.says}` };
  return { what: 'not done', says: `no scaling activity of ${group} in that time` };
}
