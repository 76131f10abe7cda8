import type { CallWith } from '../../contract/call.js';
import type { ChannelDefinition } from '../../contract/channel.js';
import { VendorError } from '../../contract/errors.js';
import type { PagerDutyClient } from '../client.js';
import { codes } from '../errors.js';
import { getHolding, getNotes, getOnDuty, levelOf, type Note, type OnDuty, postNote, putIncident, putNote } from '../rest.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** The incident's own timeline. Every part may be repeated: a repeat finds what stands, and does nothing twice. */
export const pagerDutyChannel: ChannelDefinition<PagerDutyClient> = {
  id: 'pagerduty',
  summary: 'Notes on the PagerDuty incident, its resolution, and its escalation to people.',
  permissions: ['incidents.read', 'incidents.write', 'oncalls.read'],
  serves: (ref) => ref.source === 'pagerduty',

  note: async (call, { ref, marker, text }) => {
    const mark = `[${marker}]`;
    const content = text.includes(mark) ? text : `${text}\n${mark}`;
    const mine = (await getNotes(call, ref.externalId)).find(
      (note) => note.content.includes(mark) && mayBeOurs(note, call.client.ourselves),
    );
    if (!mine) await postNote(call, ref.externalId, content);
    else if (mine.content !== content) await putNote(call, ref.externalId, mine.id, content);
  },

  resolve: async (call, ref) => {
    // Setting a status on a resolved incident can re-open it, so it is read first.
    const { status } = await getHolding(call, ref.externalId);
    if (status === 'resolved') return 'was resolved';
    try {
      await putIncident(call, ref.externalId, { status: 'resolved' });
      return 'resolved';
    } catch (error) {
      if (error instanceof VendorError && error.code === codes.alreadyResolved) return 'was resolved';
      throw error;
    }
  },

  escalate: async (call, incident) => escalate(call, incident.ref.externalId, incident.escalationPolicy),

  page: async (call, { dedupKey, summary, details }) =>
    call.client.enqueue(call, { action: 'trigger', dedupKey, summary, details }),
};

/** A person may quote our note, marker and all: theirs is never edited. */
const mayBeOurs = (note: Note, ourselves: readonly string[]): boolean =>
  ourselves.length === 0 || !note.user || ourselves.includes(note.user.id);

/**
 * To the next level where a person is on call. Does nothing when people have it already: acknowledged, assigned to a person by hand,
 * or past the first level; so a repeat after a lost answer wakes nobody else. Throws VendorError `conflict` when there is nobody
 * above: then the Events API pages.
 */
async function escalate(call: PagerDutyCall, id: string, policy: string | undefined): Promise<void> {
  const { status, assignees, acknowledgers, escalationPolicy = policy } = await getHolding(call, id);
  const { ourselves } = call.client;
  if (status === 'resolved' || acknowledgers.some((one) => !ourselves.includes(one))) return;
  if (!escalationPolicy) throw new VendorError('pagerduty', 'conflict', `incident ${id} has no escalation policy`);
  const duties = await getOnDuty(call, escalationPolicy);
  const level = levelOf(duties, assignees);
  if (peopleHaveIt(duties, assignees, level, ourselves)) return;
  const next = duties.find((duty) => duty.level > level && !duty.ourselves)?.level;
  if (next === undefined)
    throw new VendorError(
      'pagerduty',
      'conflict',
      `nobody is on call above level ${level} of escalation policy ${escalationPolicy}`,
    );
  await putIncident(call, id, { escalation_level: next });
}

/** At the first level it cannot be told whether its user is the silent agent or was woken: there the next level is asked. */
function peopleHaveIt(
  duties: readonly OnDuty[],
  assignees: readonly string[],
  level: number,
  ourselves: readonly string[],
): boolean {
  const silent = new Set([...ourselves, ...duties.filter((duty) => duty.ourselves).map(({ person }) => person.id)]);
  return level !== 1 && assignees.some((assignee) => !silent.has(assignee));
}
