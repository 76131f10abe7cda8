import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { clean } from '../errors.js';
import { momentOf, type Within } from './seen-instance.js';

/**
 * Whether a group was made to want more or fewer instances, the same way, by somebody and not by its own policies: Auto Scaling writes
 * who asked into each activity's cause ("a user request …", "a monitor alarm … triggered policy …"; Auto Scaling user guide, "Verify a
 * scaling activity").
 */
export async function seenResized(
  call: CallWith<AwsClient>,
  { group, from, desired }: { group: string; from: number; desired: number },
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
  if (same) return { what: 'done', says: `at ${momentOf(same.at)}: ${same.says}` };
  const [other] = [...asked, ...changes, ...then];
  if (other) return { what: 'other', says: `at ${momentOf(other.at)}: ${other.says}` };
  return { what: 'not done', says: `no scaling activity of ${group} in that time` };
}
