import type { GroupHealth } from '../../../domain/surroundings.js';
import type { Target } from '../../../domain/target.js';
import { VendorError } from '../../contract/errors.js';
import type { Reading } from '../call.js';
import { clean } from '../errors.js';
import { type GroupMember, readGroup } from '../groups.js';
import { allOf } from './surroundings.js';

/** Auto Scaling writes it, and nobody else can: keys that begin with `aws:` are AWS's own. */
const scalingTag = 'aws:autoscaling:groupName';

/** What people write to say which instances stand in for each other. The first that the target carries counts. */
const peopleTags = ['opssentinel:group', 'service'];

type Call = Reading<'ec2' | 'autoScaling'>;

/** The instances that stand in for this one, as they are now. `undefined`: none is said to. Throws VendorError. */
export async function instanceGroup(
  call: Call,
  { name: id, tags }: Pick<Target, 'name' | 'tags'>,
): Promise<GroupHealth | undefined> {
  const scaling = tags[scalingTag];
  if (scaling) return scalingGroup(call, id, scaling);
  const key = peopleTags.find((tag) => Object.hasOwn(tags, tag) && tags[tag] !== '');
  return key === undefined ? undefined : taggedGroup(call, id, key, tags[key] ?? '');
}

async function scalingGroup(call: Call, id: string, name: string): Promise<GroupHealth> {
  const group = await readGroup(call, call.place, name);
  // It is being deleted, or the instance is just leaving it.
  if (!group) throw new VendorError('aws', 'absent', `there is no Auto Scaling group ${clean(name, 80)} any more`);
  const members = group.members.filter(({ leaving }) => !leaving);
  const own = memberOf(group.members, id, `Auto Scaling group ${clean(name, 80)}`);
  return {
    name: `Auto Scaling group ${clean(name, 80)}`,
    // What is wanted and not launched is missing.
    total: Math.max(group.desired, members.length),
    healthy: members.filter(({ inService }) => inService).length,
    targetHealthy: own.inService,
    minimum: group.min,
  };
}

function memberOf(members: readonly GroupMember[], id: string, group: string): GroupMember {
  const own = members.find((member) => member.id === id);
  if (!own) throw new VendorError('aws', 'absent', `${group} does not list ${id}`);
  return own;
}

/** More are no group that somebody keeps by a tag; each hundred is another request. */
const mostInstances = 1_000;
/** DescribeInstanceStatus takes at most so many ids (Amazon EC2 API Reference). */
const idsAtOnce = 100;

/**
 * Instances with the same tag in the same account and region that run, or are on their way up or down. One that is stopped is nobody's
 * stand-in: a parked one cannot be told from a lost one.
 */
async function taggedGroup(call: Call, id: string, key: string, value: string): Promise<GroupHealth> {
  const name = `instances with ${key}=${clean(value, 80)}`;
  const found = await instancesTagged(call, { [key]: value });
  // It may be stopped itself: it is one of them all the same.
  const ids = [...new Set([...found, id])];
  const well = await wellOf(call, ids);
  return { name, total: ids.length, healthy: well.size, targetHealthy: well.has(id) };
}

/** Ids of the instances of the call's account and region that carry all of these tags and run, or are on their way up or down. */
export function instancesTagged(call: Reading<'ec2'>, tags: Readonly<Record<string, string>>): Promise<string[]> {
  const name = `instances with ${Object.entries(tags)
    .map(([key, value]) => `${key}=${clean(value, 80)}`)
    .join(' and ')}`;
  return allOf(name, mostInstances, async (token) => {
    const { Reservations = [], NextToken } = await call.client.ec2.describeInstances(call, {
      Filters: [
        ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [literally(value)] })),
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping'] },
      ],
      MaxResults: mostInstances,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const here = Reservations.filter(({ OwnerId }) => OwnerId === call.place.account);
    const items = here.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []));
    return { items, next: NextToken };
  });
}

/** EC2 reads `*` and `?` in a filter as wildcards unless a backslash stands before them (Amazon EC2 User Guide, filters). */
const literally = (value: string): string => value.replace(/[\\*?]/g, '\\$&');

/** Those that run and whose two status checks are both ok. */
async function wellOf(call: Call, ids: readonly string[]): Promise<Set<string>> {
  const asked = Array.from({ length: Math.ceil(ids.length / idsAtOnce) }, (_, n) =>
    ids.slice(n * idsAtOnce, (n + 1) * idsAtOnce),
  );
  const well = new Set<string>();
  for (const some of asked) {
    // Without IncludeAllInstances it answers for running ones alone.
    const { InstanceStatuses = [] } = await call.client.ec2.describeInstanceStatus(call, { InstanceIds: some });
    for (const { InstanceId, InstanceState, InstanceStatus, SystemStatus } of InstanceStatuses)
      if (InstanceId && InstanceState?.Name === 'running' && InstanceStatus?.Status === 'ok' && SystemStatus?.Status === 'ok')
        well.add(InstanceId);
  }
  return well;
}
